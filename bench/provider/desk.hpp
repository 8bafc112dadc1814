/// Where requests arrive: reads and checks them, asks the dice what goes wrong, places, looks up, cancels.
#pragma once

#include "bench/provider/call_book.hpp"
#include "bench/provider/exchange.hpp"
#include "bench/provider/faults.hpp"
#include "bench/provider/session.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace redial::provider {

struct desk_options {
  std::string secret;              ///< signs requests; not empty
  std::string base_path;           ///< before "/calls"; empty, or "/…" without a slash at its end
  std::size_t most_live = 100'000; ///< calls in progress or not told to the end; above it a POST is answered 429
};

/// How often what happened, since the start.
struct desk_counters {
  std::uint64_t posts = 0;
  std::uint64_t placed = 0;
  std::uint64_t repeated = 0; ///< POSTs of an attempt that had been placed before
  std::uint64_t refused_fenced = 0;
  std::uint64_t full = 0; ///< 429: too many calls in progress
  std::uint64_t bad_signatures = 0;
  std::uint64_t bad_requests = 0;
  std::uint64_t lookups_known = 0;
  std::uint64_t lookups_unknown = 0;
  std::uint64_t cancellations = 0;
  std::uint64_t in_bursts = 0;
  std::map<std::string_view, std::uint64_t> faults; ///< ordered ones that came to pass
};

/// On the thread of one io_context.
class desk {
public:
  desk(call_book& book, exchange& calls, faults& orders, fault_dice& dice, desk_options options)
    : book_{book}, calls_{calls}, orders_{orders}, dice_{dice}, options_{std::move(options)} {}

  void handle(const incoming& request, bool from_this_machine, const react& respond);

  const desk_counters& counters() const noexcept { return counters_; }

private:
  void post_call(const incoming& request, const react& respond);
  void look_up(std::string_view target, const react& respond);
  void cancel(std::string_view path, const react& respond);
  void administer(const incoming& request, std::string_view path, const react& respond);
  std::string stats() const;

  reaction place(const call_order& order);
  bool wrongly_signed(const incoming& request);
  /// @returns the status to refuse with in a burst of refusals, or 0 outside of one.
  unsigned burst_status() const;
  bool lookup_goes_wrong(const react& respond);
  void later(double ms, std::function<void()> what);

  call_book& book_;
  exchange& calls_;
  faults& orders_;
  fault_dice& dice_;
  desk_options options_;
  desk_counters counters_;
};

} // namespace redial::provider
