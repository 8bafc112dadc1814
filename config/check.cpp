#include "config/check.hpp"

#include "config/endpoint.hpp"
#include "domain/phone.hpp"

#include <cmath>

namespace redial::config {

namespace {

std::optional<fault> check_listen(const settings& s) {
  const auto address = parse_endpoint(s.http.listen);
  if (!address)
    return fault{"http.listen", "must be HOST:PORT with a port of 0 to 65535, is \"" + s.http.listen + "\""};
  if (s.http.insecure_no_auth && !is_loopback(address->host))
    return fault{"http.insecure_no_auth",
      "is refused unless http.listen is an address of this machine alone (127.0.0.0/8, [::1] or localhost): whoever "
      "reaches \""
        + s.http.listen + "\" could have people called"};
  return std::nullopt;
}

std::optional<fault> check_tls(const http_settings& s) {
  if (s.tls_cert.empty() == s.tls_key.empty())
    return std::nullopt;
  return fault{
    s.tls_cert.empty() ? "http.tls_cert" : "http.tls_key", "must be given too: a certificate and its key go together"};
}

std::optional<fault> check_outcomes(const outcome_settings& o) {
  const double total = o.answered + o.no_answer + o.voicemail + o.busy + o.declined + o.unreachable + o.invalid_number
                       + o.network_error + o.abandoned;
  if (std::abs(total - 1) > 1e-6)
    return fault{"gateway.simulator.outcomes.answered",
      "the probabilities under [gateway.simulator.outcomes] must come to 1, come to " + std::to_string(total)};
  return std::nullopt;
}

std::optional<fault> check_dispositions(const std::map<std::string, double>& weights) {
  constexpr std::string_view key = "gateway.simulator.dispositions";
  double total = 0;
  for (const auto& [label, weight] : weights) {
    if (!disposition::is_valid(label))
      return fault{key, "\"" + label + "\" must be 1 to 64 of a-z, 0-9 and _"};
    if (!(weight >= 0 && weight <= 1e9))
      return fault{key, "the weight of " + label + " must be 0 to 1000000000"};
    total += weight;
  }
  if (!weights.empty() && total <= 0)
    return fault{key, "at least one weight must be more than 0"};
  return std::nullopt;
}

std::optional<fault> check_overrides(const std::vector<suffix_setting>& rules) {
  constexpr std::string_view key = "gateway.simulator.overrides";
  for (const auto& rule : rules) {
    if (rule.suffix.empty() || rule.suffix.size() > 15
        || rule.suffix.find_first_not_of("0123456789") != std::string::npos)
      return fault{key, "the suffix \"" + rule.suffix + "\" must be 1 to 15 digits"};
    if (rule.outcome == call_outcome::unknown)
      return fault{key, "the simulator always knows how a call ended: \"unknown\" cannot be given to a suffix"};
    if (!rule.disposition.empty() && rule.outcome != call_outcome::answered)
      return fault{key, "the suffix " + rule.suffix + " has a disposition, but its outcome is not \"answered\""};
    if (!rule.disposition.empty() && !disposition::is_valid(rule.disposition))
      return fault{key, "the disposition \"" + rule.disposition + "\" must be 1 to 64 of a-z, 0-9 and _"};
  }
  return std::nullopt;
}

std::optional<fault> check_simulator(const simulator_settings& s) {
  if (!phone::parse(s.peers_base))
    return fault{"gateway.simulator.peers_base", "must be an E.164 number, is \"" + s.peers_base + "\""};
  const bool fixed = s.ring_min_ms == s.ring_mean_ms && s.ring_mean_ms == s.ring_max_ms;
  if (!fixed && !(s.ring_min_ms < s.ring_mean_ms && s.ring_mean_ms < s.ring_max_ms))
    return fault{"gateway.simulator.ring_mean_ms",
      "must lie between ring_min_ms and ring_max_ms, or all three be equal; is " + std::to_string(s.ring_mean_ms)};
  if (auto found = check_dispositions(s.dispositions))
    return found;
  if (auto found = check_overrides(s.overrides))
    return found;
  return check_outcomes(s.outcomes);
}

bool is_http_url(std::string_view text) {
  return (text.starts_with("http://") && text.size() > 7) || (text.starts_with("https://") && text.size() > 8);
}

std::optional<fault> check_provider(const settings& s) {
  const auto& p = s.gateway.http;
  if (!is_http_url(p.base_url))
    return fault{"gateway.http.base_url", "must be an http:// or https:// URL, is \"" + p.base_url + "\""};
  if (p.secret.size() < 16)
    return fault{"gateway.http.secret", "must be at least 16 characters long"};
  if (!p.from.empty() && !phone::parse(p.from))
    return fault{"gateway.http.from", "must be an E.164 number, is \"" + p.from + "\""};
  if (!p.callback_base_url.empty() && !is_http_url(p.callback_base_url))
    return fault{
      "gateway.http.callback_base_url", "must be an http:// or https:// URL, is \"" + p.callback_base_url + "\""};
  const auto listen = parse_endpoint(s.http.listen).value();
  if (p.callback_base_url.empty() && listen.port == 0)
    return fault{"gateway.http.callback_base_url",
      "must be given where http.listen takes a free port: a provider has to find redial again after a restart"};
  if (p.callback_base_url.empty() && (listen.host == "0.0.0.0" || listen.host == "::"))
    return fault{"gateway.http.callback_base_url",
      "must be given where http.listen takes every address of this machine: a provider has to know one"};
  return std::nullopt;
}

} // namespace

std::optional<fault> check(const settings& s) {
  if (auto found = check_listen(s))
    return found;
  if (auto found = check_tls(s.http))
    return found;
  if (s.storage.data_dir.empty())
    return fault{"storage.data_dir", "must not be empty"};
  if (s.clock.speed > 1 && s.gateway.kind != "simulator")
    return fault{"clock.speed",
      "must be 1 unless gateway.kind is \"simulator\": people cannot be called faster than in "
      "real time"};
  if (s.gateway.kind == "http")
    return check_provider(s);
  return check_simulator(s.gateway.simulator);
}

} // namespace redial::config
