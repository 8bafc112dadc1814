#include "bench/load/flatness.hpp"

#include "bench/series.hpp"

#include <numeric>
#include <span>

namespace redial::bench {

namespace {

/// @returns bytes a second, by least squares.
double slope_of(std::span<const soak_sample> samples) {
  const auto count = static_cast<double>(samples.size());
  double mean_x = 0, mean_y = 0;
  for (const auto& s : samples) {
    mean_x += s.at / count;
    mean_y += s.resident / count;
  }
  double covariance = 0, variance = 0;
  for (const auto& s : samples) {
    covariance += (s.at - mean_x) * (s.resident - mean_y);
    variance += (s.at - mean_x) * (s.at - mean_x);
  }
  return variance > 0 ? covariance / variance : 0;
}

double p99_ms(std::span<const soak_sample> samples) {
  histogram all;
  for (const auto& s : samples)
    all.add(s.gets);
  return static_cast<double>(all.quantile(0.99)) / 1e6;
}

double mean_pace(std::span<const soak_sample> samples) {
  return std::accumulate(samples.begin(), samples.end(), 0.0, [](double sum, const soak_sample& s) {
    return sum + s.attempts_a_second;
  }) / static_cast<double>(samples.size());
}

} // namespace

flatness_verdict judge(const std::vector<soak_sample>& samples, const flatness_bounds& bounds) {
  flatness_verdict verdict;
  const auto find = [&](bool good, std::string text) {
    verdict.flat = verdict.flat && good;
    verdict.findings.push_back((good ? "ok: " : "NOT OK: ") + std::move(text));
  };
  std::size_t first = 0;
  while (first < samples.size() && samples[first].at < bounds.warm_up_s)
    ++first;
  const std::span judged{samples.begin() + static_cast<std::ptrdiff_t>(first), samples.end()};
  if (judged.size() < fewest_judged) {
    find(false, "only " + std::to_string(judged.size()) + " samples after the warm-up: too few to judge");
    return verdict;
  }
  const auto length = judged.back().at - judged.front().at;
  const auto campaigns = static_cast<double>(judged.back().campaigns - judged.front().campaigns);
  const auto grown = slope_of(judged) * length;
  const auto allowed = campaigns * bounds.bytes_a_campaign + bounds.noise_bytes;
  find(grown <= allowed, "memory grew by " + readable(grown / 1e6) + " MB in " + readable(length) + " s ("
                           + readable(grown / length * 3600 / 1e6) + " MB an hour), " + readable(allowed / 1e6)
                           + " MB are allowed with " + readable(campaigns) + " more campaigns on record");
  const auto third = judged.size() / 3;
  const auto begin = judged.first(third);
  const auto end = judged.last(third);
  find(p99_ms(end) <= p99_ms(begin) * bounds.slower + bounds.slack_ms,
    "p99 of GET of a campaign " + readable(p99_ms(begin)) + " ms in the first third, " + readable(p99_ms(end))
      + " ms in the last");
  find(mean_pace(end) >= mean_pace(begin) * bounds.weaker, "attempts a second " + readable(mean_pace(begin))
                                                             + " in the first third, " + readable(mean_pace(end))
                                                             + " in the last");
  std::uint64_t failures = 0;
  for (const auto& s : samples)
    failures += s.failures;
  find(failures == 0, std::to_string(failures) + " requests were not answered, or with 5xx");
  return verdict;
}

} // namespace redial::bench
