#include "tests/http/memory_engine.hpp"

#include "tests/http/memory_campaign.hpp"

#include <algorithm>
#include <cstring>
#include <unordered_set>

namespace redial::test {

void counting_random::fill(std::span<std::byte> out) {
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<std::byte>((next_ * 0x9e3779b97f4a7c15ULL) >> (8 * (i % 8)));
  ++next_;
}

class memory_engine::upload final : public actors::campaign_upload {
public:
  upload(memory_engine& engine, actors::caller from) : engine_{engine}, from_{std::move(from)} {}
  ~upload() override {
    std::lock_guard lock{engine_.mutex_};
    --engine_.open_uploads_;
    engine_.changed_.notify_all();
  }

  void add(std::vector<contact_profile> contacts, actors::reply<void> done) override {
    {
      std::lock_guard lock{engine_.mutex_};
      engine_.largest_chunk_ = std::max(engine_.largest_chunk_, contacts.size());
    }
    for (auto& each : contacts) {
      if (!phones_.insert(each.phone).second) {
        ++duplicates_;
        continue;
      }
      contact_detail detail;
      detail.number = static_cast<contact_no>(contacts_.size());
      detail.profile = std::move(each);
      contacts_.push_back(std::move(detail));
    }
    engine_.answer_later([done = std::move(done)] { done({}); });
  }

  void finish(campaign_definition definition, actors::answer_note<actors::created_campaign> note,
    actors::reply<actors::created_campaign> done) override {
    auto made = std::make_shared<campaign>();
    {
      std::lock_guard lock{engine_.mutex_};
      definition.id = campaign_id::make(engine_.random_);
      definition.workspace = from_.workspace;
      definition.created_at = engine_.time_.now() + milliseconds{engine_.campaigns_.size()};
      auto view = std::make_shared<campaign_view>();
      view->number = engine_.campaigns_.size() + 1;
      const auto id = definition.id;
      evolve(view->state,
        campaign_created{std::make_shared<const campaign_definition>(std::move(definition)), contacts_.size()});
      made->view = std::move(view);
      made->contacts = std::move(contacts_);
      engine_.campaigns_.emplace(id, made);
      engine_.keep(note, {made->view, duplicates_});
    }
    engine_.answer_later([made, duplicates = duplicates_, note = std::move(note), done = std::move(done)]() mutable {
      note = {};
      done(actors::created_campaign{made->view, duplicates});
    });
  }

private:
  memory_engine& engine_;
  actors::caller from_;
  std::vector<contact_detail> contacts_;
  std::unordered_set<phone> phones_;
  std::uint64_t duplicates_ = 0;
};

class memory_engine::addition final : public actors::contact_addition {
public:
  addition(memory_engine& engine, std::shared_ptr<campaign> to) : engine_{engine}, to_{std::move(to)} {}
  ~addition() override {
    std::lock_guard lock{engine_.mutex_};
    --engine_.open_uploads_;
    engine_.changed_.notify_all();
  }

  void add(std::vector<contact_profile> contacts, actors::reply<void> done) override {
    {
      std::lock_guard lock{engine_.mutex_};
      engine_.largest_chunk_ = std::max(engine_.largest_chunk_, contacts.size());
    }
    std::move(contacts.begin(), contacts.end(), std::back_inserter(contacts_));
    engine_.answer_later([done = std::move(done)] { done({}); });
  }

  void finish(actors::answer_note<actors::added_contacts> note, actors::reply<actors::added_contacts> done) override {
    engine_.answer_later([&engine = engine_, to = to_, contacts = std::move(contacts_), note = std::move(note),
                           done = std::move(done)]() mutable {
      result<actors::added_contacts> outcome = actors::added_contacts{};
      {
        std::lock_guard lock{engine.mutex_};
        auto& list = to->contacts;
        std::unordered_set<phone> known;
        for (const auto& each : list)
          known.insert(each.profile.phone);
        for (auto& each : contacts) {
          if (!known.insert(each.phone).second) {
            ++outcome->duplicates_skipped;
            continue;
          }
          contact_detail detail;
          detail.number = static_cast<contact_no>(list.size());
          detail.profile = std::move(each);
          list.push_back(std::move(detail));
          ++outcome->added;
        }
        if (auto decided =
              decide_addition(to->view->state, std::max<std::uint64_t>(outcome->added, 1), engine.time_.now());
            !decided)
          outcome = decided.error();
        else if (outcome->added > 0)
          to->apply(*decided);
        if (outcome) {
          outcome->total = to->view->state.counters.total;
          engine.keep(note, *outcome);
        }
        note = {};
      }
      done(std::move(outcome));
    });
  }

private:
  memory_engine& engine_;
  std::shared_ptr<campaign> to_;
  std::vector<contact_profile> contacts_;
};

memory_engine::memory_engine(const clock& time, answers how) : time_{time} {
  if (how == answers::from_a_thread)
    thread_ = std::thread{[this] { serve(); }};
}

memory_engine::~memory_engine() {
  {
    std::lock_guard lock{mutex_};
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable())
    thread_.join();
}

void memory_engine::serve() {
  std::unique_lock lock{mutex_};
  for (;;) {
    changed_.wait(lock, [&] { return stop_ || (!hold_ && !answers_.empty()); });
    if (stop_)
      return;
    auto next = std::move(answers_.front());
    answers_.pop_front();
    lock.unlock();
    next();
    next = nullptr;
    lock.lock();
  }
}

void memory_engine::answer_later(std::function<void()> work) {
  if (!thread_.joinable()) {
    work();
    return;
  }
  {
    std::lock_guard lock{mutex_};
    if (drop_)
      return;
    answers_.push_back(std::move(work));
  }
  changed_.notify_all();
}

campaign_view_ptr memory_engine::find(std::string_view workspace, const campaign_id& id) const {
  std::lock_guard lock{mutex_};
  const auto found = own(workspace, id);
  return found ? found->view : nullptr;
}

std::shared_ptr<memory_engine::campaign> memory_engine::own(std::string_view workspace, const campaign_id& id) const {
  const auto found = campaigns_.find(id);
  const bool mine = found != campaigns_.end() && found->second->view->state.definition->workspace == workspace
                    && found->second->view->state.definition->single_call.empty();
  return mine ? found->second : nullptr;
}

actors::campaign_page memory_engine::list(const actors::campaign_filter& filter) const {
  std::lock_guard lock{mutex_};
  std::vector<campaign_view_ptr> matching;
  for (const auto& [id, each] : campaigns_) {
    const auto created = each->view->state.definition->created_at;
    const bool wanted = each->view->state.definition->workspace == filter.workspace
                        && each->view->state.definition->single_call.empty()
                        && (!filter.status || each->view->state.status == *filter.status)
                        && (!filter.from || created >= *filter.from) && (!filter.to || created <= *filter.to);
    if (wanted)
      matching.push_back(each->view);
  }
  std::stable_sort(matching.begin(), matching.end(),
    [](const auto& a, const auto& b) { return a->state.definition->created_at > b->state.definition->created_at; });
  actors::campaign_page page;
  page.total = matching.size();
  for (auto i = filter.offset; i < matching.size() && page.campaigns.size() < filter.limit; ++i)
    page.campaigns.push_back(matching[i]);
  return page;
}

result<actors::key_claim> memory_engine::claim_key(const std::string& key) {
  std::lock_guard lock{mutex_};
  auto& held = held_keys_[key];
  if (!held.expired())
    return actors::key_claim{actors::key_in_use{}};
  if (auto known = given_.find(key); known != given_.end())
    return actors::key_claim{known->second};
  actors::key_hold hold = std::make_shared<const int>(0);
  held = hold;
  return actors::key_claim{std::move(hold)};
}

std::size_t memory_engine::keys_in_use() const {
  std::lock_guard lock{mutex_};
  return static_cast<std::size_t>(
    std::count_if(held_keys_.begin(), held_keys_.end(), [](const auto& each) { return !each.second.expired(); }));
}

result<std::unique_ptr<actors::campaign_upload>> memory_engine::begin_upload(actors::caller from) {
  std::lock_guard lock{mutex_};
  if (refuse_uploads_)
    return problem{error_code::overloaded, "too many uploads", {}};
  ++open_uploads_;
  changed_.notify_all();
  return std::unique_ptr<actors::campaign_upload>{std::make_unique<upload>(*this, std::move(from))};
}

result<std::unique_ptr<actors::contact_addition>> memory_engine::begin_addition(
  actors::caller from, const campaign_id& id) {
  std::lock_guard lock{mutex_};
  const auto to = own(from.workspace, id);
  if (!to)
    return no_such_campaign();
  if (auto possible = decide_addition(to->view->state, 1, time_.now()); !possible)
    return possible.error();
  if (refuse_uploads_)
    return problem{error_code::overloaded, "too many uploads", {}};
  ++open_uploads_;
  changed_.notify_all();
  return std::unique_ptr<actors::contact_addition>{std::make_unique<addition>(*this, to)};
}

void memory_engine::act(
  const actors::caller& from, const campaign_id& id, campaign_action action, actors::reply<campaign_view_ptr> done) {
  answer(std::move(done), [this, whose = from.workspace, id, action]() -> result<campaign_view_ptr> {
    const auto found = own(whose, id);
    if (!found)
      return no_such_campaign();
    auto decided = decide(found->view->state, action, time_.now());
    if (!decided)
      return decided.error();
    found->apply(*decided);
    return found->view;
  });
}

void memory_engine::remove_contacts(const actors::caller& from, const campaign_id& id, std::vector<phone> phones,
  actors::reply<actors::removal_summary> done) {
  answer(std::move(done),
    [this, whose = from.workspace, id, phones = std::move(phones)]() -> result<actors::removal_summary> {
      const auto found = own(whose, id);
      if (!found)
        return no_such_campaign();
      actors::removal_summary summary;
      for (const auto number : phones) {
        auto& list = found->contacts;
        auto each = std::find_if(list.begin(), list.end(), [&](const auto& c) { return c.profile.phone == number; });
        if (each == list.end()) {
          ++summary.not_found;
          continue;
        }
        auto decided = decide_removal(found->view->state, each->number, each->state, time_.now());
        if (!decided)
          return decided.error();
        summary.removed += decided->removed ? 1U : 0U;
        summary.already_called += decided->already_called ? 1U : 0U;
        summary.retries_cancelled += decided->retry_cancelled ? 1U : 0U;
        if (decided->event) {
          found->apply(*decided->event);
          each->state = decided->event->after;
        }
      }
      return summary;
    });
}

void memory_engine::list_contacts(const actors::caller& from, const campaign_id& id,
  std::optional<contact_status> status, std::uint64_t offset, std::size_t limit, actors::reply<contact_page> done) {
  answer(std::move(done), [this, whose = from.workspace, id, status, offset, limit]() -> result<contact_page> {
    const auto found = own(whose, id);
    if (!found)
      return no_such_campaign();
    contact_page page;
    for (const auto& each : found->contacts) {
      if ((!status || each.state.status == *status) && page.total++ >= offset && page.contacts.size() < limit)
        page.contacts.push_back(each);
    }
    return page;
  });
}

void memory_engine::find_contact(
  const actors::caller& from, const campaign_id& id, phone number, actors::reply<contact_detail> done) {
  answer(std::move(done), [this, whose = from.workspace, id, number]() -> result<contact_detail> {
    if (const auto found = own(whose, id)) {
      for (const auto& each : found->contacts) {
        if (each.profile.phone == number)
          return each;
      }
    }
    return problem{error_code::not_found, "no such contact", {}};
  });
}

std::optional<std::string> memory_engine::not_ready() const {
  std::lock_guard lock{mutex_};
  return not_ready_;
}

void memory_engine::set_not_ready(std::optional<std::string> why) {
  std::lock_guard lock{mutex_};
  not_ready_ = std::move(why);
}

void memory_engine::hold_answers(bool hold) {
  {
    std::lock_guard lock{mutex_};
    hold_ = hold;
  }
  changed_.notify_all();
}

void memory_engine::refuse_uploads(bool refuse) {
  std::lock_guard lock{mutex_};
  refuse_uploads_ = refuse;
}

void memory_engine::drop_commands(bool drop) {
  std::lock_guard lock{mutex_};
  drop_ = drop;
}

std::size_t memory_engine::campaigns() const {
  std::lock_guard lock{mutex_};
  return campaigns_.size();
}

std::size_t memory_engine::open_uploads() const {
  std::lock_guard lock{mutex_};
  return open_uploads_;
}

std::size_t memory_engine::largest_chunk() const {
  std::lock_guard lock{mutex_};
  return largest_chunk_;
}

bool memory_engine::wait_for_open_uploads(std::size_t count) const {
  std::unique_lock lock{mutex_};
  return changed_.wait_for(lock, std::chrono::seconds{10}, [&] { return open_uploads_ == count; });
}

bool memory_engine::wait_for_held(std::size_t count) const {
  std::unique_lock lock{mutex_};
  return changed_.wait_for(lock, std::chrono::seconds{10}, [&] { return answers_.size() >= count; });
}

void memory_engine::place_contact(
  const campaign_id& id, phone number, contact_state state, std::vector<ended_call> calls) {
  std::lock_guard lock{mutex_};
  for (auto& each : campaigns_.at(id)->contacts) {
    if (each.profile.phone == number) {
      each.state = state;
      each.calls = calls;
    }
  }
}

} // namespace redial::test
