#include "server_process.hpp"

#include "shown_stderr.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <thread>

namespace redial::e2e {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

[[noreturn]] void fail(const char* what) { throw std::system_error{errno, std::generic_category(), what}; }

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

int open_new(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  if (descriptor < 0)
    fail("cannot make a file for the output of redial");
  return descriptor;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (auto& text : texts)
    result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

std::vector<std::string> environment_with(const std::vector<std::string>& added) {
  std::vector<std::string> all = added;
  for (char** each = environ; each && *each; ++each) {
    if (!std::string_view{*each}.starts_with("REDIAL_"))
      all.emplace_back(*each);
  }
  return all;
}

/// Between fork and exec: only what a signal handler may call.
[[noreturn]] void become(
  pid_t parent, const char* program, const char* directory, int out, int err, char** arguments, char** environment) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) // it has died in between
    ::_exit(126);
  const int in = ::open("/dev/null", O_RDONLY);
  if (in < 0 || ::dup2(in, 0) < 0 || ::dup2(out, 1) < 0 || ::dup2(err, 2) < 0 || ::chdir(directory) != 0)
    ::_exit(126);
  ::execve(program, arguments, environment);
  ::_exit(127);
}

/// @returns the same with an admin key, unless there is one.
std::vector<std::string> with_key(std::vector<std::string> environment) {
  const auto gives_key = [](const std::string& each) { return each.starts_with("REDIAL_ADMIN_KEY="); };
  if (std::none_of(environment.begin(), environment.end(), gives_key))
    environment.push_back("REDIAL_ADMIN_KEY=" + admin_key);
  // An empty one stands for none.
  std::erase(environment, "REDIAL_ADMIN_KEY=");
  return environment;
}

std::vector<std::string> serve_arguments(const scratch_directory& directory, const settings& with) {
  std::vector<std::string> arguments{"serve", "--data-dir", (directory.path() / "data").string(), "--listen",
    "127.0.0.1:0", "--set", "http.requests_per_minute=0"};
  for (const auto& each : with) {
    if (!each.starts_with("--"))
      arguments.emplace_back("--set");
    arguments.push_back(each);
  }
  return arguments;
}

} // namespace

scratch_directory::scratch_directory() {
  auto pattern = (std::filesystem::temp_directory_path() / "redial-e2e-XXXXXX").string();
  if (!::mkdtemp(pattern.data()))
    fail("cannot make a temporary directory");
  path_ = pattern;
}

scratch_directory::~scratch_directory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

process::process(const std::filesystem::path& directory, const std::vector<std::string>& arguments,
  const std::vector<std::string>& environment, const std::filesystem::path& program) {
  const std::filesystem::path binary = program.empty() ? REDIAL_BINARY : program;
  static std::atomic<int> runs{0};
  const auto run = std::to_string(++runs);
  out_ = directory / ("out." + run);
  err_ = directory / ("err." + run);
  std::vector<std::string> words{binary.filename().string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  for (const auto& word : words)
    command_ += (command_.empty() ? "" : " ") + word;
  auto variables = environment_with(environment);
  const auto argv = pointers(words);
  const auto envp = pointers(variables);
  const int out = open_new(out_);
  const int err = open_new(err_);
  const auto parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0)
    become(parent, binary.c_str(), directory.c_str(), out, err, const_cast<char**>(argv.data()),
      const_cast<char**>(envp.data()));
  ::close(out);
  ::close(err);
  if (pid_ < 0)
    fail("fork");
  // By number: the wrapper of glibc 2.36 is declared as if it were C++.
  descriptor_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  if (descriptor_ < 0)
    fail("pidfd_open");
}

process::~process() {
  if (!status_) {
    ::kill(pid_, SIGKILL);
    wait();
  }
  if (descriptor_ >= 0)
    ::close(descriptor_);
  keep_stderr(command_, err());
}

void process::signal(int number) const {
  if (!status_)
    ::kill(pid_, number);
}

std::optional<int> process::wait(milliseconds limit) {
  if (status_)
    return status_;
  pollfd ended{descriptor_, POLLIN, 0};
  const auto until = steady_clock::now() + limit;
  for (;;) {
    const auto left = std::chrono::duration_cast<milliseconds>(until - steady_clock::now());
    const int ready = ::poll(&ended, 1, static_cast<int>(std::max<milliseconds::rep>(left.count(), 0)));
    if (ready > 0)
      break;
    if (ready == 0)
      return std::nullopt;
    if (errno != EINTR)
      fail("poll");
  }
  int status = 0;
  if (::waitpid(pid_, &status, 0) != pid_)
    fail("waitpid");
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return status_;
}

std::string process::out() const { return content_of(out_); }
std::string process::err() const { return content_of(err_); }

server_process::server_process(
  const scratch_directory& directory, const settings& with, const std::vector<std::string>& environment)
  : child_{directory.path(), serve_arguments(directory, with), with_key(environment)} {
  constexpr std::string_view in_clear = "redial listening on http://127.0.0.1:";
  constexpr std::string_view under_tls = "redial listening on https://127.0.0.1:";
  const auto until = steady_clock::now() + patience;
  for (;;) {
    const bool ended = !child_.running();
    const auto said = child_.out();
    if (const auto end = said.find('\n'); end != std::string::npos) {
      const auto wanted = said.starts_with(under_tls) ? under_tls : in_clear;
      if (!said.starts_with(wanted))
        throw std::runtime_error{"redial's first line is not what it promises: " + said};
      port_ = static_cast<std::uint16_t>(std::stoul(said.substr(wanted.size(), end - wanted.size())));
      return;
    }
    if (ended || steady_clock::now() > until)
      throw std::runtime_error{(ended ? "redial ended at once: " : "redial does not come to serve: ") + child_.err()};
    std::this_thread::sleep_for(milliseconds{5});
  }
}

void server_process::kill() {
  child_.signal(SIGKILL);
  if (!child_.wait())
    throw std::runtime_error{"redial outlives a kill -9"};
}

std::optional<int> server_process::stop(milliseconds limit) {
  child_.signal(SIGTERM);
  return child_.wait(limit);
}

std::uint64_t server_process::memory_kib(const std::string& line) const {
  std::ifstream in{"/proc/" + std::to_string(child_.pid()) + "/status"};
  for (std::string text; std::getline(in, text);) {
    if (text.starts_with(line + ":"))
      return std::stoull(text.substr(line.size() + 1));
  }
  throw std::runtime_error{"the kernel does not tell " + line};
}

} // namespace redial::e2e
