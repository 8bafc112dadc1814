#include "tests/persistence/model.hpp"

#include "domain/rules.hpp"

#include <algorithm>
#include <set>

namespace redial::persistence::test {

namespace {

constexpr time_point epoch{milliseconds{1'700'000'000'000}};

class seeded_source final : public random_source {
public:
  explicit seeded_source(chance& luck) : luck_{luck} {}
  void fill(std::span<std::byte> out) override {
    for (auto& byte : out)
      byte = static_cast<std::byte>(luck_.below(256));
  }

private:
  chance& luck_;
};

std::optional<event> step(const model_campaign& campaign, chance& luck, time_point now) {
  if (auto due = decide_by_time(campaign.state, now))
    return *due;
  if (campaign.state.status != campaign_status::running || luck.percent(4) || campaign.contacts.empty()) {
    const auto action = luck.below(1000) == 0 ? campaign_action::stop : all_campaign_actions[luck.below(3)];
    if (auto changed = decide(campaign.state, action, now))
      return *changed;
    // While paused, calls in progress go on.
    if (campaign.state.status == campaign_status::scheduled || campaign.contacts.empty())
      return std::nullopt;
  }
  const auto number = static_cast<contact_no>(luck.below(campaign.contacts.size()));
  const auto& contact = campaign.contacts[number];
  if (luck.percent(8)) {
    auto removed = decide_removal(campaign.state, number, contact, now);
    if (removed && removed->event)
      return *removed->event;
    return std::nullopt;
  }
  auto moved = [&]() -> result<contact_event> {
    if (!contact.call)
      return decide_attempt(
        campaign.state, number, contact, next_call_id(campaign.state, campaign.number, number, now), now);
    if (luck.percent(10))
      return decide_not_placed(*campaign.state.definition, number, contact, contact.call->id, now);
    if (luck.percent(40))
      return decide_answered(number, contact, contact.call->id, now);
    const auto outcome = all_call_outcomes[luck.below(all_call_outcomes.size())];
    const auto label = luck.percent(70) ? "label_" + std::to_string(luck.below(4)) : std::string{};
    return decide_ended(*campaign.state.definition, number, contact, contact.call->id, {outcome, label, now});
  }();
  if (moved)
    return *moved;
  return std::nullopt;
}

} // namespace

std::string chance::bytes(std::size_t most) {
  std::string text(below(most + 1), '\0');
  for (auto& c : text)
    c = static_cast<char>(static_cast<unsigned char>(below(256)));
  return text;
}

time_point chance::instant() {
  return time_point{milliseconds{static_cast<std::int64_t>(below(8'000'000'000'000)) - 4'000'000'000'000}};
}

void model_campaign::apply(const event& e) {
  if (const auto* added = std::get_if<contacts_added>(&e)) {
    contacts.resize(contacts.size() + added->count);
    calls.resize(contacts.size());
  }
  if (const auto* fact = std::get_if<contact_event>(&e)) {
    contacts[fact->contact] = fact->after;
    if (fact->ended)
      calls[fact->contact].push_back(*fact->ended);
  }
  evolve(state, e);
  history.push_back(e);
}

contact_detail model_campaign::detail(contact_no contact) const {
  return {contact, profiles[contact], contacts[contact], calls[contact]};
}

std::vector<contact_no> model_campaign::in(std::optional<contact_status> status) const {
  std::vector<contact_no> found;
  for (contact_no i = 0; i < contacts.size(); ++i) {
    if (!status || contacts[i].status == *status)
      found.push_back(i);
  }
  return found;
}

std::shared_ptr<const campaign_definition> make_definition(chance& luck) {
  seeded_source source{luck};
  auto made = std::make_shared<campaign_definition>();
  made->id = campaign_id::make(source);
  made->name = "Campaign " + luck.bytes(20);
  made->script_id = "script";
  made->language = luck.percent(50) ? "hi-IN" : "en-IN";
  if (luck.percent(30)) {
    auto& schedule = made->schedule.emplace();
    schedule.timezone = luck.percent(50) ? "Asia/Kolkata" : "";
    if (luck.percent(50))
      schedule.start_time = epoch;
    if (luck.percent(50))
      schedule.end_time = epoch + std::chrono::hours{1000};
  }
  made->max_attempts = static_cast<std::uint8_t>(1 + luck.below(5));
  made->retry_interval = std::chrono::minutes{1 + luck.below(30)};
  made->created_at = epoch;
  return made;
}

std::vector<contact_profile> make_profiles(chance& luck, contact_no count) {
  std::vector<contact_profile> made;
  std::set<phone> used;
  while (made.size() < count) {
    const auto number = phone::from_packed(1'000'000 + luck.below(1'000'000'000'000'000 - 1'000'000));
    if (used.insert(number).second)
      made.push_back({number, luck.bytes(30), R"({"n":)" + std::to_string(made.size()) + "}"});
  }
  return made;
}

std::vector<event> move_on(model_campaign& campaign, chance& luck, std::size_t most, time_point& now) {
  std::vector<event> events;
  for (std::size_t tries = 0; tries < most * 2 && events.size() < most; ++tries) {
    now += milliseconds{luck.below(20'000)};
    if (auto e = step(campaign, luck, now)) {
      campaign.apply(*e);
      events.push_back(std::move(*e));
    }
  }
  return events;
}

model_campaign create(store& into, chance& luck, std::vector<contact_profile> profiles) {
  model_campaign made;
  made.number = into.next_campaign_no();
  made.contacts.resize(profiles.size());
  made.calls.resize(profiles.size());
  made.profiles = std::move(profiles);
  const std::span all{made.profiles};
  for (std::size_t first = 0; first < all.size();) {
    const auto size = std::min<std::size_t>(all.size() - first, 1 + luck.below(luck.percent(50) ? 10 : 700));
    into.stage(made.number, static_cast<contact_no>(first), all.subspan(first, size)).value();
    first += size;
  }
  const event e = campaign_created{make_definition(luck), made.profiles.size()};
  made.apply(e);
  const std::vector<append> appends{{made.number, 0, {e}}};
  into.commit(appends).front().value();
  return made;
}

model_campaign create(store& into, chance& luck, contact_no contacts) {
  return create(into, luck, make_profiles(luck, contacts));
}

void put_behind(store& into, chance& luck, const model_campaign& campaign, campaign_no addition,
  std::span<const contact_profile> profiles) {
  for (std::size_t first = 0; first < profiles.size();) {
    const auto size = std::min<std::size_t>(profiles.size() - first, 1 + luck.below(luck.percent(50) ? 10 : 700));
    into
      .extend(campaign.number, addition, static_cast<contact_no>(campaign.contacts.size() + first),
        profiles.subspan(first, size))
      .value();
    first += size;
  }
}

void add(store& into, chance& luck, model_campaign& campaign, std::vector<contact_profile> profiles) {
  const auto addition = into.next_campaign_no();
  put_behind(into, luck, campaign, addition, profiles);
  const event e = contacts_added{profiles.size(), campaign.state.last_at};
  const std::vector<append> appends{{campaign.number, campaign.state.last_seq, {e}, {}, addition}};
  campaign.apply(e);
  std::move(profiles.begin(), profiles.end(), std::back_inserter(campaign.profiles));
  into.commit(appends).front().value();
}

bool same(const campaign_state& a, const campaign_state& b) {
  return *a.definition == *b.definition && a.status == b.status && a.reason == b.reason && a.started_at == b.started_at
         && a.ended_at == b.ended_at && a.counters == b.counters && a.dispositions == b.dispositions
         && a.last_seq == b.last_seq && a.last_at == b.last_at;
}

bool same(const event& a, const event& b) {
  if (a.index() != b.index())
    return false;
  if (const auto* fact = std::get_if<contact_event>(&a))
    return *fact == std::get<contact_event>(b);
  if (const auto* changed = std::get_if<campaign_changed>(&a))
    return *changed == std::get<campaign_changed>(b);
  if (const auto* added = std::get_if<contacts_added>(&a))
    return *added == std::get<contacts_added>(b);
  const auto& x = std::get<campaign_created>(a);
  const auto& y = std::get<campaign_created>(b);
  return *x.definition == *y.definition && x.contacts == y.contacts;
}

bool same(const contact_detail& a, const contact_detail& b) {
  return a.number == b.number && a.profile == b.profile && a.state == b.state && a.calls == b.calls;
}

} // namespace redial::persistence::test
