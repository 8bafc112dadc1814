// Asking the provider where a call stands, until it answers.
#include "telephony/http/gateway_core.hpp"

#include <algorithm>

namespace redial::telephony {

namespace {

using namespace std::chrono_literals;

constexpr milliseconds first_wait = 1s;
constexpr milliseconds longest_wait = 30s;
/// How often a call that should be over is cancelled before redial stops believing in it, and how long each may take.
constexpr int cancels_at_most = 3;
constexpr milliseconds cancel_time = 30s;

} // namespace

void gateway_core::look_up(call_id id, call_listener listener) {
  const presence here{door_};
  if (door_.closed())
    return;
  std::uint64_t number = 0;
  shared_listener former; // may hold what calls back when it goes
  {
    auto& home = shard_of(id);
    std::lock_guard lock{home.mutex};
    if (const auto found = home.calls.find(id); found == home.calls.end()) {
      auto& call = enter(home, id, std::move(listener));
      number = begin_asking(call);
      call.catching_up = true;
    } else {
      auto& call = found->second;
      former = std::exchange(call.listener, std::make_shared<const call_listener>(std::move(listener)));
      // The new listener hears it all from the beginning, so what the former one was told does not count.
      if (std::exchange(call.ended, false)) {
        in_flight_.fetch_add(1, std::memory_order_relaxed);
        call.due = time_.now() + cancel_time;
      }
      call.result_awaited = false;
      call.result_heard = false;
      // A POST under way is answered to the new listener; asking now would have the provider refuse it.
      if (!call.posting || call.placed) {
        number = begin_asking(call);
        call.catching_up = true;
      }
    }
  }
  keep_sweeping();
  if (number != 0)
    ask(id, number);
}

std::uint64_t gateway_core::begin_asking(live_call& call) {
  call.asked = last_number_.fetch_add(1) + 1;
  call.tries = 0;
  call.catching_up = false;
  call.overdue = false;
  return call.asked;
}

void gateway_core::ask(call_id id, std::uint64_t number) {
  {
    auto& home = shard_of(id);
    std::lock_guard lock{home.mutex};
    const auto found = home.calls.find(id);
    if (found == home.calls.end() || found->second.asked != number)
      return; // settled since
  }
  counters_.lookups.fetch_add(1, std::memory_order_relaxed);
  http_request get;
  get.method = http_request::verb::get;
  get.target = "/calls?attempt_id=" + id.to_string();
  get.signature = signed_now({});
  transport_.send(std::move(get),
    [self = shared_from_this(), id, number](const http_outcome& outcome) { self->heard_answer(id, number, outcome); });
}

void gateway_core::heard_answer(call_id id, std::uint64_t number, const http_outcome& outcome) {
  const presence here{door_};
  if (door_.closed())
    return;
  const auto* answer = std::get_if<http_answer>(&outcome);
  std::optional<looked_up> read;
  std::string fault;
  if (answer && answer->status == 200) {
    auto understood = read_looked_up(answer->body, id, time_.now());
    if (understood)
      read = std::move(*understood);
    else
      fault = understood.error().detail;
  } else if (answer && answer->status == 404 && !disowns(answer->body, id)) {
    fault = "a 404 that does not bear the attempt_id";
  } else if (answer && answer->status != 404 && answer->status / 100 == 4) {
    fault = std::to_string(answer->status);
  }

  telling owed;
  {
    auto& home = shard_of(id);
    std::lock_guard lock{home.mutex};
    const auto found = home.calls.find(id);
    if (found == home.calls.end() || found->second.asked != number)
      return;
    if (read) {
      owed = take_answer(home, found, *read);
    } else if (answer && answer->status == 404 && fault.empty()) {
      owed = take_absence(home, found);
    } else {
      // Logged once a series: it is asked for as long as it takes.
      if (found->second.tries > 0)
        fault.clear();
      ask_again(id, found->second, answer ? answer->retry_after : 0ms);
    }
  }
  if (!fault.empty())
    log(
      "the provider's answer to the look-up of call " + id.to_string() + " is of no use, it is asked again: " + fault);
  if (read && read->unreadable > 0)
    log("the provider's answer to the look-up of call " + id.to_string() + " bears " + std::to_string(read->unreadable)
        + " events that could not be understood; they are left out");
  if (owed.cancels)
    cancel(read->call_id);
  if (owed.given_up)
    log("call " + id.to_string() + " still runs at the provider after three cancellations; it is given up as unknown");
  tell(owed);
}

void gateway_core::ask_again(call_id id, live_call& call, milliseconds at_least) {
  const auto doublings = std::min<unsigned>(call.tries, 5);
  if (call.tries < 255)
    ++call.tries;
  const auto wait =
    std::max(std::min(first_wait * (1U << doublings), longest_wait), std::min(at_least, longest_heeded));
  after(wait, [id, number = call.asked](gateway_core& core) { core.ask(id, number); });
}

gateway_core::telling gateway_core::take_answer(
  shard& home, std::unordered_map<call_id, live_call>::iterator at, const looked_up& answer) {
  auto& call = at->second;
  const bool catching_up = std::exchange(call.catching_up, false);
  const bool overdue = std::exchange(call.overdue, false);
  telling owed;
  owed.to = call.listener;
  if (!answer.ended && !call.ended && (catching_up || !call.placed))
    owed.news.emplace_back(call_placed{});
  set_placed(call);
  call.asked = 0;
  for (const auto& event : answer.events) {
    if (auto news = apply(call, event))
      owed.news.push_back(std::move(*news));
    if (call.over())
      break;
  }
  if (!call.ended) {
    owed.given_up = overdue && !answer.ended && call.cancels == cancels_at_most;
    if (answer.ended || owed.given_up) {
      set_ended(call);
      owed.news.emplace_back(call_ended{call_outcome::unknown, {}, time_.now(), false});
    } else if (overdue) {
      ++call.cancels;
      call.due = time_.now() + cancel_time;
      owed.cancels = true;
    }
  }
  // Nobody waits for a receipt, so nothing keeps a call that is over.
  if (call.over())
    remove(home, at);
  return owed;
}

gateway_core::telling gateway_core::take_absence(shard& home, std::unordered_map<call_id, live_call>::iterator at) {
  const auto& call = at->second;
  // A provider that has forgotten a call it placed does not make it unplaced.
  const bool never_placed = options_.lookup_fences && !call.placed;
  if (never_placed)
    counters_.not_placed.fetch_add(1, std::memory_order_relaxed);
  call_news last =
    never_placed ? call_news{call_not_placed{}} : call_news{call_ended{call_outcome::unknown, {}, time_.now(), false}};
  telling owed;
  owed.to = remove(home, at);
  owed.news.push_back(std::move(last));
  return owed;
}

void gateway_core::cancel(const std::string& provider_id) {
  http_request erase;
  erase.method = http_request::verb::erase;
  erase.target = "/calls/" + path_segment(provider_id);
  erase.signature = signed_now({});
  // Whatever it answers, the end comes as a callback, or the call is looked up again.
  transport_.send(std::move(erase), [](const http_outcome&) {});
}

} // namespace redial::telephony
