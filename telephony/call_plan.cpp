#include "telephony/call_plan.hpp"

#include <array>
#include <cmath>
#include <utility>

namespace redial::telephony {

namespace {

/// One step of the splitmix64 generator (Steele, Lea, Flood 2014), seen as a hash of `x`.
constexpr std::uint64_t splitmix64(std::uint64_t x) noexcept {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

/// @returns a number in [0, 1) with 53 random bits.
constexpr double unit(std::uint64_t bits) noexcept { return static_cast<double>(bits >> 11U) * 0x1p-53; }

/// The draws of one attempt. Each has its place in the stream, so that what one is used for does not move the others.
class draws {
public:
  draws(std::uint64_t seed, phone number, std::uint8_t attempt) noexcept
    : key_{splitmix64(splitmix64(splitmix64(seed) ^ number.packed()) ^ attempt)} {}

  double outcome() const noexcept { return nth(0); }
  double disposition() const noexcept { return nth(1); }
  double ring() const noexcept { return nth(2); }
  double talk() const noexcept { return nth(3); }

private:
  double nth(std::uint64_t n) const noexcept { return unit(splitmix64(key_ + n)); }
  std::uint64_t key_;
};

std::array<std::pair<call_outcome, double>, 9> weights(const outcome_mix& mix) {
  using enum call_outcome;
  return {{{answered, mix.answered}, {no_answer, mix.no_answer}, {voicemail, mix.voicemail}, {busy, mix.busy},
    {declined, mix.declined}, {unreachable, mix.unreachable}, {invalid_number, mix.invalid_number},
    {network_error, mix.network_error}, {abandoned, mix.abandoned}}};
}

call_outcome draw_outcome(const outcome_mix& mix, double p) {
  auto last = call_outcome::no_answer;
  for (auto [outcome, weight] : weights(mix)) {
    if (p < weight)
      return outcome;
    p -= weight;
    if (weight > 0)
      last = outcome;
  }
  return last; // the weights may fall short of 1 by a rounding error
}

std::string draw_disposition(const std::map<std::string, double>& weights, double p) {
  double total = 0;
  for (const auto& [label, weight] : weights)
    total += weight;
  p *= total;
  const std::string* last = nullptr;
  for (const auto& [label, weight] : weights) {
    if (p < weight)
      return label;
    p -= weight;
    if (weight > 0)
      last = &label;
  }
  return last ? *last : std::string{};
}

bool ends_in(phone number, const std::string& suffix) noexcept {
  auto rest = number.packed();
  for (auto digit = suffix.rbegin(); digit != suffix.rend(); ++digit, rest /= 10) {
    if (rest == 0 || rest % 10 != static_cast<std::uint64_t>(*digit - '0'))
      return false;
  }
  return true;
}

/// Outcome and disposition, before any override.
std::pair<call_outcome, std::string> draw(
  const simulator_options& options, phone number, std::uint8_t attempt, const draws& random) {
  if (options.workload == simulator_workload::peers) {
    const auto contact = number.packed() - options.peers_base.packed();
    const double p = unit(splitmix64(contact * 3 + attempt));
    if (p < 0.1)
      return {call_outcome::answered, "interested"};
    if (p < 0.4)
      return {call_outcome::answered, "not_interested"};
    return {p < 0.6 ? call_outcome::busy : call_outcome::no_answer, {}};
  }
  const auto outcome = draw_outcome(options.outcomes, random.outcome());
  if (outcome != call_outcome::answered)
    return {outcome, {}};
  return {outcome, draw_disposition(options.dispositions, random.disposition())};
}

milliseconds ring_time(const simulator_options& options, call_outcome outcome, double p) {
  switch (outcome) {
  case call_outcome::no_answer: return options.ring_max;
  case call_outcome::busy:
  case call_outcome::invalid_number:
  case call_outcome::unreachable:
  case call_outcome::network_error: return options.ring_min;
  default: break;
  }
  if (options.ring_min == options.ring_max)
    return options.ring_min;
  // min + (max - min) p^k stays within the bounds, and its mean is exact: that of p^k is 1 / (k + 1).
  const auto range = static_cast<double>((options.ring_max - options.ring_min).count());
  const auto mean = static_cast<double>((options.ring_mean - options.ring_min).count());
  return options.ring_min + milliseconds{std::llround(range * std::pow(p, range / mean - 1))};
}

milliseconds talk_time(const simulator_options& options, double p) {
  if (options.talk_mean.count() == 0 || options.talk_max.count() == 0)
    return milliseconds{0};
  const auto mean = static_cast<double>(options.talk_mean.count());
  const auto uncut = -mean * std::log1p(-p);
  return milliseconds{std::llround(std::min(uncut, static_cast<double>(options.talk_max.count())))};
}

} // namespace

std::optional<std::string> fault_of(const simulator_options& options) {
  double total = 0;
  for (auto [outcome, weight] : weights(options.outcomes)) {
    if (!(weight >= 0 && weight <= 1))
      return "the probability of " + std::string{to_string(outcome)} + " must be 0 to 1";
    total += weight;
  }
  if (std::abs(total - 1) > 1e-6)
    return "the outcome probabilities must come to 1, not " + std::to_string(total);
  double all_dispositions = 0;
  for (const auto& [label, weight] : options.dispositions) {
    if (!disposition::is_valid(label))
      return "the disposition \"" + label + "\" must be 1 to 64 of a-z, 0-9 and _";
    if (!(weight >= 0 && std::isfinite(weight)))
      return "the weight of the disposition " + label + " must be 0 or more";
    all_dispositions += weight;
  }
  if (!options.dispositions.empty() && !(all_dispositions > 0 && std::isfinite(all_dispositions)))
    return "the weights of the dispositions must come to more than 0";
  for (const auto& rule : options.overrides) {
    if (rule.suffix.empty() || rule.suffix.size() > 15
        || rule.suffix.find_first_not_of("0123456789") != std::string::npos)
      return "the suffix \"" + rule.suffix + "\" must be 1 to 15 digits";
    if (rule.outcome == call_outcome::unknown)
      return "a suffix cannot have the outcome unknown: that is what redial says of a call nobody can tell of";
    if (!rule.disposition.empty() && rule.outcome != call_outcome::answered)
      return "the suffix " + rule.suffix + " has a disposition, but its outcome is not answered";
    if (!rule.disposition.empty() && !disposition::is_valid(rule.disposition))
      return "the disposition \"" + rule.disposition + "\" must be 1 to 64 of a-z, 0-9 and _";
  }
  const bool ring_fixed = options.ring_min == options.ring_mean && options.ring_mean == options.ring_max;
  if (options.ring_min.count() < 0
      || !(ring_fixed || (options.ring_min < options.ring_mean && options.ring_mean < options.ring_max)))
    return "the mean ringing time must lie between the shortest and the longest";
  if (options.talk_mean.count() < 0 || options.talk_max.count() < 0)
    return "talking times must be 0 or more";
  return std::nullopt;
}

call_plan plan_call(const simulator_options& options, phone number, std::uint8_t attempt) {
  const draws random{options.seed, number, attempt};
  call_plan plan;
  std::tie(plan.outcome, plan.disposition) = draw(options, number, attempt, random);
  for (const auto& rule : options.overrides) {
    if (!ends_in(number, rule.suffix))
      continue;
    if (!rule.disposition.empty())
      plan.disposition = rule.disposition;
    else if (rule.outcome != call_outcome::answered)
      plan.disposition.clear();
    else if (plan.outcome != call_outcome::answered)
      plan.disposition = draw_disposition(options.dispositions, random.disposition());
    plan.outcome = rule.outcome;
    break;
  }
  if (!options.instant) {
    plan.ring = ring_time(options, plan.outcome, random.ring());
    if (plan.outcome == call_outcome::answered)
      plan.talk = talk_time(options, random.talk());
  }
  return plan;
}

} // namespace redial::telephony
