#include "bench/floor/answer_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <cerrno>
#include <csignal>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace redial::bench {

namespace {

namespace http = boost::beast::http;
namespace net = boost::asio;
using boost::system::error_code;
using executor = net::io_context::executor_type;
using socket_type = net::basic_stream_socket<net::ip::tcp, executor>;
using answer_message = http::response<http::string_body>;

class session : public std::enable_shared_from_this<session> {
public:
  session(socket_type socket, const answer_message& answer) : socket_{std::move(socket)}, answer_{answer} {}

  void read() {
    request_ = {};
    http::async_read(socket_, buffer_, request_, [self = shared_from_this()](error_code failed, std::size_t) {
      if (!failed)
        self->write();
    });
  }

private:
  void write() {
    http::async_write(socket_, answer_, [self = shared_from_this()](error_code failed, std::size_t) {
      if (!failed)
        self->read();
    });
  }

  socket_type socket_;
  boost::beast::flat_buffer buffer_;
  http::request<http::empty_body> request_;
  answer_message answer_; // each its own, as if it had been made for it
};

/// One thread accepts and hands connections round.
class service {
public:
  service(unsigned threads, answer_message answer) : answer_{std::move(answer)} {
    for (unsigned n = 0; n < threads; ++n)
      contexts_.push_back(std::make_unique<net::io_context>(1));
    acceptor_ = std::make_unique<net::ip::tcp::acceptor>(
      *contexts_.front(), net::ip::tcp::endpoint{net::ip::address_v4::loopback(), 0});
  }

  std::uint16_t port() const { return acceptor_->local_endpoint().port(); }

  [[noreturn]] void run() {
    accept();
    for (std::size_t n = 1; n < contexts_.size(); ++n)
      std::thread{[&context = *contexts_[n]] {
        const auto kept = net::make_work_guard(context);
        context.run();
      }}.detach();
    contexts_.front()->run();
    _exit(1);
  }

private:
  void accept() {
    auto& next = *contexts_[turn_++ % contexts_.size()];
    acceptor_->async_accept(next, [this, &next](error_code failed, net::ip::tcp::socket plain) {
      if (!failed) {
        plain.set_option(net::ip::tcp::no_delay{true});
        socket_type socket{next, plain.local_endpoint().protocol(), plain.release()};
        net::post(next, [fresh = std::make_shared<session>(std::move(socket), answer_)] { fresh->read(); });
      }
      accept();
    });
  }

  std::vector<std::unique_ptr<net::io_context>> contexts_;
  std::unique_ptr<net::ip::tcp::acceptor> acceptor_;
  answer_message answer_;
  std::size_t turn_ = 0;
};

answer_message message_of(const std::string& head, const std::string& body) {
  answer_message answer{http::status::ok, 11};
  std::istringstream lines{head};
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(": ");
    if (colon != std::string::npos)
      answer.insert(line.substr(0, colon), line.substr(colon + 2, line.find('\r') - colon - 2));
  }
  answer.body() = body;
  answer.prepare_payload();
  return answer;
}

} // namespace

answer_server::answer_server(unsigned threads, const std::string& head, const std::string& body) {
  int ends[2] = {-1, -1};
  if (pipe(ends) != 0)
    throw std::runtime_error("pipe");
  pid_ = fork();
  if (pid_ < 0)
    throw std::runtime_error("fork");
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    service answers{threads, message_of(head, body)};
    const auto port = answers.port();
    if (write(ends[1], &port, sizeof port) != sizeof port)
      _exit(1);
    close(ends[0]);
    close(ends[1]);
    answers.run();
  }
  close(ends[1]);
  const auto got = read(ends[0], &port_, sizeof port_);
  close(ends[0]);
  if (got != sizeof port_)
    throw std::runtime_error("the plain server did not come up");
}

answer_server::~answer_server() {
  kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

} // namespace redial::bench
