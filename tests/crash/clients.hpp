/// API clients that create campaigns and order them about, and write down what they were answered.
#pragma once

#include "tests/crash/notes.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace redial::e2e {
class client;
}

namespace redial::crash {

struct client_options {
  std::uint16_t port = 0;
  std::uint64_t seed = 1;
  unsigned number = 0;             ///< of this client; each has numbers to dial of its own
  std::uint32_t most_contacts = 0; ///< in all its campaigns together
};

/// One client with a thread of its own. It goes on where redial was killed, as soon as redial is back.
class api_client {
public:
  explicit api_client(const client_options& options);
  ~api_client();
  api_client(const api_client&) = delete;
  api_client& operator=(const api_client&) = delete;

  /// Ends its thread. @returns what it wrote down. @throws what its thread threw.
  client_notes finish();

private:
  /// What it remembers of a campaign that it may still order about.
  struct hand {
    std::size_t note = 0;
    std::string status = "scheduled";
    std::uint64_t pending = 0;
  };

  void work();
  void step();
  void create();
  void act(hand& on, action what);
  void look(hand& on);
  void change_list(const hand& on);
  void add(hand& on);
  bool wants_more() const;
  /// One of the numbers that are this client's own.
  phone number_of(std::uint32_t contact) const;

  struct reply {
    fate went = fate::open;
    std::string body;
  };
  /// Asks once, after waiting for redial to be back if it is away.
  reply ask(int method, const std::string& target, const std::string& body, std::int64_t& sent, std::int64_t& answered,
    const std::string& type = "application/json");

  void await_server();

  std::size_t pick(std::size_t below) { return std::uniform_int_distribution<std::size_t>{0, below - 1}(random_); }
  bool chance(double p) { return std::bernoulli_distribution{p}(random_); }

  client_options options_;
  std::mt19937_64 random_;
  std::unique_ptr<e2e::client> http_;
  bool up_ = true; ///< the last request was answered
  std::vector<campaign_note> notes_;
  std::vector<dnc_note> do_not_call_;
  std::vector<hand> hands_;
  std::uint32_t contacts_ = 0;
  std::atomic<bool> stopping_{false};
  std::exception_ptr failed_;
  std::thread thread_;
};

} // namespace redial::crash
