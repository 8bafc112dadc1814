#include "http/tls_stream.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <new>

#include <sys/socket.h>

namespace redial::http {

namespace {

int descriptor_of(BIO* bio) { return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio))); }

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

// OpenSSL's own way to a socket raises SIGPIPE where the other side has gone.

int send_bytes(BIO* bio, const char* data, int length) {
  BIO_clear_retry_flags(bio);
  const auto sent = ::send(descriptor_of(bio), data, static_cast<std::size_t>(length), MSG_NOSIGNAL);
  if (sent < 0 && would_block())
    BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

int receive_bytes(BIO* bio, char* room, int length) {
  BIO_clear_retry_flags(bio);
  const auto received = ::recv(descriptor_of(bio), room, static_cast<std::size_t>(length), 0);
  if (received < 0 && would_block())
    BIO_set_retry_read(bio);
  return static_cast<int>(received);
}

long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

BIO_METHOD* socket_method() {
  static BIO_METHOD* const method = [] {
    auto* made = BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_get_new_index(), "redial socket");
    if (made == nullptr || BIO_meth_set_write(made, send_bytes) != 1 || BIO_meth_set_read(made, receive_bytes) != 1
        || BIO_meth_set_ctrl(made, control) != 1)
      throw std::bad_alloc{};
    return made;
  }();
  return method;
}

} // namespace

void tls_stream::free_ssl::operator()(SSL* ssl) const noexcept { SSL_free(ssl); }

tls_stream::tls_stream(const tls_context& context, int descriptor)
  : descriptor_{descriptor}, ssl_{SSL_new(context.get())} {
  auto* bio = BIO_new(socket_method());
  if (!ssl_ || bio == nullptr) {
    BIO_free(bio);
    throw std::bad_alloc{};
  }
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(descriptor)));
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_accept_state(ssl_.get());
}

std::optional<bool> tls_stream::begins_with_tls() const {
  constexpr unsigned char handshake_record = 22;
  unsigned char first = 0;
  const auto peeked = ::recv(descriptor_, &first, 1, MSG_PEEK);
  if (peeked < 0 && would_block())
    return std::nullopt;
  return peeked != 1 || first == handshake_record; // an end is for the handshake to find
}

tls_step tls_stream::step_of(int returned) const {
  switch (SSL_get_error(ssl_.get(), returned)) {
  case SSL_ERROR_WANT_READ: return tls_step::wants_read;
  case SSL_ERROR_WANT_WRITE: return tls_step::wants_write;
  case SSL_ERROR_ZERO_RETURN: return tls_step::closed;
  default: return tls_step::failed;
  }
}

tls_step tls_stream::handshake() {
  ERR_clear_error();
  const auto returned = SSL_do_handshake(ssl_.get());
  return returned == 1 ? tls_step::done : step_of(returned);
}

tls_step tls_stream::read(std::span<char> room, std::size_t& bytes) {
  ERR_clear_error();
  const auto returned = SSL_read_ex(ssl_.get(), room.data(), room.size(), &bytes);
  const auto step = returned == 1 ? tls_step::done : step_of(returned);
  broken_ = broken_ || step == tls_step::failed;
  return step;
}

tls_step tls_stream::write(std::span<const char> data, std::size_t& bytes) {
  ERR_clear_error();
  const auto returned = SSL_write_ex(ssl_.get(), data.data(), data.size(), &bytes);
  const auto step = returned == 1 ? tls_step::done : step_of(returned);
  broken_ = broken_ || step == tls_step::failed;
  return step;
}

void tls_stream::say_goodbye() {
  if (broken_ || SSL_is_init_finished(ssl_.get()) != 1)
    return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get()); // one try: who does not read it learns from the socket
}

} // namespace redial::http
