#include "tests/crash/stage.hpp"

#include "tests/e2e/client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>
#include <stdexcept>
#include <thread>

namespace redial::crash {

namespace {

const std::string secret = "known to both sides";

/// @returns a port that nobody uses, of those that the kernel gives to no outgoing connection by itself: the programs
/// come back to it after each kill.
std::uint16_t free_port() {
  static std::random_device random;
  for (int tries = 0; tries < 1000; ++tries) {
    const auto port = static_cast<std::uint16_t>(std::uniform_int_distribution<int>{15'000, 32'000}(random));
    const int one = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool taken = ::bind(one, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0;
    ::close(one);
    if (!taken)
      return port;
  }
  throw std::runtime_error{"there is no free port"};
}

} // namespace

telephony::simulator_options stage::network(std::uint64_t seed) {
  telephony::simulator_options options;
  options.seed = seed % 1'000'000 + 1;
  return options;
}

stage::stage(const stage_options& options) : options_{options}, redial_port_{free_port()}, provider_port_{free_port()} {
  start_provider();
  start_redial();
}

void stage::start_provider() {
  std::vector<std::string> arguments{"--listen", "127.0.0.1:" + std::to_string(provider_port_), "--secret", secret,
    "--ledger", ledger().string(), "--seed", std::to_string(network(options_.seed).seed), "--fault-seed",
    std::to_string(options_.seed), "--ring-min-ms", "2", "--ring-mean-ms", "40", "--ring-max-ms", "250",
    "--talk-mean-ms", "60", "--talk-max-ms", "500", "--tell", "essential", "--result", "mixed", "--result-delay-ms",
    "20", "--callback-backoff-most-ms", "500"};
  for (const auto& [name, value] : faults_.items()) {
    arguments.emplace_back("--fault");
    arguments.push_back(name + "=" + value.dump());
  }
  provider_ = std::make_unique<e2e::process>(
    directory_.path(), arguments, std::vector<std::string>{}, std::filesystem::path{PROVIDER_BINARY});
  const auto until = std::chrono::steady_clock::now() + e2e::patience;
  while (provider_->out().find('\n') == std::string::npos) {
    if (!provider_->running() || std::chrono::steady_clock::now() > until)
      throw std::runtime_error{"the provider does not come to serve: " + provider_->err()};
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
}

void stage::start_redial() {
  e2e::settings with{"http.listen=127.0.0.1:" + std::to_string(redial_port_), "gateway.kind=http",
    "gateway.http.base_url=http://127.0.0.1:" + std::to_string(provider_port_), "gateway.http.secret=" + secret,
    "gateway.http.callback_base_url=http://127.0.0.1:" + std::to_string(redial_port_),
    "gateway.http.request_timeout_s=1", "gateway.http.ring_timeout_s=1", "gateway.http.max_duration_s=1",
    "gateway.result_timeout_s=2", "lines.calls_per_second=0",
    "lines.max_concurrent_calls=" + std::to_string(options_.lines), "log.level=warn"};
  with.insert(with.end(), options_.settings.begin(), options_.settings.end());
  redial_ = std::make_unique<e2e::server_process>(directory_, with);
  if (redial_->port() != redial_port_)
    throw std::runtime_error{"redial listens on another port than it was told to"};
}

void stage::end_redial() {
  if (!redial_->child().running())
    throw std::runtime_error{"redial has ended by itself: " + redial_->child().err()};
  redial_->kill();
}

void stage::end_provider() {
  if (!provider_->running())
    throw std::runtime_error{"the provider has ended by itself: " + provider_->err()};
  provider_->signal(SIGKILL);
  if (!provider_->wait())
    throw std::runtime_error{"the provider outlives a kill -9"};
}

void stage::kill_redial() {
  end_redial();
  start_redial();
}

void stage::kill_provider() {
  end_provider();
  start_provider();
}

void stage::kill_both() {
  end_redial();
  end_provider();
  start_provider();
  start_redial();
}

void stage::order(const nlohmann::json& faults) {
  const auto answer = e2e::client{provider_port_}.request(e2e::verb::put, "/faults", faults.dump());
  if (answer.status != 200)
    throw std::runtime_error{"the provider does not take the order: " + answer.body};
  faults_ = faults;
}

nlohmann::json stage::provider_stats() const { return e2e::client{provider_port_}.get("/stats").json(); }

void stage::stop() {
  const auto redial = redial_->stop();
  if (!redial || *redial != 0)
    throw std::runtime_error{"redial does not stop as it should: " + redial_->child().err()};
  provider_->signal(SIGTERM);
  const auto provider = provider_->wait();
  if (!provider || *provider != 0)
    throw std::runtime_error{"the provider does not stop as it should: " + provider_->err()};
}

stage::run stage::verify() const {
  e2e::process checking{directory_.path(), {"verify", "--data-dir", data().string()}};
  const auto status = checking.wait();
  return {status.value_or(-1000), checking.out() + checking.err()};
}

} // namespace redial::crash
