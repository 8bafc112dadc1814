#include "bench/server_process.hpp"

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string_view>

#include <csignal>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace redial::bench {

namespace {

constexpr std::string_view greeting = "redial listening on http://127.0.0.1:";

/// @returns the first line that comes out of `from`, without its end; what came before the end of file, if none does.
std::string first_line(int from) {
  std::string line;
  for (char c = 0;;) {
    const auto got = read(from, &c, 1);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0 || c == '\n')
      return line;
    line += c;
  }
}

} // namespace

server_process::server_process(const server_plan& plan) {
  std::vector<std::string> words{plan.program.string(), "serve", "--data-dir", plan.data_dir.string(), "--listen",
    "127.0.0.1:0", "--log-level", "warn", "--set", "http.requests_per_minute=0"};
  for (const auto& [key, value] : plan.settings) {
    words.emplace_back("--set");
    words.push_back(key + "=" + value);
  }
  std::vector<char*> arguments;
  for (auto& word : words)
    arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::vector<char*> environment;
  for (auto** entry = environ; *entry != nullptr; ++entry) {
    if (!std::string_view{*entry}.starts_with("REDIAL_"))
      environment.push_back(*entry);
  }
  auto key = std::string{"REDIAL_ADMIN_KEY="} + admin_key;
  environment.push_back(key.data());
  environment.push_back(nullptr);

  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0)
    throw std::runtime_error(std::string{"pipe: "} + std::strerror(errno));
  const auto begin = std::chrono::steady_clock::now();
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL); // whoever measures may be killed; its server must not go on beside the next one
    dup2(ends[1], STDOUT_FILENO);
    dup2(open(plan.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644), STDERR_FILENO);
    execve(plan.program.c_str(), arguments.data(), environment.data());
    _exit(127);
  }
  close(ends[1]);
  if (pid_ < 0) {
    close(ends[0]);
    throw std::runtime_error("cannot start " + plan.program.string() + ": " + std::strerror(errno));
  }
  const auto line = first_line(ends[0]);
  time_to_ready_ = std::chrono::steady_clock::now() - begin;
  close(ends[0]);
  if (!line.starts_with(greeting)) {
    kill();
    throw std::runtime_error("the server did not come up (it said \"" + line + "\"); see " + plan.log.string());
  }
  port_ = static_cast<std::uint16_t>(std::stoi(line.substr(greeting.size())));
}

server_process::~server_process() { kill(); }

int server_process::wait() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return status;
}

void server_process::stop() {
  ::kill(pid_, SIGTERM);
  if (const auto status = wait(); !WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw std::runtime_error("the server did not stop in good order");
}

void server_process::kill() {
  if (pid_ < 0)
    return;
  ::kill(pid_, SIGKILL);
  wait();
}

} // namespace redial::bench
