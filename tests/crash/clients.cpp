#include "tests/crash/clients.hpp"

#include "bench/provider/ledger.hpp"
#include "tests/e2e/client.hpp"

#include <nlohmann/json.hpp>

#include <stdexcept>

namespace redial::crash {

using nlohmann::json;

namespace {

constexpr std::uint64_t numbers_a_client = 100'000'000;
constexpr std::size_t most_hands = 8;

std::int64_t now_ns() { return provider::stamp_now().boot_ns; }

/// @returns whether an action makes sense in this status; now and then one that does not is asked for all the same.
bool fits(action what, const std::string& status) {
  switch (what) {
  case action::start: return status == "scheduled";
  case action::pause: return status == "running";
  case action::resume: return status == "paused";
  case action::stop:
  case action::remove: return true;
  }
  return false;
}

/// @returns the type and the text of a body that adds the contacts of `note`, and `known`.
std::pair<std::string, std::string> addition_body(
  const addition_note& note, const std::vector<phone>& known, std::size_t format) {
  auto who = known;
  for (std::uint32_t n = 0; n < note.count; ++n)
    who.push_back(note.contact(n));
  if (format == 0) {
    auto list = json::array();
    for (const auto each : who)
      list.push_back({{"phone", each.to_string()}, {"name", "Added"}});
    return {"application/json", list.dump()};
  }
  std::string text = format == 1 ? "name,phone\r\n" : "";
  for (const auto each : who)
    text += format == 1 ? "Added," + each.to_string() + "\r\n"
                        : json{{"phone", each.to_string()}, {"name", "Added"}}.dump() + "\n";
  return {format == 1 ? "text/csv" : "application/x-ndjson", std::move(text)};
}

} // namespace

api_client::api_client(const client_options& options)
  : options_{options}, random_{options.seed * 1000 + options.number},
    http_{std::make_unique<e2e::client>(options.port)}, thread_{[this] { work(); }} {}

api_client::~api_client() {
  stopping_ = true;
  if (thread_.joinable())
    thread_.join();
}

client_notes api_client::finish() {
  stopping_ = true;
  thread_.join();
  if (failed_)
    std::rethrow_exception(failed_);
  return {std::move(notes_), std::move(do_not_call_)};
}

void api_client::work() {
  try {
    while (!stopping_)
      step();
  } catch (...) {
    failed_ = std::current_exception();
  }
}

phone api_client::number_of(std::uint32_t contact) const {
  return phone::from_packed(910'000'000'000 + numbers_a_client * options_.number + contact);
}

bool api_client::wants_more() const {
  constexpr std::uint64_t enough = 1500;
  std::uint64_t waiting = 0;
  for (const auto& each : hands_)
    waiting += each.status == "paused" ? 0 : each.pending;
  return hands_.size() < most_hands && waiting < enough && contacts_ < options_.most_contacts;
}

void api_client::step() {
  if (wants_more()) {
    create();
    return;
  }
  std::this_thread::sleep_for(std::chrono::milliseconds{pick(15)});
  if (hands_.empty())
    return;
  const auto at = pick(hands_.size());
  auto& on = hands_[at];
  const auto what = static_cast<action>(pick(5));
  if (chance(0.06))
    change_list(on);
  if (chance(0.08))
    add(on);
  if (on.status == "scheduled" && chance(0.8))
    act(on, action::start);
  else if (on.status == "paused" && chance(0.5))
    act(on, action::resume);
  else if ((what == action::stop && !chance(0.1)) || (!fits(what, on.status) && !chance(0.1)) || chance(0.2))
    look(on);
  else
    act(on, what);
  // One that has nobody left to be called for the first time goes on by itself.
  const bool over = on.status == "completed" || on.status == "stopped";
  if (over || (on.pending == 0 && chance(0.1)))
    hands_.erase(hands_.begin() + static_cast<std::ptrdiff_t>(at));
}

void api_client::create() {
  campaign_note note;
  note.name = "Campaign " + std::to_string(options_.number) + "." + std::to_string(notes_.size());
  note.contacts = static_cast<std::uint32_t>(50 + pick(chance(0.2) ? 2500 : 600));
  note.first = number_of(contacts_);
  note.max_attempts = static_cast<std::uint8_t>(1 + pick(3));
  contacts_ += note.contacts;
  auto list = json::array();
  for (std::uint32_t n = 0; n < note.contacts; ++n)
    list.push_back({{"phone", note.contact(n).to_string()}, {"name", "Contact"}, {"row", n}});
  const json body{{"name", note.name}, {"script_id", "greeting"}, {"language", "hi-IN"}, {"contacts", std::move(list)},
    {"max_attempts", note.max_attempts}, {"retry_interval_minutes", note.retry_interval_minutes}};
  std::int64_t sent = 0;
  std::int64_t answered = 0;
  const auto got = ask(static_cast<int>(e2e::verb::post), "/v1/campaigns", body.dump(), sent, answered);
  note.created = got.went;
  if (got.went == fate::refused)
    throw std::runtime_error{"a good campaign was refused: " + got.body};
  if (got.went == fate::acknowledged) {
    const auto shown = json::parse(got.body);
    note.id = shown.at("id").get<std::string>();
    hands_.push_back({notes_.size(), shown.at("status").get<std::string>(), note.contacts});
  }
  notes_.push_back(std::move(note));
}

void api_client::act(hand& on, action what) {
  auto& campaign = notes_[on.note];
  action_note note;
  note.what = what;
  reply got;
  const auto target = "/v1/campaigns/" + campaign.id;
  if (what == action::remove) {
    auto phones = json::array();
    const auto from = pick(campaign.sure());
    const auto count = std::min<std::size_t>(1 + pick(40), campaign.sure() - from);
    for (std::size_t n = from; n < from + count; ++n) {
      note.phones.push_back(campaign.contact(static_cast<std::uint32_t>(n)));
      phones.push_back(note.phones.back().to_string());
    }
    got = ask(static_cast<int>(e2e::verb::delete_), target + "/contacts", json{{"phones", phones}}.dump(), note.sent_ns,
      note.answered_ns);
    if (got.went == fate::acknowledged)
      note.removed = json::parse(got.body).at("removed").get<std::uint64_t>();
  } else {
    got = ask(static_cast<int>(e2e::verb::patch), target, json{{"action", name_of(what)}}.dump(), note.sent_ns,
      note.answered_ns);
  }
  note.went = got.went;
  campaign.actions.push_back(std::move(note));
  if (got.went == fate::acknowledged && what != action::remove) {
    const auto shown = json::parse(got.body);
    on.status = shown.at("status").get<std::string>();
    on.pending = shown.at("contacts").at("pending").get<std::uint64_t>();
  } else {
    look(on);
  }
}

/// Puts some of a campaign's people on the do-not-call list, or takes some off it.
void api_client::change_list(const hand& on) {
  const auto& campaign = notes_[on.note];
  dnc_note note;
  const auto from = pick(campaign.sure());
  const auto count = std::min<std::size_t>(1 + pick(30), campaign.sure() - from);
  for (std::size_t n = from; n < from + count; ++n)
    note.phones.push_back(campaign.contact(static_cast<std::uint32_t>(n)));
  note.adds = !chance(0.25);
  if (!note.adds && !do_not_call_.empty())
    note.phones = do_not_call_[pick(do_not_call_.size())].phones;
  auto list = json::array();
  for (const auto number : note.phones)
    list.push_back(note.adds ? json{{"phone", number.to_string()}} : json(number.to_string()));
  const auto got = ask(static_cast<int>(note.adds ? e2e::verb::post : e2e::verb::delete_), "/v1/dnc",
    json{{note.adds ? "entries" : "phones", std::move(list)}}.dump(), note.sent_ns, note.answered_ns);
  note.went = got.went;
  if (got.went == fate::refused)
    throw std::runtime_error{"a good change of the do-not-call list was refused: " + got.body};
  do_not_call_.push_back(std::move(note));
}

/// Adds people to a campaign, in one of the three formats, and with them some who are on its list; or sends those again
/// whose addition was not answered.
void api_client::add(hand& on) {
  auto& campaign = notes_[on.note];
  const bool again = !campaign.additions.empty() && campaign.additions.back().went == fate::open;
  if (!again) {
    const auto count = static_cast<std::uint32_t>(1 + pick(chance(0.1) ? 5000 : 200));
    campaign.additions.push_back({number_of(contacts_), count, fate::open});
    contacts_ += count;
  }
  auto& note = campaign.additions.back();
  std::vector<phone> known;
  for (auto n = pick(4); n > 0; --n)
    known.push_back(campaign.contact(static_cast<std::uint32_t>(pick(campaign.sure()))));
  const auto [type, body] = addition_body(note, known, pick(3));
  std::int64_t sent = 0;
  std::int64_t answered = 0;
  const auto got =
    ask(static_cast<int>(e2e::verb::post), "/v1/campaigns/" + campaign.id + "/contacts", body, sent, answered, type);
  if (got.went == fate::refused && json::parse(got.body).at("code") != "campaign_ended")
    throw std::runtime_error{"a good addition was refused: " + got.body};
  if (got.went == fate::refused && !again)
    note.went = fate::refused;
  if (got.went != fate::acknowledged)
    return;
  note.went = fate::acknowledged;
  const auto shown = json::parse(got.body);
  const auto added = shown.at("added").get<std::uint64_t>();
  if ((added != note.count && !(again && added == 0))
      || added + shown.at("duplicates_skipped").get<std::uint64_t>() != note.count + known.size()
      || shown.at("total_contacts") != campaign.sure())
    throw std::runtime_error{"an addition of " + std::to_string(note.count) + " to " + campaign.id + " with "
                             + std::to_string(campaign.sure()) + " contacts then was answered " + got.body};
}

void api_client::look(hand& on) {
  std::int64_t sent = 0;
  std::int64_t answered = 0;
  const auto got = ask(static_cast<int>(e2e::verb::get), "/v1/campaigns/" + notes_[on.note].id, {}, sent, answered);
  if (got.went == fate::refused)
    throw std::runtime_error{"a campaign that was acknowledged is not there: " + notes_[on.note].id + " " + got.body};
  if (got.went != fate::acknowledged)
    return;
  const auto shown = json::parse(got.body);
  on.status = shown.at("status").get<std::string>();
  const auto& counts = shown.at("contacts");
  on.pending = counts.at("pending").get<std::uint64_t>();
  std::uint64_t sum = 0;
  for (const auto& [name, count] : counts.items())
    sum += count.get<std::uint64_t>();
  if (sum < notes_[on.note].sure() || sum > notes_[on.note].at_most())
    throw std::runtime_error{"a campaign's contacts do not add up: " + got.body};
}

api_client::reply api_client::ask(int method, const std::string& target, const std::string& body, std::int64_t& sent,
  std::int64_t& answered, const std::string& type) {
  await_server();
  sent = now_ns();
  reply result;
  try {
    const auto got = http_->request(static_cast<e2e::verb>(method), target, body, {{"Content-Type", type}});
    answered = now_ns();
    result.body = got.body;
    if (got.status >= 200 && got.status < 300)
      result.went = fate::acknowledged;
    else if (got.status >= 400 && got.status < 500)
      result.went = fate::refused;
  } catch (const boost::system::system_error& e) {
    answered = now_ns();
    if (e.code() == boost::beast::error::timeout)
      throw std::runtime_error{
        "no answer to " + target + " within the time that anything may take: " + body.substr(0, 200)};
    up_ = false;
  }
  return result;
}

void api_client::await_server() {
  while (!up_ && !stopping_) {
    http_ = std::make_unique<e2e::client>(options_.port);
    try {
      up_ = http_->get("/healthz").status == 200;
    } catch (const boost::system::system_error&) {
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
  }
}

} // namespace redial::crash
