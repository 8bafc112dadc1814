#include "outbound/trust.hpp"

namespace redial::outbound {

namespace ssl = boost::asio::ssl;

result<std::unique_ptr<ssl::context>> make_trust(const std::string& ca_file) {
  auto tls = std::make_unique<ssl::context>(ssl::context::tls_client);
  boost::system::error_code failed;
  tls->set_options(ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1, failed);
  if (!failed && ca_file.empty())
    tls->set_default_verify_paths(failed);
  else if (!failed)
    tls->load_verify_file(ca_file, failed);
  if (failed)
    return problem{error_code::invalid_value,
      "the certificates " + (ca_file.empty() ? std::string{"of the system"} : "in " + ca_file)
        + " cannot be used: " + failed.message(),
      {}};
  return tls;
}

} // namespace redial::outbound
