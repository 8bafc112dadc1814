#include "http/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <string_view>
#include <system_error>

namespace redial::http {

namespace {

problem at_fault(std::string what) { return {error_code::invalid_value, std::move(what), {}}; }

/// @returns what OpenSSL says of its last failure.
std::string reason() {
  if (const auto first = ERR_peek_error(); ERR_SYSTEM_ERROR(first))
    return std::generic_category().message(ERR_GET_REASON(first));
  const auto* text = ERR_reason_error_string(ERR_peek_last_error());
  return text != nullptr ? text : "not readable";
}

/// Nobody is at a terminal to be asked.
int no_passphrase(char*, int, int, void*) { return -1; }

/// This server speaks HTTP/1.1; a client that offers only other protocols goes on without one being agreed on.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* length, const unsigned char* offered,
  unsigned offered_length, void*) {
  constexpr std::string_view ours = "\x08http/1.1";
  const auto* known = reinterpret_cast<const unsigned char*>(ours.data());
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, length, known, static_cast<unsigned>(ours.size()), offered, offered_length)
      != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

result<tls_context> read_context(const std::string& certificate_file, const std::string& key_file) {
  ERR_clear_error();
  tls_context made{SSL_CTX_new(TLS_server_method()), &SSL_CTX_free};
  if (!made)
    return at_fault("TLS cannot be had: " + reason());
  auto* const context = made.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(
    context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF); // tickets do
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);
  if (SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1)
    return at_fault("the certificate in " + certificate_file + " cannot be used: " + reason());
  if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1
      || SSL_CTX_check_private_key(context) != 1)
    return at_fault(
      "the key in " + key_file + " cannot be used for the certificate in " + certificate_file + ": " + reason());
  return made;
}

} // namespace

tls_identity::tls_identity(std::string certificate_file, std::string key_file, tls_context context)
  : certificate_file_{std::move(certificate_file)}, key_file_{std::move(key_file)}, current_{std::move(context)} {}

result<std::shared_ptr<tls_identity>> tls_identity::load(std::string certificate_file, std::string key_file) {
  auto context = read_context(certificate_file, key_file);
  if (!context)
    return context.error();
  return std::shared_ptr<tls_identity>{
    new tls_identity{std::move(certificate_file), std::move(key_file), std::move(*context)}};
}

result<void> tls_identity::reload() {
  auto context = read_context(certificate_file_, key_file_);
  if (!context)
    return context.error();
  const std::lock_guard lock{mutex_};
  current_ = std::move(*context);
  return {};
}

tls_context tls_identity::current() const {
  const std::lock_guard lock{mutex_};
  return current_;
}

} // namespace redial::http
