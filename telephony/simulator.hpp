/// A telephone network that is not there: for demonstrations, tests and measurements.
#pragma once

#include "telephony/call_gateway.hpp"
#include "telephony/call_plan.hpp"
#include "timing/timer_service.hpp"

#include <memory>

namespace redial::telephony {

/// How many calls that ended, and how many ids that were asked for in vain, a simulator remembers at least. An id
/// forgotten since counts as one never heard of.
inline constexpr std::size_t simulator_memory = 65'536;

/// Makes a gateway that carries out `plan_call` for every call: after `ring` it is answered or over, after `talk` over.
/// What takes no time happens within `place`; so with `instant` all of a call does, and no timer is armed. The news of
/// an answered call says `call_answered` first, but where ringing and talking both took no time.
///
/// - Instants in the news are those planned from the moment of `place`: a timer that runs late does not shift them.
/// - A call placed under an id that is in progress, remembered as ended, or given up by a `look_up` is ignored: its
///   listener is dropped without news.
/// - `look_up`: news that is being told while the listener is replaced still goes to the former one. Of a call that it
///   has not heard of the simulator says `unknown`: it cannot tell one that was never placed from one placed by a
///   process that is gone.
/// - `shut_down` may be called from within a listener, and waits for those of other threads.
/// - Nothing is kept beyond the process: after a restart the simulator has heard of no call.
///
/// `clock` and `timers` must outlive the gateway; timers that are still armed when it goes do nothing.
/// @throws std::invalid_argument if `fault_of(options)` finds one.
std::unique_ptr<call_gateway> make_simulator(
  simulator_options options, const clock& time, timing::timer_service& timers);

} // namespace redial::telephony
