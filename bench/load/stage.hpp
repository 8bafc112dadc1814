/// What a scenario of the load has to work with: a server, how hard to press it, and where results go.
#pragma once

#include "bench/load/open_loop.hpp"
#include "bench/measure.hpp"
#include "bench/process.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace redial::bench {

struct load_options {
  bench_options own;                  ///< the server that is started, where none is given
  std::optional<target> given;        ///< a server that runs already
  double seconds = 5;                 ///< of each storm
  double scale = 1;                   ///< multiplies all rates
  unsigned connections = 64;          ///< of the caller
  std::uint64_t contacts = 1'000'000; ///< of the long list
  unsigned pauses = 100;              ///< of a busy campaign
  std::uint64_t seed = 1;
};

/// @returns what was answered other than 2xx, for people: "12 x 409, 3 x 503"; 0 stands for no answer. Empty if
/// nothing.
std::string others(const tally& came);

/// The results of all scenarios, in the order of their coming.
class load_results {
public:
  /// @param rate that was asked for, requests a second
  void add(const std::string& scenario, double rate, load_outcome outcome);
  /// Figures beside the latencies.
  report& figures() noexcept { return figures_; }

  /// @returns how many requests came to nothing: no answer, or 5xx.
  std::uint64_t failures() const;
  void print() const;
  nlohmann::json json() const;

private:
  struct run {
    std::string scenario;
    double rate = 0;
    load_outcome outcome;
  };
  std::vector<run> runs_;
  report figures_;
};

/// A server for one scenario: on fresh data with these settings, or the one that was given, as it is.
class stage {
public:
  stage(const load_options& options, std::vector<std::pair<std::string, std::string>> settings);

  const target& where() const noexcept { return where_; }
  /// @returns the server's process, if it is ours to look at.
  std::optional<pid_t> pid() const;

private:
  std::unique_ptr<server_process> own_;
  target where_;
};

/// Each brings its own campaigns, and adds to `into`.
void load_many(const load_options& options, load_results& into);    ///< many small campaigns are created
void load_million(const load_options& options, load_results& into); ///< one long list by one POST
void load_polling(const load_options& options, load_results& into); ///< status and lists are read
void load_patch(const load_options& options, load_results& into);   ///< pause and resume, and how soon nobody is dialed
void load_delete(const load_options& options, load_results& into);  ///< contacts are removed
void load_day(const load_options& options, load_results& into);     ///< all of it together

} // namespace redial::bench
