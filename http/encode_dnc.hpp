/// Entries of do-not-call lists as JSON.
#pragma once

#include "domain/do_not_call.hpp"

#include <string>

namespace redial::http {

void append_dnc_entry(std::string& out, const dnc_entry& entry);

} // namespace redial::http
