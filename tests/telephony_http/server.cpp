#include "tests/telephony_http/server.hpp"

#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <fstream>
#include <stdexcept>
#include <unistd.h>

namespace redial::test {

namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;
using net::ip::tcp;

template <class Stream>
class peer_over final : public peer {
public:
  peer_over(Stream stream, std::atomic<int>& requests) : stream_{std::move(stream)}, requests_{requests} {}

  Stream& stream() { return stream_; }
  tcp::socket& socket() {
    if constexpr (std::is_same_v<Stream, tcp::socket>)
      return stream_;
    else
      return stream_.next_layer();
  }

  std::optional<http_message> read() override {
    http::request_parser<http::string_body> parser;
    boost::system::error_code ended;
    http::read(stream_, buffer_, parser, ended);
    if (ended)
      return std::nullopt;
    ++requests_;
    return parser.release();
  }
  void write(const std::string& bytes) override {
    boost::system::error_code gone; // the test may want the client to have left
    net::write(stream_, net::buffer(bytes), gone);
  }
  void reset() override {
    socket().set_option(net::socket_base::linger{true, 0});
    socket().close();
  }
  void close() override { socket().close(); }

private:
  Stream stream_;
  std::atomic<int>& requests_;
  boost::beast::flat_buffer buffer_;
};

void require(bool done) {
  if (!done)
    throw std::runtime_error("OpenSSL makes no certificate");
}

} // namespace

void peer::answer(unsigned status, const std::string& body, const std::string& more_headers) {
  write("HTTP/1.1 " + std::to_string(status) + " Said\r\nContent-Length: " + std::to_string(body.size()) + "\r\n"
        + more_headers + "\r\n" + body);
}

certificate::certificate(const std::string& subject) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{EVP_EC_gen("P-256"), &EVP_PKEY_free};
  const std::unique_ptr<X509, decltype(&X509_free)> made{X509_new(), &X509_free};
  require(key && made);
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
  X509_set_pubkey(made.get(), key.get());
  auto* name = X509_get_subject_name(made.get());
  const std::string common = "redial test";
  X509_NAME_add_entry_by_txt(
    name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(common.c_str()), -1, -1, 0);
  X509_set_issuer_name(made.get(), name);
  X509V3_CTX about;
  X509V3_set_ctx_nodb(&about);
  X509V3_set_ctx(&about, made.get(), made.get(), nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> names{
    X509V3_EXT_conf_nid(nullptr, &about, NID_subject_alt_name, subject.c_str()), &X509_EXTENSION_free};
  require(names && X509_add_ext(made.get(), names.get(), -1) == 1);
  require(X509_sign(made.get(), key.get(), EVP_sha256()) > 0);
  require(SSL_CTX_use_certificate(context_.native_handle(), made.get()) == 1);
  require(SSL_CTX_use_PrivateKey(context_.native_handle(), key.get()) == 1);

  const std::unique_ptr<BIO, decltype(&BIO_free)> pem{BIO_new(BIO_s_mem()), &BIO_free};
  require(pem && PEM_write_bio_X509(pem.get(), made.get()) == 1);
  char* text = nullptr;
  const auto length = BIO_get_mem_data(pem.get(), &text);
  static std::atomic<int> count{0};
  file_ = std::filesystem::temp_directory_path()
          / ("redial-certificate-" + std::to_string(::getpid()) + "-" + std::to_string(++count) + ".pem");
  std::ofstream{file_} << std::string{text, static_cast<std::size_t>(length)};
}

certificate::~certificate() {
  std::error_code ignored;
  std::filesystem::remove(file_, ignored);
}

server::server(std::function<void(peer&, int)> serve, certificate* with)
  : serve_{std::move(serve)}, certificate_{with}, accepting_{[this] { accept(); }} {}

server::~server() {
  stopping_ = true;
  {
    // Wakes the accepting thread; closing the acceptor under it would race.
    tcp::socket last{io_};
    boost::system::error_code ignored;
    last.connect({net::ip::make_address("127.0.0.1"), port_}, ignored);
  }
  accepting_.join();
  {
    std::lock_guard lock{mutex_};
    for (auto* socket : open_)
      ::shutdown(socket->native_handle(), SHUT_RDWR);
  }
  for (auto& thread : threads_)
    thread.join();
}

void server::accept() {
  for (;;) {
    auto socket = std::make_shared<tcp::socket>(io_);
    acceptor_.accept(*socket);
    if (stopping_)
      return;
    const int number = ++connections_;
    threads_.emplace_back([this, socket, number] {
      const auto run = [&](auto& with) {
        auto at = [&] {
          std::lock_guard lock{mutex_};
          return open_.insert(open_.end(), &with.socket());
        }();
        boost::system::error_code refused;
        if constexpr (requires { with.stream().handshake(net::ssl::stream_base::server, refused); })
          with.stream().handshake(net::ssl::stream_base::server, refused);
        if (!refused)
          serve_(with, number);
        std::lock_guard lock{mutex_};
        open_.erase(at);
        boost::system::error_code ignored;
        with.socket().close(ignored);
      };
      if (certificate_) {
        peer_over<net::ssl::stream<tcp::socket>> with{
          net::ssl::stream<tcp::socket>{std::move(*socket), certificate_->context()}, requests_};
        run(with);
      } else {
        peer_over<tcp::socket> with{std::move(*socket), requests_};
        run(with);
      }
    });
  }
}

} // namespace redial::test
