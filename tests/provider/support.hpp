/// A provider in the test's own process, somebody who dials through it, and somebody who takes its callbacks.
#pragma once

#include "bench/provider/provider.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/verb.hpp>
#include <nlohmann/json.hpp>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace redial::test {

inline constexpr std::chrono::seconds patience{60};
inline const std::string secret = "between us two";

/// A file's name in a directory of its own, gone with the object.
class scratch_file {
public:
  scratch_file();
  ~scratch_file();
  scratch_file(const scratch_file&) = delete;
  scratch_file& operator=(const scratch_file&) = delete;
  const std::filesystem::path& path() const noexcept { return path_; }

private:
  std::filesystem::path directory_;
  std::filesystem::path path_;
};

/// @returns options of a provider on a free port, whose calls take no time.
provider::provider_options instant_options(const scratch_file& ledger);
/// @returns the same, but nobody ever answers, and rings for a day: calls stay in progress.
provider::provider_options endless_options(const scratch_file& ledger);

/// A provider that runs until it goes out of scope: then it ends in the middle of everything, as by a kill.
class running_provider {
public:
  explicit running_provider(provider::provider_options options);
  ~running_provider();
  std::uint16_t port() const noexcept { return provider_.port(); }

private:
  provider::provider provider_;
  std::thread thread_;
};

/// What came of a request. `status` 0: the connection broke, or no answer came in time.
struct got {
  unsigned status = 0;
  std::string body;
  std::string retry_after;
  nlohmann::json json() const { return nlohmann::json::parse(body); }
};

/// Says something to a provider, on a connection of its own.
class caller {
public:
  explicit caller(std::uint16_t port, std::chrono::milliseconds limit = patience) : port_{port}, limit_{limit} {}

  got place(const nlohmann::json& call) const;
  got look_up(call_id id) const;
  got cancel(const std::string& id) const;
  nlohmann::json stats() const;
  got order(const nlohmann::json& faults) const;

  using headers = std::vector<std::pair<std::string, std::string>>;
  got send(boost::beast::http::verb method, const std::string& target, const std::string& body,
    const headers& with = {}) const;
  /// @returns the headers that sign `body` as of `age` seconds ago.
  static headers signature_of(const std::string& body, std::int64_t age = 0);

private:
  std::uint16_t port_;
  std::chrono::milliseconds limit_;
};

/// @returns the n-th attempt id of these tests.
call_id attempt_id(std::uint64_t n);
/// @returns a POST /calls, attempt `attempt` to contact `n`.
nlohmann::json call_of(std::uint64_t n, const std::string& callback_url, unsigned attempt = 1);
/// @returns the number of contact `n`.
phone number_of(std::uint64_t n);

/// Takes callbacks, checks their signatures, and remembers them.
class callback_sink {
public:
  /// @param status_of decides what the n-th (from 0) is answered; by default 204
  explicit callback_sink(std::function<unsigned(std::size_t)> status_of = {});
  ~callback_sink();

  std::string url() const;
  /// Waits until there are so many. @returns all.
  std::vector<nlohmann::json> wait_for(std::size_t count);
  std::vector<nlohmann::json> all();
  std::size_t wrongly_signed() const noexcept { return wrongly_signed_; }

private:
  void accept();
  unsigned take(const provider::incoming& request);

  boost::asio::io_context io_{1};
  boost::asio::ip::tcp::acceptor acceptor_;
  provider::handler handle_;
  std::function<unsigned(std::size_t)> status_of_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<nlohmann::json> taken_;
  std::atomic<std::size_t> wrongly_signed_{0};
  std::thread thread_;
};

/// Asks again and again until `wished`. @returns whether it came true within `patience`.
bool eventually(const std::function<bool()>& wished);

/// @returns the whole lines of a file.
std::vector<std::string> lines_of(const std::filesystem::path& file);

} // namespace redial::test
