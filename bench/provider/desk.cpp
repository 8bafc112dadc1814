#include "bench/provider/desk.hpp"

#include "bench/provider/place_request.hpp"
#include "telephony/http/signature.hpp"

#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cmath>
#include <exception>
#include <utility>

namespace redial::provider {

namespace {

using boost::beast::http::verb;
using nlohmann::json;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

answer refusal(unsigned status, const std::string& detail) { return {status, json{{"detail", detail}}.dump(), 0}; }

answer not_known() { return refusal(404, "there is nothing here"); }

std::chrono::milliseconds wall_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
}

unsigned whole_seconds(double s) { return static_cast<unsigned>(std::ceil(s)); }

/// @returns the value of `name` in a query whose values need no decoding, or nothing.
std::string_view query_value(std::string_view target, std::string_view name) {
  const auto question = target.find('?');
  if (question == std::string_view::npos)
    return {};
  for (auto rest = target.substr(question + 1); !rest.empty();) {
    const auto end = rest.find('&');
    const auto pair = rest.substr(0, end);
    if (pair.starts_with(name) && pair.size() > name.size() && pair[name.size()] == '=')
      return pair.substr(name.size() + 1);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return {};
}

} // namespace

void desk::handle(const incoming& request, bool from_this_machine, const react& respond) {
  const auto target = view(request.target());
  auto path = target.substr(0, target.find('?'));
  if (path == "/faults" || path == "/stats") {
    if (from_this_machine)
      administer(request, path, respond);
    else
      respond(refusal(403, "only for callers on this machine"));
    return;
  }
  if (!path.starts_with(options_.base_path)) {
    respond(not_known());
    return;
  }
  path.remove_prefix(options_.base_path.size());
  const bool one_call = path.starts_with("/calls/");
  if (path != "/calls" && !one_call) {
    respond(not_known());
    return;
  }
  if (wrongly_signed(request)) {
    ++counters_.bad_signatures;
    respond(refusal(401, "the signature is missing or wrong"));
    return;
  }
  try {
    if (request.method() == verb::post && !one_call)
      post_call(request, respond);
    else if (request.method() == verb::get && !one_call)
      look_up(target, respond);
    else if (request.method() == verb::delete_ && one_call)
      cancel(path, respond);
    else
      respond(refusal(405, "not this method"));
  } catch (const std::system_error& e) { // the ledger: what it does not hold has not happened
    respond(refusal(503, e.what()));
  }
}

bool desk::wrongly_signed(const incoming& request) {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(wall_ms());
  return !telephony::check_signature(view(request["Redial-Signature"]), options_.secret, now.count(), request.body());
}

unsigned desk::burst_status() const {
  if (orders_.burst_every_ms < 1 || orders_.burst_for_ms < 1)
    return 0;
  const auto every = static_cast<std::int64_t>(orders_.burst_every_ms);
  const auto now = wall_ms().count();
  if (static_cast<double>(now % every) >= orders_.burst_for_ms)
    return 0;
  return now / every % 2 == 0 ? 429 : 503;
}

void desk::later(double ms, std::function<void()> what) {
  calls_.at(time_point{wall_ms() + std::chrono::milliseconds{static_cast<std::int64_t>(ms)}}, std::move(what));
}

reaction desk::place(const call_order& order) {
  const auto placed = book_.place(order);
  if (!placed) {
    ++counters_.refused_fenced;
    return refusal(409, "a look-up of this attempt was answered that it never will be placed");
  }
  if (placed->fresh) {
    ++counters_.placed;
    // Behind the answer, which is on its way by then.
    later(0, [this, number = placed->number] { calls_.begin(number); });
  } else {
    ++counters_.repeated;
  }
  return answer{placed->fresh ? 202U : 200U, R"({"call_id":")" + shown_id(placed->number) + R"("})", 0};
}

void desk::post_call(const incoming& request, const react& respond) {
  ++counters_.posts;
  const auto retry_after = whole_seconds(orders_.retry_after_s);
  if (const auto status = burst_status()) {
    ++counters_.in_bursts;
    respond(answer{status, R"({"detail":"a burst of refusals"})", retry_after});
    return;
  }
  const auto order = parse_place_request(view(request["Idempotency-Key"]), request.body());
  if (!order) {
    ++counters_.bad_requests;
    const auto& what = order.error();
    respond(answer{422, json{{"detail", what.pointer + " " + what.detail}, {"pointer", what.pointer}}.dump(), 0});
    return;
  }
  if (calls_.live() >= options_.most_live && !book_.find(order->attempt_id)) {
    ++counters_.full;
    respond(answer{429, R"({"detail":"too many calls in progress"})", retry_after});
    return;
  }
  switch (dice_.post(orders_)) {
  case post_fault::none: respond(place(*order)); return;
  case post_fault::reset_before:
    ++counters_.faults["reset_before"];
    respond(hang_up{});
    return;
  case post_fault::silent_before:
    ++counters_.faults["silent_before"];
    respond(silence{std::chrono::milliseconds{static_cast<std::int64_t>(orders_.silent_ms)}});
    return;
  case post_fault::accept_late:
    ++counters_.faults["accept_late"];
    later(orders_.late_ms, [this, order = *order, respond] {
      try {
        respond(place(order));
      } catch (const std::system_error& e) {
        respond(refusal(503, e.what()));
      }
    });
    return;
  case post_fault::too_many:
    ++counters_.faults["too_many"];
    respond(answer{429, R"({"detail":"too many calls a second"})", retry_after});
    return;
  case post_fault::unavailable:
    ++counters_.faults["unavailable"];
    respond(answer{503, R"({"detail":"not now"})", retry_after});
    return;
  case post_fault::reject:
    ++counters_.faults["reject"];
    if (book_.find(order->attempt_id)) { // what has been placed cannot be refused any more
      respond(place(*order));
      return;
    }
    book_.refuse(*order, 422);
    respond(refusal(422, "this call is not wanted"));
    return;
  case post_fault::reset_after:
    ++counters_.faults["reset_after"];
    place(*order);
    respond(hang_up{});
    return;
  case post_fault::silent_after:
    ++counters_.faults["silent_after"];
    place(*order);
    respond(silence{std::chrono::milliseconds{static_cast<std::int64_t>(orders_.silent_ms)}});
    return;
  case post_fault::error_after:
    ++counters_.faults["error_after"];
    place(*order);
    respond(refusal(500, "something broke"));
    return;
  case post_fault::answer_late:
    ++counters_.faults["answer_late"];
    later(orders_.late_ms, [respond, what = place(*order)] { respond(what); });
    return;
  }
}

bool desk::lookup_goes_wrong(const react& respond) {
  switch (dice_.lookup(orders_)) {
  case lookup_fault::none: return false;
  case lookup_fault::error:
    ++counters_.faults["lookup_error"];
    respond(refusal(counters_.faults["lookup_error"] % 2 == 0 ? 500 : 503, "not now"));
    return true;
  case lookup_fault::reset:
    ++counters_.faults["lookup_reset"];
    respond(hang_up{});
    return true;
  case lookup_fault::silent: break;
  }
  ++counters_.faults["lookup_silent"];
  respond(silence{std::chrono::milliseconds{static_cast<std::int64_t>(orders_.silent_ms)}});
  return true;
}

void desk::look_up(std::string_view target, const react& respond) {
  const auto id = call_id::parse(query_value(target, "attempt_id"));
  if (!id) {
    ++counters_.bad_requests;
    respond(refusal(422, "attempt_id must be the id of an attempt"));
    return;
  }
  if (lookup_goes_wrong(respond))
    return;
  if (const auto number = book_.find(*id)) {
    ++counters_.lookups_known;
    respond(answer{200, calls_.look_up(*number), 0});
    return;
  }
  book_.fence(*id);
  ++counters_.lookups_unknown;
  // The id in it tells this answer from the 404 of anything else that stands in the way.
  respond(answer{404,
    json{{"attempt_id", id->to_string()}, {"detail", "never heard of it; it will not be placed any more"}}.dump(), 0});
}

void desk::cancel(std::string_view path, const react& respond) {
  const auto number = parse_shown_id(path.substr(path.rfind('/') + 1));
  if (lookup_goes_wrong(respond))
    return;
  if (!number || *number > book_.size()) {
    respond(refusal(404, "no such call"));
    return;
  }
  if (book_.cancel(*number)) {
    ++counters_.cancellations;
    calls_.cut_short(*number);
  }
  respond(answer{202, "{}", 0});
}

void desk::administer(const incoming& request, std::string_view path, const react& respond) {
  if (path == "/stats" && request.method() == verb::get) {
    respond(answer{200, stats(), 0});
    return;
  }
  if (path != "/faults" || (request.method() != verb::get && request.method() != verb::put)) {
    respond(refusal(405, "not this method"));
    return;
  }
  if (request.method() == verb::put) {
    auto orders = parse_faults(request.body());
    if (!orders) {
      respond(refusal(422, orders.error().pointer + " " + orders.error().detail));
      return;
    }
    orders_ = *orders;
  }
  respond(answer{200, to_json(orders_), 0});
}

std::string desk::stats() const {
  const auto& c = counters_;
  const auto& x = calls_.counters();
  json faults_seen = json::object();
  for (const auto& [name, count] : c.faults)
    faults_seen[std::string{name}] = count;
  return json{{"calls", book_.size()}, {"live", calls_.live()}, {"fenced", book_.fenced()}, {"posts", c.posts},
    {"placed", c.placed}, {"repeated", c.repeated}, {"refused_fenced", c.refused_fenced}, {"full", c.full},
    {"in_bursts", c.in_bursts}, {"bad_signatures", c.bad_signatures}, {"bad_requests", c.bad_requests},
    {"lookups_known", c.lookups_known}, {"lookups_unknown", c.lookups_unknown}, {"cancellations", c.cancellations},
    {"faults", std::move(faults_seen)},
    {"callbacks", {{"sent", x.callbacks_sent}, {"taken", x.callbacks_taken}, {"refused", x.callbacks_refused},
                    {"failed", x.callbacks_failed}, {"given_up", x.callbacks_given_up}, {"lost", x.lost},
                    {"duplicated", x.duplicated}, {"delayed", x.delayed}, {"reordered", x.reordered}}}}
    .dump();
}

} // namespace redial::provider
