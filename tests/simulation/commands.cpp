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
  std::vector<phone> numbers;
  std::vector<contact_profile> list;
  for (auto n = 1 + luck_.below(12); n > 0; --n) {
    // Some are on the lists of many campaigns.
    auto who = world::phone_of(names_ * 100 + n);
    if (const auto known = world::phone_of(luck_.below(8));
        luck_.percent(30) && std::find(numbers.begin(), numbers.end(), known) == numbers.end())
      who = known;
    numbers.push_back(who);
    list.push_back({who, std::string{list_book::first_name}, "{}"});
  }
  fresh.list = list_book{std::move(numbers)};
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
  log("created", id + " " + std::to_string(known.list.sure().size()));
  known.id = id;
  ids_.push_back(id);
  books_.created(std::move(known));
}

void life::command(const std::string& id, campaign_action action) {
  auto& of = *books_.find(id);
  const auto sent = books_.sent(of, action);
  log("sends", id + " " + std::string{to_string(action)});
  world_->engine().act({}, campaign_id::parse(id).value(), action,
    [this, id, action, sent, life = lives_](const result<campaign_view_ptr>& answer) {
      if (!answer || die_ || life != lives_)
        return;
      log("answered", id + " " + std::string{to_string(action)});
      counted_.pauses += action == campaign_action::pause ? 1 : 0;
      books_.acted(*books_.find(id), action, sent);
    });
}

void life::remove(const std::string& id) {
  const auto& contacts = books_.find(id)->list.sure();
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

/// An addition to a campaign while its contacts are being sent.
struct life::joining {
  std::string id;
  std::uint64_t number = 0;
  std::shared_ptr<actors::contact_addition> open;
  std::vector<std::vector<contact_profile>> chunks; ///< the last one is the next
  bool gives_up = false;                            ///< the client goes before the end
  std::uint64_t life = 0;
  std::size_t listed_before = 0;
};

void life::add(const std::string& id) {
  auto& of = *books_.find(id);
  auto opened = world_->engine().begin_addition({}, campaign_id::parse(id).value());
  if (!opened)
    return;
  const auto state = std::make_shared<joining>();
  state->id = id;
  state->number = ++additions_;
  state->open = std::move(*opened);
  state->gives_up = luck_.percent(10);
  state->life = lives_;
  state->listed_before = of.list.sure().size();
  std::vector<phone> who;
  for (auto n = luck_.below(7); n < 7; ++n) {
    // Some are on the list already, taken off it or not, and some on those of others.
    const auto kind = luck_.below(10);
    const auto& sure = of.list.sure();
    const auto one = kind < 2   ? world::phone_of(luck_.below(8))
                     : kind < 4 ? sure[luck_.below(sure.size())]
                                : world::phone_of(100'000 + state->number * 10 + n);
    if (std::find(who.begin(), who.end(), one) != who.end())
      continue;
    if (state->chunks.empty() || luck_.percent(30))
      state->chunks.emplace_back();
    state->chunks.back().push_back({one, list_book::name_of(state->number), "{}"});
    who.push_back(one);
  }
  log("adds", id + " " + list_book::name_of(state->number) + " of " + std::to_string(who.size()));
  of.list.sent(state->number, std::move(who), of.stopped);
  go_on(state);
}

/// Sends the next chunk, or what follows the last.
void life::go_on(const std::shared_ptr<joining>& of) {
  if (!of->chunks.empty()) {
    auto chunk = std::move(of->chunks.back());
    of->chunks.pop_back();
    of->open->add(std::move(chunk), [this, of](const result<void>& taken) {
      if (die_ || of->life != lives_)
        return;
      if (taken)
        return go_on(of);
      books_.find(of->id)->list.refused(of->number, true);
    });
    return;
  }
  if (of->gives_up) {
    log("gives up", list_book::name_of(of->number));
    books_.find(of->id)->list.refused(of->number, true);
    return;
  }
  of->open->finish({}, [this, of](const result<actors::added_contacts>& answer) {
    if (die_ || of->life != lives_)
      return;
    auto& list = books_.find(of->id)->list;
    log(answer ? "added" : "not added", of->id + " " + list_book::name_of(of->number));
    if (!answer)
      return list.refused(of->number, answer.error().code == error_code::campaign_ended);
    ++counted_.additions;
    books_.blame(of->id + ": ", list.listed(of->number, answer->added, answer->duplicates_skipped));
    if (answer->total < of->listed_before + answer->added)
      books_.blame(of->id + ": an addition is answered with fewer contacts than there are");
  });
}

void life::call_once() {
  const auto who = some_numbers().front();
  const auto number = books_.one_offs.sent(who);
  log("calls", who.to_string() + " " + call_books::name_of(number));
  world_->engine().start_call({}, {{who, call_books::name_of(number), "{}"}, "script", "en"}, {},
    [this, who, number, life = lives_](const result<call_detail>& answer) {
      if (die_ || life != lives_)
        return;
      log(answer ? "will be made:" : "will not be made:", call_books::name_of(number));
      if (answer) {
        ++counted_.one_offs;
        return books_.blame({}, books_.one_offs.made(number, answer->id));
      }
      const bool listed = answer.error().code == error_code::do_not_call;
      books_.one_offs.refused(number, listed);
      if (listed && !books_.do_not_call.ever_listed(who))
        books_.blame(who.to_string() + ": gets no call, and nobody asked for that");
    });
}

/// One to three numbers, mostly of contacts.
std::vector<phone> life::some_numbers() {
  std::set<phone> numbers;
  for (auto n = 1 + luck_.below(3); n > 0; --n) {
    if (ids_.empty() || luck_.percent(30)) {
      numbers.insert(world::phone_of(luck_.below(10)));
    } else {
      const auto& contacts = books_.find(ids_[luck_.below(ids_.size())])->list.sure();
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
  } else if (dice < 94 && !ids_.empty()) {
    add(ids_[luck_.below(ids_.size())]);
  } else if (dice < 98) {
    call_once();
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
