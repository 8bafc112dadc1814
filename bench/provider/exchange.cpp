#include "bench/provider/exchange.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace redial::provider {

namespace {

time_point now() { return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now()); }

milliseconds span(double ms) { return milliseconds{static_cast<std::int64_t>(ms)}; }

} // namespace

exchange::exchange(boost::asio::io_context& io, call_book& book, courier& post, const faults& orders, fault_dice& dice,
  exchange_options options)
  : book_{book}, post_{post}, orders_{orders}, dice_{dice}, options_{std::move(options)}, alarm_{io} {}

void exchange::begin(std::uint64_t number) {
  if (stopped_ || !live_.try_emplace(number).second)
    return;
  advance(number);
}

void exchange::cut_short(std::uint64_t number) {
  const auto found = live_.find(number);
  if (found == live_.end())
    return;
  ++found->second.round;
  advance(number);
}

void exchange::stop() {
  stopped_ = true;
  live_.clear();
  timers_ = {};
  alarm_.cancel();
}

void exchange::advance(std::uint64_t number) {
  const auto found = live_.find(number);
  if (found == live_.end() || found->second.in_hand)
    return;
  auto& call = found->second;
  const auto told = story_of(number);
  const auto events = told.events();
  const auto present = now();
  while (call.next < events.size()) {
    const auto& event = events[call.next];
    if (event.at > present) {
      at(event.at, [this, number, round = call.round] {
        const auto still = live_.find(number);
        if (still != live_.end() && still->second.round == round)
          advance(number);
      });
      return;
    }
    if (event.kind == event_kind::completed)
      book_.note_end(number, told.outcome());
    if (!fire(call, number, call.next))
      return;
    ++call.next;
  }
  close_if_over(number, call, events.size());
}

bool exchange::fire(live_call& call, std::uint64_t number, std::uint8_t place) {
  const auto present = now();
  if (dice_.callback(orders_, callback_fault::lose)) {
    ++counters_.lost;
    return true;
  }
  if (dice_.callback(orders_, callback_fault::duplicate)) {
    ++counters_.duplicated;
    ++call.out;
    send({number, place, false, 0, present});
  }
  if (dice_.callback(orders_, callback_fault::reorder)) {
    ++counters_.reordered;
    ++call.out;
    at(present + span(orders_.callback_reorder_ms),
      [this, what = errand{number, place, false, 0, present}] { send(what); });
    return true;
  }
  call.in_hand = true;
  const errand what{number, place, true, 0, present};
  if (dice_.callback(orders_, callback_fault::delay)) {
    ++counters_.delayed;
    at(present + span(orders_.callback_delay_ms), [this, what] { send(what); });
  } else {
    send(what);
  }
  return false;
}

void exchange::send(errand what) {
  if (stopped_)
    return;
  const auto told = story_of(what.number);
  ++counters_.callbacks_sent;
  auto body = told.to_json(told.events()[what.place]);
  post_.send(book_.url(book_.at(what.number)), std::move(body), [this, what](unsigned status) mutable {
    if (stopped_)
      return;
    if (status >= 200 && status < 300) {
      ++counters_.callbacks_taken;
      taken(what);
      return;
    }
    ++(status == 0 || status >= 500 ? counters_.callbacks_failed : counters_.callbacks_refused);
    const auto present = now();
    if (present - what.since >= options_.give_up) {
      ++counters_.callbacks_given_up;
      taken(what);
      return;
    }
    constexpr unsigned most_doublings = 20;
    const auto wait = options_.backoff_first * (std::int64_t{1} << std::min<unsigned>(what.tries, most_doublings));
    what.tries = static_cast<std::uint8_t>(std::min(what.tries + 1, 255));
    at(present + std::min(wait, options_.backoff_most), [this, what] { send(what); });
  });
}

void exchange::taken(const errand& what) {
  const auto found = live_.find(what.number);
  if (found == live_.end())
    return;
  auto& call = found->second;
  if (what.in_line) {
    call.in_hand = false;
    call.next = static_cast<std::uint8_t>(what.place + 1);
  } else {
    --call.out;
  }
  advance(what.number);
}

void exchange::close_if_over(std::uint64_t number, const live_call& call, std::size_t events) {
  if (call.next < events || call.in_hand || call.out > 0)
    return;
  book_.note_told(number);
  live_.erase(number);
}

std::string exchange::look_up(std::uint64_t number) const {
  const auto told = story_of(number);
  const auto present = now();
  std::string out = R"({"call_id":")" + shown_id(number) + R"(","status":")";
  out += told.ended_at() <= present ? "ended" : "in_progress";
  out += R"(","events":[)";
  for (const char* separator = ""; const auto& event : told.events()) {
    if (event.at > present)
      break;
    out += separator + told.to_json(event);
    separator = ",";
  }
  out += "]}";
  return out;
}

void exchange::at(time_point when, std::function<void()> what) {
  if (stopped_)
    return;
  timers_.push(when, std::move(what));
  wind();
}

void exchange::wind() {
  const auto due = timers_.next_due();
  if (!due || (alarm_at_ && *alarm_at_ <= *due))
    return;
  alarm_at_ = due;
  alarm_.expires_at(*due);
  alarm_.async_wait([this](boost::system::error_code error) {
    if (!error)
      ring();
  });
}

void exchange::ring() {
  constexpr std::size_t at_once = 1000;
  alarm_at_.reset();
  std::vector<timing::timer_service::callback> due;
  timers_.take_due(now(), at_once, due);
  for (const auto& run : due) {
    if (stopped_)
      return;
    run();
  }
  wind();
}

} // namespace redial::provider
