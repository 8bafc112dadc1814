/// What the listener shows of itself under TLS: a certificate chain and the key that goes with it, read again on
/// demand.
#pragma once

#include "domain/result.hpp"

#include <memory>
#include <mutex>
#include <string>

#include <openssl/types.h>

namespace redial::http {

/// The settings of a connection under TLS; shared by those that began with the same certificate.
using tls_context = std::shared_ptr<SSL_CTX>;

/// Thread-safe. TLS 1.2 and later, with what OpenSSL takes by default.
class tls_identity {
public:
  /// Reads the certificate, with the chain that follows it, and its key, both PEM. A key that a passphrase guards is
  /// refused: nobody is there to be asked. @returns `invalid_value` with a sentence that names the file at fault.
  static result<std::shared_ptr<tls_identity>> load(std::string certificate_file, std::string key_file);

  /// Reads both files again, for the connections to come. @returns why that cannot be; then all stays as it was.
  result<void> reload();

  tls_context current() const;

private:
  tls_identity(std::string certificate_file, std::string key_file, tls_context context);

  const std::string certificate_file_;
  const std::string key_file_;
  mutable std::mutex mutex_; ///< guards `current_`
  tls_context current_;
};

} // namespace redial::http
