#include "timing/wall_clock.hpp"

#include <algorithm>
#include <stdexcept>

namespace redial::timing {

namespace {

time_point system_now() noexcept { return std::chrono::floor<milliseconds>(std::chrono::system_clock::now()); }

} // namespace

wall_clock::wall_clock(double speed, std::optional<time_point> not_before, const std::optional<clock_anchor>& former)
  : speed_{speed}, system_origin_{system_now()}, origin_{system_origin_}, started_{std::chrono::steady_clock::now()} {
  if (!(speed >= 1 && speed <= 1'000'000))
    throw std::invalid_argument("clock speed must be 1 to 1000000");
  if (former && former->speed == speed && former->system <= system_origin_) {
    const std::chrono::duration<double, std::milli> elapsed = system_origin_ - former->system;
    origin_ = std::max(origin_, former->shown + std::chrono::floor<milliseconds>(elapsed * speed));
  }
  if (not_before)
    origin_ = std::max(origin_, *not_before);
}

time_point wall_clock::now() const noexcept {
  if (speed_ == 1)
    return system_now();
  const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - started_;
  return origin_ + std::chrono::floor<milliseconds>(elapsed * speed_);
}

} // namespace redial::timing
