#include "bench/floor/rows.hpp"

#include "persistence/commit_log.hpp"
#include "persistence/keys.hpp"
#include "persistence/project.hpp"

#include <span>

namespace redial::bench {

namespace {

constexpr campaign_no campaign = 1;

} // namespace

/// A batch that keeps what is put into it.
class attempt_rows::recorder final : public persistence::batch {
public:
  explicit recorder(attempt_rows& into) : into_{into} {}

  void put(persistence::table where, std::string_view key, std::string_view value) override {
    into_.rows_.push_back(
      {where, static_cast<std::uint32_t>(key.size()), static_cast<std::uint32_t>(value.size()), into_.arena_.size()});
    into_.arena_.append(key);
    into_.arena_.append(value);
  }
  void erase(persistence::table, std::string_view) override {}
  void erase_range(persistence::table, std::string_view, std::string_view) override {}

private:
  attempt_rows& into_;
};

attempt_rows::attempt_rows(std::uint64_t contacts) {
  auto state = running_campaign(contacts);
  const auto definition = state.definition;
  std::vector<contact_state> all(contacts);
  persistence::projection_buffers buffers;
  recorder record{*this};
  attempt_rows ends_only{};
  recorder record_ends{ends_only};
  const auto write = [&](const contact_event& e, recorder& into) {
    const event fact{e};
    persistence::project(campaign, *definition, ++events_, std::span{&fact, 1}, buffers, into);
    evolve(state, fact);
  };
  auto at = sample_now;
  for (int round = 0; round < definition->max_attempts; ++round) {
    for (contact_no number = 0; number < contacts; ++number) {
      auto& contact = all[number];
      if (contact.status == contact_status::done)
        continue;
      at = std::max(at + milliseconds{number % 32 == 0}, contact.due.value_or(at));
      const auto made = attempt_of(state, number, contact, at);
      starts_.push_back(rows_.size());
      write(made.started, record);
      ends_.push_back(ends_only.rows_.size());
      for (const auto& e : made.after)
        write(e, record_ends);
    }
  }
  starts_.push_back(rows_.size());
  ends_.push_back(ends_only.rows_.size());
  // The ends' rows go behind those of the starts.
  for (auto& each : ends_)
    each += rows_.size();
  for (auto each : ends_only.rows_) {
    each.at += arena_.size();
    rows_.push_back(each);
  }
  arena_ += ends_only.arena_;

  attempt_rows head{};
  recorder record_head{head};
  persistence::project_head(campaign, state, buffers, record_head);
  head_ = head.arena_.substr(head.rows_.front().key);
}

void attempt_rows::put(run from, run to, persistence::batch& changes, std::string& journal) const {
  for (; from < to; ++from) {
    const auto& each = rows_[from];
    const std::string_view key{arena_.data() + each.at, each.key};
    const std::string_view value{key.data() + each.key, each.value};
    if (each.where == persistence::table::journal)
      journal.append(value);
    else
      changes.put(each.where, key, value);
  }
}

void attempt_rows::put_commit(
  std::uint64_t number, std::uint64_t first_seq, const std::string& journal, persistence::batch& changes) const {
  changes.put(persistence::table::journal, persistence::keys::of_events(campaign, first_seq), journal);
  changes.put(persistence::table::campaign, persistence::keys::of(campaign), head_);
  std::string entry;
  persistence::encode({number, sample_now, {{campaign, first_seq, 1}}}, entry);
  changes.put(persistence::table::log, persistence::keys::of_commit(number), entry);
}

} // namespace redial::bench
