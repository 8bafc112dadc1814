#include "bench/provider/faults.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>
#include <utility>

namespace redial::provider {

namespace {

struct member {
  std::string_view name;
  double faults::*value;
  double most;
};

constexpr double day_ms = 86'400'000;
constexpr std::array members{
  member{"reset_before", &faults::reset_before, 1},
  member{"silent_before", &faults::silent_before, 1},
  member{"accept_late", &faults::accept_late, 1},
  member{"too_many", &faults::too_many, 1},
  member{"unavailable", &faults::unavailable, 1},
  member{"reject", &faults::reject, 1},
  member{"reset_after", &faults::reset_after, 1},
  member{"silent_after", &faults::silent_after, 1},
  member{"error_after", &faults::error_after, 1},
  member{"answer_late", &faults::answer_late, 1},
  member{"lookup_error", &faults::lookup_error, 1},
  member{"lookup_reset", &faults::lookup_reset, 1},
  member{"lookup_silent", &faults::lookup_silent, 1},
  member{"callback_lose", &faults::callback_lose, 1},
  member{"callback_duplicate", &faults::callback_duplicate, 1},
  member{"callback_delay", &faults::callback_delay, 1},
  member{"callback_reorder", &faults::callback_reorder, 1},
  member{"late_ms", &faults::late_ms, day_ms},
  member{"silent_ms", &faults::silent_ms, day_ms},
  member{"retry_after_s", &faults::retry_after_s, 86'400},
  member{"callback_delay_ms", &faults::callback_delay_ms, day_ms},
  member{"callback_reorder_ms", &faults::callback_reorder_ms, day_ms},
  member{"burst_every_ms", &faults::burst_every_ms, day_ms},
  member{"burst_for_ms", &faults::burst_for_ms, day_ms},
};

/// In the order of `post_fault` and `lookup_fault`, behind `none`.
constexpr std::array post_members{&faults::reset_before, &faults::silent_before, &faults::accept_late,
  &faults::too_many, &faults::unavailable, &faults::reject, &faults::reset_after, &faults::silent_after,
  &faults::error_after, &faults::answer_late};
constexpr std::array lookup_members{&faults::lookup_error, &faults::lookup_reset, &faults::lookup_silent};
constexpr std::array callback_members{
  &faults::callback_lose, &faults::callback_duplicate, &faults::callback_delay, &faults::callback_reorder};

problem wrong(std::string_view name, const std::string& what) {
  return {error_code::invalid_value, what, "/" + std::string{name}};
}

template <std::size_t N>
double sum_of(const faults& orders, const std::array<double faults::*, N>& which) {
  double sum = 0;
  for (auto each : which)
    sum += orders.*each;
  return sum;
}

result<void> check_sums(const faults& orders) {
  constexpr double rounding = 1e-9;
  if (sum_of(orders, post_members) > 1 + rounding)
    return wrong("", "what can happen to a POST must come to 1 at most");
  if (sum_of(orders, lookup_members) > 1 + rounding)
    return wrong("", "what can happen to a look-up must come to 1 at most");
  return {};
}

result<void> assign(faults& orders, std::string_view name, double value) {
  for (const auto& each : members) {
    if (each.name != name)
      continue;
    if (!(value >= 0 && value <= each.most))
      return wrong(name, "must be a number from 0 to " + std::to_string(static_cast<std::int64_t>(each.most)));
    orders.*each.value = value;
    return {};
  }
  return wrong(name, "is no fault that can be ordered");
}

/// @returns a number in [0, 1), the same on every platform.
double unit(std::mt19937_64& from) { return static_cast<double>(from() >> 11U) * 0x1p-53; }

/// @returns 0 for nothing, or 1 + the place of what was drawn.
template <std::size_t N>
std::size_t draw(std::mt19937_64& from, const faults& orders, const std::array<double faults::*, N>& which) {
  double p = unit(from);
  for (std::size_t i = 0; i < N; ++i) {
    if (p < orders.*which[i])
      return i + 1;
    p -= orders.*which[i];
  }
  return 0;
}

} // namespace

std::string to_json(const faults& orders) {
  auto all = nlohmann::ordered_json::object();
  for (const auto& each : members)
    all[std::string{each.name}] = orders.*each.value;
  return all.dump();
}

result<faults> parse_faults(std::string_view json) {
  const auto all = nlohmann::json::parse(json.begin(), json.end(), nullptr, false);
  if (!all.is_object())
    return problem{error_code::invalid_value, "must be a JSON object", ""};
  faults orders;
  for (const auto& [name, value] : all.items()) {
    if (!value.is_number())
      return wrong(name, "must be a number");
    if (auto done = assign(orders, name, value.get<double>()); !done)
      return done.error();
  }
  if (auto done = check_sums(orders); !done)
    return done.error();
  return orders;
}

result<void> set_fault(faults& orders, std::string_view assignment) {
  const auto equals = assignment.find('=');
  const auto name = assignment.substr(0, equals);
  if (equals == std::string_view::npos)
    return wrong(name, "a fault is ordered as NAME=VALUE");
  const auto text = assignment.substr(equals + 1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    return wrong(name, "must be a number");
  auto changed = orders;
  if (auto done = assign(changed, name, value); !done)
    return done;
  if (auto done = check_sums(changed); !done)
    return done;
  orders = changed;
  return {};
}

fault_dice::fault_dice(std::uint64_t seed)
  : posts_{seed}, lookups_{seed + 1}, callbacks_{std::mt19937_64{seed + 2}, std::mt19937_64{seed + 3},
                                        std::mt19937_64{seed + 4}, std::mt19937_64{seed + 5}} {}

post_fault fault_dice::post(const faults& orders) {
  return static_cast<post_fault>(draw(posts_, orders, post_members));
}

lookup_fault fault_dice::lookup(const faults& orders) {
  return static_cast<lookup_fault>(draw(lookups_, orders, lookup_members));
}

bool fault_dice::callback(const faults& orders, callback_fault which) {
  const auto place = static_cast<std::size_t>(which);
  return unit(callbacks_[place]) < orders.*callback_members[place];
}

} // namespace redial::provider
