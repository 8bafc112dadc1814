#include "domain/rules.hpp"
#include "persistence/call_index.hpp"
#include "persistence/keys.hpp"
#include "persistence/rows.hpp"
#include "persistence/verify.hpp"

#include <algorithm>
#include <functional>
#include <map>

namespace redial::persistence {

namespace {

using labels = std::map<std::string, std::uint64_t, std::less<>>;

/// One check of one campaign: the journal is replayed, then every row is held against what it led to.
class check {
public:
  check(const reader& data, campaign_no campaign, const campaign_state& head)
    : data_{data}, campaign_{campaign}, head_{head} {}

  std::vector<std::string> run() && {
    count_list();
    replay_journal();
    compare_with_replay();
    count_contacts();
    count_calls();
    count_index();
    compare_counters();
    if (dropped_ > 0)
      found_.push_back("and " + std::to_string(dropped_) + " more");
    return std::move(found_);
  }

private:
  static constexpr std::size_t max_sentences = 100;

  /// What the journal says of one contact.
  struct expected {
    std::uint64_t row = 0;   ///< digest of its row; 0: none
    std::uint32_t calls = 0; ///< sum of the digests of its calls
    std::uint32_t index = 0; ///< sum of the digests of the places of its calls in the indexes
    contact_status status = contact_status::pending;
    std::uint8_t ended = 0; ///< how many calls
  };
  static_assert(sizeof(expected) == 24);

  void report(std::string sentence) {
    if (found_.size() < max_sentences)
      found_.push_back(std::move(sentence));
    else
      ++dropped_;
  }
  void report_contact(std::uint64_t number, const std::string& what) {
    report("contact " + std::to_string(number) + ": " + what);
  }
  void compare(const std::string& what, std::uint64_t head, std::uint64_t counted, const std::string& where) {
    if (head != counted)
      report(what + " is " + std::to_string(head) + " in the campaign's row, " + std::to_string(counted) + " " + where);
  }

  template <class T>
  std::uint64_t digest(const T& value) {
    encode(value, buffer_);
    return std::hash<std::string>{}(buffer_) | 1U;
  }

  template <class T>
  std::uint32_t short_digest(const T& value) {
    return static_cast<std::uint32_t>(digest(value) >> 32U);
  }

  /// What one key of an index adds to `expected::index`.
  static std::uint32_t digest_of_key(table where, std::string_view key) {
    return static_cast<std::uint32_t>(std::hash<std::string_view>{}(key) >> 32U) + static_cast<std::uint32_t>(where);
  }

  template <class Visit>
  void scan(table where, Visit&& visit) {
    auto scanned = scan_rows(data_, where, keys::of(campaign_), keys::of(campaign_ + 1), visit);
    if (!scanned)
      report(scanned.error().detail);
  }

  void replay_journal() {
    std::vector<event> events;
    scan(table::journal, [&](std::string_view key, std::string_view value) {
      if (key.size() != keys::events_size || !decode_journal(value, events))
        return visited::damaged;
      const auto seq = keys::seq_in(key);
      if (seq != replayed_.last_seq + 1)
        report("the journal goes on with event " + std::to_string(seq) + " after event "
               + std::to_string(replayed_.last_seq));
      for (const auto& e : events) {
        if (const auto* fact = std::get_if<contact_event>(&e))
          expect(*fact);
        evolve(replayed_, e);
      }
      return visited::next;
    });
  }

  void expect(const contact_event& fact) {
    if (fact.contact >= contacts_.size())
      return report_contact(
        fact.contact, "event " + std::to_string(replayed_.last_seq + 1) + " is about it, but the list is shorter");
    auto& contact = contacts_[fact.contact];
    if (contact.status != fact.before)
      report_contact(fact.contact, "event " + std::to_string(replayed_.last_seq + 1) + " finds it "
                                     + std::string{to_string(fact.before)} + ", but it was "
                                     + std::string{to_string(contact.status)});
    contact.status = fact.after.status;
    contact.row = digest(fact.after);
    if (fact.ended) {
      contact.calls += short_digest(*fact.ended);
      ++contact.ended;
      const indexed_call place{fact.ended->started_at, fact.contact, fact.ended->attempt};
      call_start_key(campaign_, place, buffer_);
      contact.index += digest_of_key(table::call_start, buffer_);
      if (!fact.ended->disposition.empty()) {
        call_label_key(campaign_, fact.ended->disposition, place, buffer_);
        contact.index += digest_of_key(table::call_label, buffer_);
      }
    }
  }

  void compare_with_replay() {
    const std::string where = "after a replay of the journal";
    compare("the last event's number", head_.last_seq, replayed_.last_seq, where);
    if (head_.status != replayed_.status || head_.reason != replayed_.reason)
      report("the status is " + std::string{to_string(head_.status)} + " in the campaign's row, "
             + std::string{to_string(replayed_.status)} + " " + where);
    if (head_.started_at != replayed_.started_at || head_.ended_at != replayed_.ended_at
        || head_.last_at != replayed_.last_at)
      report("an instant in the campaign's row is not that of its event");
    // A row of a former version may lack the first of them.
    const auto& told = head_.history;
    if (told.size() > replayed_.history.size() || !std::equal(told.rbegin(), told.rend(), replayed_.history.rbegin()))
      report("the transitions in its row are not those " + where);
    if (replayed_.definition == nullptr || *head_.definition != *replayed_.definition)
      report("the definition in the campaign's row is not that of its first event");
    if (!(head_.counters == replayed_.counters))
      report("the counters in the campaign's row are not those " + where);
    if (head_.dispositions != replayed_.dispositions)
      report("the dispositions in the campaign's row are not those " + where);
  }

  /// Visits the rows of a table that hold runs of contacts. @returns how many contacts they hold.
  template <class T>
  std::uint64_t count_runs(table where, contact_no run_length, bool (*decode_run)(std::string_view, std::vector<T>&),
    const std::string& what, const std::function<void(const std::vector<T>&)>& visit) {
    std::uint64_t contacts = 0;
    std::vector<T> run;
    scan(where, [&](std::string_view key, std::string_view value) {
      // What lies behind the list was placed by an addition that has not come to its end.
      if (contacts == head_.counters.total)
        return visited::stop;
      // Whoever looks for a contact expects it in the row that its number leads to.
      if (key.size() != keys::contact_size || keys::contact_in(key) != contacts || contacts % run_length != 0
          || !decode_run(value, run) || run.empty() || run.size() > run_length)
        return visited::damaged;
      run.resize(std::min<std::uint64_t>(run.size(), head_.counters.total - contacts));
      contacts += run.size();
      visit(run);
      return visited::next;
    });
    compare("the number of contacts", head_.counters.total, contacts, "by their " + what);
    return contacts;
  }

  void count_list() {
    std::vector<std::uint64_t> phones;
    const auto listed = count_runs<phone>(
      table::phone, keys::contacts_per_phone_row, decode_phones, "phones", [&](const std::vector<phone>& run) {
        for (const auto number : run)
          phones.push_back(number.packed());
      });
    std::sort(phones.begin(), phones.end());
    for (auto it = phones.begin(); (it = std::adjacent_find(it, phones.end())) != phones.end(); ++it)
      report("the phone " + phone::from_packed(*it).to_string() + " stands in the list more than once");
    count_runs<contact_profile>(
      table::profile, keys::contacts_per_profile_row, decode_profiles, "names", [](const auto&) {});
    // A damaged row must not ask for any amount of memory.
    constexpr std::uint64_t believed = 1'000'000;
    contacts_.resize(std::max(listed, std::min(head_.counters.total, believed)));
  }

  void count_contacts() {
    contact_state state;
    counted_.pending = contacts_.size();
    scan(table::contact, [&](std::string_view key, std::string_view value) {
      if (key.size() != keys::contact_size || !decode(value, state))
        return visited::damaged;
      const auto number = keys::contact_in(key);
      if (number >= contacts_.size()) {
        report_contact(number, "has a row, but the list is shorter");
        return visited::next;
      }
      auto& contact = contacts_[number];
      if (contact.row != digest(state))
        report_contact(number, "its row is not the state after its last event");
      contact.row = 0;
      if (state.call) {
        call_start_key(campaign_, {state.call->started_at, number, state.attempts}, buffer_);
        contact.index += digest_of_key(table::call_start, buffer_);
      }
      count(state);
      if (state.attempts != contact.ended + (state.status == contact_status::in_progress ? 1 : 0))
        report_contact(number, "its row counts " + std::to_string(state.attempts) + " attempts, of which "
                                 + std::to_string(contact.ended) + " have ended by its events");
      return visited::next;
    });
    for (std::size_t number = 0; number < contacts_.size(); ++number) {
      if (contacts_[number].row != 0)
        report_contact(number, "has events, but no row");
    }
  }

  void count(const contact_state& state) {
    --counted_.pending;
    switch (state.status) {
    case contact_status::pending: ++counted_.pending; break;
    case contact_status::in_progress: ++counted_.in_progress; break;
    case contact_status::waiting_retry: ++counted_.waiting_retry; break;
    case contact_status::done:
      ++counted_.done;
      ++dispositions_[state.disposition];
      break;
    case contact_status::removed: ++counted_.removed; break;
    }
    counted_.attempted += state.attempts;
    if (state.call && state.call->answered_at)
      ++counted_.connected;
  }

  void count_calls() {
    ended_call call;
    scan(table::call, [&](std::string_view key, std::string_view value) {
      if (key.size() != keys::call_size || !decode(value, call) || call.attempt != keys::attempt_in(key))
        return visited::damaged;
      const auto number = keys::contact_in(key);
      if (number >= contacts_.size()) {
        report_contact(number, "has a call, but the list is shorter");
        return visited::next;
      }
      contacts_[number].calls -= short_digest(call);
      --contacts_[number].ended;
      if (call.answered_at)
        ++counted_.connected;
      return visited::next;
    });
    for (std::size_t number = 0; number < contacts_.size(); ++number) {
      if (contacts_[number].calls != 0 || contacts_[number].ended != 0)
        report_contact(number, "its calls are not those of its events");
    }
  }

  /// Every call stands in the indexes where its start and its disposition put it, and nothing else does.
  void count_index() {
    for (const auto where : {table::call_start, table::call_label}) {
      scan(where, [&](std::string_view key, std::string_view) {
        const auto place = read_index_key(where, key);
        if (!place)
          return visited::damaged;
        if (place->contact >= contacts_.size())
          report_contact(
            place->contact, "stands in table " + std::string{table_name(where)} + ", but the list is shorter");
        else
          contacts_[place->contact].index -= digest_of_key(where, key);
        return visited::next;
      });
    }
    for (std::size_t number = 0; number < contacts_.size(); ++number) {
      if (contacts_[number].index != 0)
        report_contact(number, "the tables call_start and call_label do not have its calls where they belong");
    }
  }

  void compare_counters() {
    const std::string where = "by the contacts' rows";
    compare("pending", head_.counters.pending, counted_.pending, where);
    compare("in_progress", head_.counters.in_progress, counted_.in_progress, where);
    compare("waiting_retry", head_.counters.waiting_retry, counted_.waiting_retry, where);
    compare("done", head_.counters.done, counted_.done, where);
    compare("removed", head_.counters.removed, counted_.removed, where);
    compare("attempted", head_.counters.attempted, counted_.attempted, where);
    compare("connected", head_.counters.connected, counted_.connected, "by the calls");
    // Labels beyond the most that a campaign keeps apart are counted as "other" in its row, and only there.
    labels counted;
    for (const auto& [label, contacts] : dispositions_)
      counted[head_.dispositions.contains(label) ? label : "other"] += contacts;
    for (const auto& [label, contacts] : head_.dispositions)
      counted.try_emplace(label, 0);
    for (const auto& [label, contacts] : counted) {
      const auto it = head_.dispositions.find(label);
      compare("disposition " + label, it == head_.dispositions.end() ? 0 : it->second, contacts, where);
    }
  }

  const reader& data_;
  const campaign_no campaign_;
  const campaign_state& head_;
  campaign_state replayed_;
  campaign_counters counted_;
  labels dispositions_;
  std::vector<expected> contacts_;
  std::vector<std::string> found_;
  std::size_t dropped_ = 0;
  std::string buffer_;
};

} // namespace

std::vector<std::string> check_campaign(const reader& data, campaign_no campaign, const campaign_state& head) {
  return check{data, campaign, head}.run();
}

} // namespace redial::persistence
