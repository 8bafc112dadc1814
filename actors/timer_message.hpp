/// Timers that arrive as messages.
#pragma once

#include "actors/life_messages.hpp"
#include "timing/timer_service.hpp"

namespace redial::actors {

/// Sends `tick` to `self` at `due`. The timer does not keep the actor alive: if it is gone by then, nothing happens.
template <class Self>
void arm_tick(timing::timer_service& timers, time_point due, Self* self) {
  timers.arm(due, [address = self->address()] {
    if (auto target = caf::actor_cast<caf::actor>(address))
      caf::anon_send(target, tick{});
  });
}

} // namespace redial::actors
