#include "app/gateway.hpp"

#include "telephony/http/client.hpp"
#include "telephony/simulator.hpp"

namespace redial::app {

namespace {

telephony::simulator_options simulator_options(const config::simulator_settings& s) {
  telephony::simulator_options o;
  o.seed = s.seed;
  o.workload = s.workload == "peers" ? telephony::simulator_workload::peers : telephony::simulator_workload::lifelike;
  o.outcomes = {s.outcomes.answered, s.outcomes.no_answer, s.outcomes.voicemail, s.outcomes.busy, s.outcomes.declined,
    s.outcomes.unreachable, s.outcomes.invalid_number, s.outcomes.network_error, s.outcomes.abandoned};
  o.dispositions = s.dispositions;
  for (const auto& override : s.overrides)
    o.overrides.push_back({override.suffix, override.outcome, override.disposition});
  o.ring_min = milliseconds{s.ring_min_ms};
  o.ring_mean = milliseconds{s.ring_mean_ms};
  o.ring_max = milliseconds{s.ring_max_ms};
  o.talk_mean = milliseconds{s.talk_mean_ms};
  o.talk_max = milliseconds{s.talk_max_ms};
  o.instant = s.instant;
  o.peers_base = phone::parse(s.peers_base).value();
  return o;
}

result<wired_gateway> make_simulated(
  const config::simulator_settings& settings, const clock& time, timing::timer_service& timers) {
  auto options = simulator_options(settings);
  if (auto fault = telephony::fault_of(options))
    return problem{error_code::invalid_value, "gateway.simulator: " + *fault, {}};
  return wired_gateway{telephony::make_simulator(std::move(options), time, timers)};
}

result<wired_gateway> make_provider(
  const config::settings& settings, const clock& time, timing::timer_service& timers, spdlog::logger& log) {
  const auto& s = settings.gateway.http;
  telephony::http_client_options wire;
  wire.base_url = s.base_url;
  wire.connections = s.connections;
  wire.request_timeout = std::chrono::seconds{s.request_timeout_s};
  wire.ca_file = s.ca_file;
  wire.log = [&log](const std::string& text) { log.warn("gateway: {}", text); };
  auto transport = telephony::make_http_client(std::move(wire));
  if (!transport)
    return problem{error_code::invalid_value, "gateway.http: " + transport.error().detail, {}};
  telephony::http_gateway_options o;
  o.secret = s.secret;
  o.callback_url = s.callback_base_url;
  if (o.callback_url.empty())
    o.callback_url = (settings.http.tls_cert.empty() ? "http://" : "https://") + settings.http.listen;
  while (o.callback_url.ends_with('/'))
    o.callback_url.pop_back();
  o.callback_url += "/v1/gateway/events";
  o.from = s.from;
  o.ring_timeout = std::chrono::seconds{s.ring_timeout_s};
  o.max_duration = std::chrono::seconds{s.max_duration_s};
  o.result_timeout = std::chrono::seconds{settings.gateway.result_timeout_s};
  o.lookup_fences = s.lookup_fences;
  o.log = [&log](const std::string& text) { log.warn("gateway: {}", text); };
  auto gateway = telephony::make_http_gateway(std::move(o), **transport, time, timers);
  return wired_gateway{std::move(*transport), std::move(gateway)};
}

} // namespace

http::provider_callback wired_gateway::callback() const {
  if (!provider_)
    return {};
  return [provider = provider_](std::string_view signature, std::string_view body,
           std::function<void(result<void>)> done) { provider->take_callback(signature, body, std::move(done)); };
}

void wired_gateway::shut_down() {
  gateway_->shut_down();
  if (transport_)
    transport_->shut_down();
}

result<wired_gateway> make_gateway(
  const config::settings& settings, const clock& time, timing::timer_service& timers, spdlog::logger& log) {
  if (settings.gateway.kind == "http")
    return make_provider(settings, time, timers, log);
  return make_simulated(settings.gateway.simulator, time, timers);
}

} // namespace redial::app
