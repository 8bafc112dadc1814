// What clients, operators and fate do in a life.
#include "tests/simulation/life.hpp"

#include <algorithm>

namespace redial::simulation {

using namespace std::chrono_literals;

void life::create() {
  campaign_definition definition;
  definition.name = "campaign " + std::to_string(++names_);
  definition.script_id = "script";
  definition.language = "en";
  definition.max_attempts = static_cast<std::uint8_t>(1 + luck_.below(3));
  definition.retry_interval = std::chrono::minutes{1 + luck_.below(5)};
  const bool scheduled = luck_.percent(25);
  if (scheduled)
    definition.schedule = campaign_schedule{time_->now() + luck_.between(0s, 60s), {}, {}};
  books::campaign fresh;
  fresh.max_attempts = definition.max_attempts;
  fresh.retry_interval = definition.retry_interval;
  fresh.may_dial = scheduled;
  std::vector<contact_profile> list;
  for (auto n = 1 + luck_.below(12); n > 0; --n) {
    // Some are on the lists of many campaigns.
    auto who = world::phone_of(names_ * 100 + n);
    if (const auto known = world::phone_of(luck_.below(8));
        luck_.percent(30) && std::find(fresh.contacts.begin(), fresh.contacts.end(), known) == fresh.contacts.end())
      who = known;
    fresh.contacts.push_back(who);
    list.push_back({fresh.contacts.back(), "Name", "{}"});
  }
  auto upload = world_->engine().begin_upload({});
  if (!upload)
    return;
  unanswered_.emplace(definition.name, std::move(fresh));
  const std::shared_ptr<actors::campaign_upload> open{std::move(*upload)};
  open->add(
    std::move(list), [this, open, definition = std::move(definition), life = lives_](const result<void>& added) {
      if (!added || die_ || life != lives_)
        return;
      open->finish(definition, {}, [this, life, name = definition.name](const result<actors::created_campaign>& done) {
        if (done && !die_ && life == lives_)
          learn(name, done->campaign->state.definition->id.to_string());
      });
    });
}

void life::learn(const std::string& name, const std::string& id) {
  auto known = std::move(unanswered_.extract(name).mapped());
  log("created", id + " " + std::to_string(known.contacts.size()));
  known.id = id;
  ids_.push_back(id);
  books_.created(std::move(known));
}

void life::command(const std::string& id, campaign_action action) {
  auto& of = *books_.find(id);
  const auto sent = books_.sent(of, action);
  log("sends", id + " " + std::string{to_string(action)});
  world_->engine().act({}, campaign_id::parse(id).value(), action,
    [this, id, action, sent, life = lives_](const result<actors::campaign_view_ptr>& answer) {
      if (!answer || die_ || life != lives_)
        return;
      log("answered", id + " " + std::string{to_string(action)});
      counted_.pauses += action == campaign_action::pause ? 1 : 0;
      books_.acted(*books_.find(id), action, sent);
    });
}

void life::remove(const std::string& id) {
  const auto& contacts = books_.find(id)->contacts;
  const auto who = contacts[luck_.below(contacts.size())];
  log("removes", id + " " + who.to_string());
  books_.find(id)->asked_off.insert(who);
  world_->engine().remove_contacts({}, campaign_id::parse(id).value(), {who},
    [this, id, who, life = lives_](const result<actors::removal_summary>& answer) {
      if (!answer || die_ || life != lives_)
        return;
      log("removed", id + " " + who.to_string());
      ++counted_.removals;
      books_.removed(*books_.find(id), who, answer->removed == 1);
    });
}

/// One to three numbers, mostly of contacts.
std::vector<phone> life::some_numbers() {
  std::set<phone> numbers;
  for (auto n = 1 + luck_.below(3); n > 0; --n) {
    if (ids_.empty() || luck_.percent(30)) {
      numbers.insert(world::phone_of(luck_.below(10)));
    } else {
      const auto& contacts = books_.find(ids_[luck_.below(ids_.size())])->contacts;
      numbers.insert(contacts[luck_.below(contacts.size())]);
    }
  }
  return {numbers.begin(), numbers.end()};
}

void life::list_numbers() {
  const auto numbers = some_numbers();
  if (books_.do_not_call.busy(numbers))
    return;
  const auto now = time_->now();
  const auto until = luck_.percent(40) ? std::optional{now + luck_.between(1ms, 10min)} : std::nullopt;
  const auto change = books_.do_not_call.add_sent(numbers, until, now);
  std::vector<dnc_entry> entries;
  for (const auto who : numbers) {
    entries.push_back({who, std::to_string(change), "simulation", {}, until});
    log("lists", who.to_string() + (until ? " until " + format_rfc3339(*until) : ""));
  }
  world_->engine().add_dnc(
    {}, std::move(entries), {}, [this, change, life = lives_](const result<actors::dnc_added>& answer) {
      if (die_ || life != lives_)
        return;
      log(answer ? "listed, change" : "not answered well, change", std::to_string(change));
      counted_.listed += answer ? 1 : 0;
      books_.do_not_call.answered(change, answer.has_value(), time_->now());
    });
}

void life::take_off_numbers() {
  const auto numbers = some_numbers();
  if (books_.do_not_call.busy(numbers))
    return;
  const auto change = books_.do_not_call.take_off_sent(numbers, time_->now());
  for (const auto who : numbers)
    log("takes off the list", who.to_string());
  world_->engine().remove_dnc({}, numbers, [this, change, life = lives_](const result<actors::dnc_removed>& answer) {
    if (die_ || life != lives_)
      return;
    counted_.taken_off += answer ? answer->removed : 0;
    books_.do_not_call.answered(change, answer.has_value(), time_->now());
  });
}

void life::act() {
  const auto dice = luck_.below(100);
  if (dice < 8 && ids_.size() < 4) {
    create();
  } else if (dice < 45 && !ids_.empty()) {
    const auto& id = ids_[luck_.below(ids_.size())];
    constexpr std::array actions{campaign_action::start, campaign_action::start, campaign_action::pause,
      campaign_action::pause, campaign_action::pause, campaign_action::resume, campaign_action::resume,
      campaign_action::resume, campaign_action::stop};
    const auto action = actions.at(luck_.below(actions.size()));
    if (action != campaign_action::stop || luck_.percent(20))
      command(id, action);
  } else if (dice < 55 && !ids_.empty()) {
    remove(ids_[luck_.below(ids_.size())]);
  } else if (dice < 60) {
    worsen();
  } else if (dice < 68) {
    break_disk();
  } else if (dice < 72) {
    throw killed{};
  } else if (dice < 82) {
    list_numbers();
  } else if (dice < 86) {
    take_off_numbers();
  }
  const auto pace = luck_.below(100);
  if (pace < 50)
    handle(luck_.below(40));
  else if (pace < 80)
    pass(luck_.between(0ms, 2s));
  else if (pace < 95)
    pass(luck_.between(0s, 60s));
  else
    pass(luck_.between(0s, 10min));
}

} // namespace redial::simulation
