/// Whom redial believes to be who they say, when it calls somebody over TLS.
#pragma once

#include "domain/result.hpp"

#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <string>

namespace redial::outbound {

/// @param ca_file certificates to trust instead of the system's, a PEM file; empty: the system's
/// @returns what connections over TLS 1.2 and later are made with, or `invalid_value` where the certificates cannot be
/// used.
result<std::unique_ptr<boost::asio::ssl::context>> make_trust(const std::string& ca_file);

} // namespace redial::outbound
