/// The gateway that the configuration asks for, ready to be used.
#pragma once

#include "config/settings.hpp"
#include "domain/result.hpp"
#include "http/exchange.hpp"
#include "telephony/call_gateway.hpp"
#include "telephony/http/http_gateway.hpp"
#include "timing/timer_service.hpp"

#include <spdlog/logger.h>

#include <memory>

namespace redial::app {

/// A gateway and what carries it.
class wired_gateway {
public:
  explicit wired_gateway(std::unique_ptr<telephony::call_gateway> simulator) : gateway_{std::move(simulator)} {}
  wired_gateway(std::unique_ptr<telephony::http_transport> transport, std::unique_ptr<telephony::http_gateway> gateway)
    : transport_{std::move(transport)}, provider_{gateway.get()}, gateway_{std::move(gateway)} {}

  telephony::call_gateway& calls() const noexcept { return *gateway_; }

  /// @returns what serves the provider's callbacks; empty for a gateway that has none. Good until this goes.
  http::provider_callback callback() const;

  /// No news comes after it returns.
  void shut_down();

private:
  std::unique_ptr<telephony::http_transport> transport_;
  telephony::http_gateway* provider_ = nullptr;
  std::unique_ptr<telephony::call_gateway> gateway_;
};

/// @returns `invalid_value` where the settings make no gateway. `time`, `timers` and `log` must outlive it.
result<wired_gateway> make_gateway(
  const config::settings& settings, const clock& time, timing::timer_service& timers, spdlog::logger& log);

} // namespace redial::app
