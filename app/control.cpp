#include "app/control.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <nlohmann/json.hpp>

#include <atomic>
#include <cerrno>
#include <istream>
#include <string>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace redial::app {

namespace {

namespace net = boost::asio;
using local = net::local::stream_protocol;
using nlohmann::json;

constexpr const char* socket_name = "control";
constexpr std::size_t longest_question = 64 * 1024;
/// Who has connected asks at once; a connection that says nothing keeps others waiting no longer than this.
constexpr std::chrono::seconds question_patience{5};

/// The address of a socket holds 107 bytes, a path may be longer: it is reached through an open directory instead.
class directory_handle {
public:
  explicit directory_handle(const std::filesystem::path& directory)
    : number_{::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)} {}
  ~directory_handle() {
    if (number_ >= 0)
      ::close(number_);
  }
  directory_handle(const directory_handle&) = delete;
  directory_handle& operator=(const directory_handle&) = delete;

  bool is_open() const noexcept { return number_ >= 0; }
  std::string socket_path() const { return "/proc/self/fd/" + std::to_string(number_) + "/" + socket_name; }

private:
  int number_;
};

json failure(const std::string& why) { return {{"ok", false}, {"error", why}}; }

/// Custom texts may hold any bytes.
std::string line_of(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace) + "\n"; }

} // namespace

struct control_server::impl {
  impl(const std::filesystem::path& data_directory, control_handler handle, std::function<bool(const json&)> is_long)
    : directory{data_directory}, handler{std::move(handle)}, takes_long{std::move(is_long)} {}

  struct conversation {
    conversation(local::socket with, net::io_context& io) : peer{std::move(with)}, timer{io} {}
    local::socket peer;
    net::steady_timer timer;
    net::streambuf asked{longest_question};
    bool complete = false; ///< the question is here: from now on the peer belongs to whoever answers it
  };

  void accept() {
    acceptor.async_accept([this](boost::system::error_code error, local::socket peer) {
      if (!error) {
        talk(std::move(peer));
        return accept();
      }
      // Out of descriptors, say.
      pause.expires_after(std::chrono::seconds{1});
      pause.async_wait([this](boost::system::error_code) { accept(); });
    });
  }

  /// Reads one question, answers it, closes.
  void talk(local::socket peer) {
    auto now = std::make_shared<conversation>(std::move(peer), io);
    now->timer.expires_after(question_patience);
    now->timer.async_wait([now](boost::system::error_code error) {
      if (!error && !now->complete)
        now->peer.close(error);
    });
    net::async_read_until(now->peer, now->asked, '\n', [this, now](boost::system::error_code error, std::size_t) {
      now->timer.cancel();
      if (error)
        return;
      now->complete = true;
      std::string line;
      std::istream in{&now->asked};
      std::getline(in, line);
      auto asked = json::parse(line, nullptr, false);
      if (is_long(asked))
        answer_later(now, std::move(asked));
      else
        tell(now, answer_to(asked));
    });
  }

  void answer_later(const std::shared_ptr<conversation>& whom, json asked) {
    if (waiting == max_long_questions)
      return tell(whom, failure("redial is busy with others of this kind; try again later"));
    ++waiting;
    net::post(long_io, [this, whom, asked = std::move(asked)] {
      const auto answer = answer_to(asked);
      --waiting; // before it is told, so that whoever was told may ask again
      tell(whom, answer);
    });
  }

  static void tell(const std::shared_ptr<conversation>& whom, const json& what) {
    const auto answer = std::make_shared<const std::string>(line_of(what));
    net::async_write(whom->peer, net::buffer(*answer), [whom, answer](boost::system::error_code, std::size_t) {});
  }

  /// @returns false for a question that cannot be answered: it is told so at once.
  bool is_long(const json& asked) const {
    try {
      return asked.is_object() && takes_long(asked);
    } catch (const json::exception&) {
      return false;
    }
  }

  json answer_to(const json& asked) {
    try {
      if (!asked.is_object())
        return failure("the question is no JSON object");
      return handler(asked, [this] { return !stopping.load(); });
    } catch (const std::exception& e) {
      return failure(e.what());
    }
  }

  directory_handle directory;
  control_handler handler;
  std::function<bool(const json&)> takes_long;
  net::io_context io{1};
  net::io_context long_io{1};
  net::executor_work_guard<net::io_context::executor_type> long_questions{long_io.get_executor()};
  local::acceptor acceptor{io};
  net::steady_timer pause{io};
  std::atomic<bool> stopping = false;
  std::atomic<unsigned> waiting = 0; ///< long questions that are not answered
  std::thread thread;
  std::thread long_thread;
};

control_server::control_server(std::unique_ptr<impl> self) : self_{std::move(self)} {}

result<std::unique_ptr<control_server>> control_server::start(const std::filesystem::path& data_directory,
  control_handler handler, std::function<bool(const json& asked)> takes_long) {
  auto self = std::make_unique<impl>(data_directory, std::move(handler), std::move(takes_long));
  const auto refused = [&](const std::string& why) {
    return problem{
      error_code::storage_failed, "cannot make the socket " + (data_directory / socket_name).string() + ": " + why, {}};
  };
  if (!self->directory.is_open())
    return refused(std::generic_category().message(errno));
  const auto path = self->directory.socket_path();
  try {
    ::unlink(path.c_str());
    self->acceptor.open();
    self->acceptor.bind(local::endpoint{path});
    if (::chmod(path.c_str(), 0600) != 0)
      return refused(std::generic_category().message(errno));
    self->acceptor.listen();
  } catch (const boost::system::system_error& e) {
    return refused(e.code().message());
  }
  self->accept();
  self->thread = std::thread{[io = &self->io] { io->run(); }};
  self->long_thread = std::thread{[io = &self->long_io] { io->run(); }};
  return std::unique_ptr<control_server>{new control_server{std::move(self)}};
}

control_server::~control_server() {
  self_->stopping = true;
  self_->io.stop();
  self_->long_io.stop();
  self_->thread.join();
  self_->long_thread.join();
  ::unlink(self_->directory.socket_path().c_str());
}

result<std::optional<json>> ask_control(const std::filesystem::path& data_directory, const json& asked) {
  const directory_handle directory{data_directory};
  if (!directory.is_open())
    return std::optional<json>{};
  net::io_context io;
  local::socket peer{io};
  boost::system::error_code error;
  peer.connect(local::endpoint{directory.socket_path()}, error);
  // None, or one that a process left behind which is no more.
  if (error == boost::system::errc::no_such_file_or_directory || error == boost::system::errc::connection_refused)
    return std::optional<json>{};
  const auto broken = [&] {
    return problem{error_code::unavailable,
      "the redial that serves " + data_directory.string() + " could not be asked: " + error.message(), {}};
  };
  if (error)
    return broken();
  net::write(peer, net::buffer(line_of(asked)), error);
  if (error)
    return broken();
  std::string answer;
  net::read_until(peer, net::dynamic_buffer(answer), '\n', error);
  if (error)
    return broken();
  auto parsed = json::parse(answer, nullptr, false);
  if (!parsed.is_object() || !parsed.contains("ok"))
    return problem{error_code::unavailable, "the redial that serves gave an answer that is none", {}};
  return std::optional{std::move(parsed)};
}

} // namespace redial::app
