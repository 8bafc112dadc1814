#include "telephony/http/circuit_breaker.hpp"

#include <algorithm>

namespace redial::telephony {

std::variant<circuit_breaker::pass, milliseconds> circuit_breaker::ask(time_point now) {
  std::lock_guard lock{mutex_};
  if (open_) {
    if (probing_ || now < until_)
      return left(now);
    probing_ = true;
  }
  return pass{opened_};
}

milliseconds circuit_breaker::failed(pass of, time_point now) {
  std::lock_guard lock{mutex_};
  // One that passed before the last opening says nothing new.
  if (of.opened == opened_) {
    ++opened_;
    open_ = true;
    probing_ = false;
    pause_ = std::clamp(pause_ * 2, first_pause, longest_pause);
    until_ = now + pause_;
  }
  return left(now);
}

void circuit_breaker::reached(pass of) {
  std::lock_guard lock{mutex_};
  if (of.opened != opened_)
    return;
  open_ = false;
  probing_ = false;
  pause_ = milliseconds{0};
}

milliseconds circuit_breaker::left(time_point now) const {
  // While a probe is under way nobody knows: ask again soon.
  return open_ && now < until_ ? until_ - now : first_pause;
}

} // namespace redial::telephony
