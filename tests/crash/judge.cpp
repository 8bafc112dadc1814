#include "tests/crash/judge.hpp"

#include "bench/provider/ledger_check.hpp"
#include "domain/do_not_call.hpp"
#include "tests/crash/campaign_file.hpp"
#include "tests/crash/dnc_judge.hpp"
#include "tests/crash/ledger_index.hpp"
#include "tests/e2e/client.hpp"

#include <map>
#include <set>
#include <unordered_map>

namespace redial::crash {

namespace {

std::string shown(std::int64_t ns) { return std::to_string(ns / 1'000'000) + " ms"; }

class judging {
public:
  explicit judging(const evidence& all) : all_{all}, http_{all.redial_port}, ledger_{all.ledger} {}

  verdict run() {
    const auto checked = provider::check_ledger(all_.ledger);
    for (const auto& each : checked.faults)
      fault("ledger: " + each);
    result_.placed = checked.placed;
    std::map<std::string, campaign_file> files;
    for (auto& each : list_campaigns(http_))
      files.emplace(each.name, std::move(each));
    result_.campaigns = files.size();
    for (const auto& note : all_.notes)
      compare(note, files);
    dnc_judge list{all_.do_not_call, [this](std::string what) { fault(std::move(what)); }};
    list.compare_placements(ledger_);
    list.compare_list(http_, asked_off_, result_);
    for (const auto& [name, file] : files)
      fault("a campaign that nobody asked for: " + file.id + " \"" + name + "\"");
    for (const auto& [id, call] : ledger_.placements()) {
      if (!call.on_file)
        fault("placed, but not on file: " + id.to_string() + " " + call.to.to_string() + " attempt "
              + std::to_string(unsigned{call.attempt}) + " of " + ledger_.campaign_of(call));
    }
    return std::move(result_);
  }

private:
  void fault(std::string what) {
    constexpr std::size_t most = 50;
    ++result_.fault_count;
    if (result_.faults.size() < most)
      result_.faults.push_back(std::move(what));
  }

  /// Takes the campaign's file out of `files`.
  void compare(const campaign_note& note, std::map<std::string, campaign_file>& files) {
    const auto found = files.find(note.name);
    if (found == files.end()) {
      if (note.created == fate::acknowledged)
        fault("acknowledged and lost: campaign " + note.id);
      else
        ++result_.open_requests;
      return;
    }
    const auto file = std::move(found->second);
    files.erase(found);
    if (note.created == fate::acknowledged && file.id != note.id)
      fault("campaign " + note.id + " has another id on file: " + file.id);
    compare_status(note, file);
    compare_contacts(note, file);
  }

  void compare_status(const campaign_note& note, const campaign_file& file) {
    std::string expected = "scheduled";
    bool sure = true; // no request in between whose effect is open
    for (const auto& each : note.actions) {
      if (each.what == action::remove) {
        result_.removals += each.went == fate::acknowledged ? 1 : 0;
        continue;
      }
      result_.open_requests += each.went == fate::open ? 1 : 0;
      if (each.went == fate::open)
        sure = false;
      if (each.went != fate::acknowledged)
        continue;
      sure = true;
      result_.pauses += each.what == action::pause ? 1 : 0;
      result_.stops += each.what == action::stop ? 1 : 0;
      expected = each.what == action::pause ? "paused" : each.what == action::stop ? "stopped" : "running";
    }
    const bool fits = file.status == expected || (expected == "running" && file.status == "completed");
    if (sure && !fits)
      fault("campaign " + file.id + " was last acknowledged to be " + expected + ", but is " + file.status);
  }

  /// Until when a call may be placed: from `from` on it may not, before `to` (a later resume).
  struct ban {
    std::int64_t from;
    std::int64_t to;
    action what;
  };

  static std::vector<ban> bans_of(const campaign_note& note) {
    constexpr auto ever = std::numeric_limits<std::int64_t>::max();
    std::vector<ban> bans;
    for (const auto& each : note.actions) {
      const bool dials = each.what == action::start || each.what == action::resume;
      if (dials && each.went != fate::refused && !bans.empty() && bans.back().what == action::pause)
        bans.back().to = std::min(bans.back().to, each.sent_ns);
      if (each.went == fate::acknowledged && (each.what == action::pause || each.what == action::stop))
        bans.push_back({each.answered_ns, ever, each.what});
    }
    return bans;
  }

  void compare_contacts(const campaign_note& note, const campaign_file& file) {
    std::unordered_map<std::uint64_t, std::int64_t> removed; // the first acknowledged removal of a number
    std::uint64_t acknowledged = 0;
    for (const auto& each : note.actions) {
      if (each.what != action::remove || each.went != fate::acknowledged)
        continue;
      acknowledged += each.removed;
      for (const auto number : each.phones)
        removed.try_emplace(number.packed(), each.answered_ns);
    }
    const auto bans = bans_of(note);
    counted count;
    std::set<phone> seen;
    read_contacts(http_, file.id, [&](const contact_file& contact) {
      ++result_.contacts;
      if (!seen.insert(contact.number).second)
        fault(contact.number.to_string() + " stands twice on the list of " + file.id);
      ++count.by_status[contact.status];
      const auto gone = removed.find(contact.number.packed());
      compare_calls(note, file, contact, bans, gone == removed.end() ? nullptr : &gone->second, count);
      if (gone != removed.end() && contact.status != "removed" && contact.calls.empty())
        fault(
          contact.number.to_string() + " of " + file.id + " was acknowledged to be removed, but is " + contact.status);
    });
    const auto sure = note.sure();
    for (std::uint32_t n = 0; n < sure; ++n) {
      if (!seen.contains(note.contact(n)))
        fault("a contact is lost: " + note.contact(n).to_string() + " of " + file.id);
    }
    const auto expected = sure + compare_open_additions(note, file, seen);
    if (seen.size() != expected)
      fault("campaign " + file.id + " has " + std::to_string(seen.size()) + " contacts instead of "
            + std::to_string(expected));
    if (count.by_status["removed"] < acknowledged)
      fault("campaign " + file.id + ": " + std::to_string(acknowledged) + " removals were acknowledged, but only "
            + std::to_string(count.by_status["removed"]) + " are on file");
    compare_counters(file, count);
  }

  /// What was not acknowledged is there as a whole or not at all. @returns how many contacts came with such additions.
  std::uint64_t compare_open_additions(
    const campaign_note& note, const campaign_file& file, const std::set<phone>& seen) {
    std::uint64_t all = 0;
    for (const auto& each : note.additions) {
      result_.additions += each.went == fate::acknowledged ? 1 : 0;
      if (each.went != fate::open)
        continue;
      ++result_.open_requests;
      std::uint32_t found = 0;
      for (std::uint32_t n = 0; n < each.count; ++n)
        found += seen.contains(each.contact(n)) ? 1 : 0;
      if (found != 0 && found != each.count)
        fault("of an addition to " + file.id + " " + std::to_string(found) + " contacts of "
              + std::to_string(each.count) + " are there");
      all += found;
    }
    return all;
  }

  struct counted {
    std::map<std::string, std::uint64_t> by_status;
    std::map<std::string, std::uint64_t> dispositions;
    std::uint64_t attempted = 0;
    std::uint64_t connected = 0;
  };

  void compare_counters(const campaign_file& file, counted& count) {
    if (count.attempted != file.attempted || count.connected != file.connected)
      fault("campaign " + file.id + " counts " + std::to_string(file.attempted) + " attempts and "
            + std::to_string(file.connected) + " connected, but its contacts have " + std::to_string(count.attempted)
            + " and " + std::to_string(count.connected));
    for (const auto& [status, number] : file.contacts) {
      if (count.by_status[status] != number)
        fault("campaign " + file.id + " counts " + std::to_string(number) + " contacts " + status + ", but there are "
              + std::to_string(count.by_status[status]));
    }
    if (count.dispositions != file.dispositions)
      fault("campaign " + file.id + " does not count the dispositions that its contacts have");
  }

  void compare_calls(const campaign_note& note, const campaign_file& file, const contact_file& contact,
    const std::vector<ban>& bans, const std::int64_t* removed_ns, counted& count) {
    const auto who = contact.number.to_string() + " of " + file.id;
    count.attempted += contact.calls.size();
    if (contact.status == "done")
      ++count.dispositions[contact.disposition];
    if (contact.disposition == disposition::do_not_call)
      asked_off_.insert(contact.number);
    if (contact.status == "in_progress")
      fault(who + " is in progress still");
    if (contact.calls.size() > note.max_attempts)
      fault(who + " was called " + std::to_string(contact.calls.size()) + " times");
    if (contact.attempts != contact.calls.size())
      fault(who + " counts " + std::to_string(contact.attempts) + " attempts and has "
            + std::to_string(contact.calls.size()) + " calls");
    const placement* former = nullptr;
    for (std::size_t i = 0; i < contact.calls.size(); ++i) {
      const auto& call = contact.calls[i];
      const auto what = who + ", call " + call.id.to_string();
      ++result_.calls;
      count.connected += call.answered ? 1 : 0;
      if (call.attempt != i + 1)
        fault(what + " is attempt " + std::to_string(call.attempt) + " instead of " + std::to_string(i + 1));
      if (i > 0 && contact.calls[i - 1].outcome == "answered")
        fault(what + " was made after the contact had answered");
      auto* placed = ledger_.find(call.id);
      compare_outcome(what, contact, call, placed);
      if (!placed)
        continue;
      placed->on_file = true;
      if (placed->to != contact.number || placed->attempt != call.attempt || ledger_.campaign_of(*placed) != file.id)
        fault(what + " was placed as another one");
      compare_instants(what, note, *placed, former, i > 0 ? &contact.calls[i - 1] : nullptr);
      for (const auto& each : bans) {
        if (placed->at.boot_ns > each.from && placed->at.boot_ns < each.to)
          fault(what + " was placed " + shown(placed->at.boot_ns - each.from) + " after the answer to "
                + name_of(each.what));
      }
      if (removed_ns && placed->at.boot_ns > *removed_ns)
        fault(what + " was placed " + shown(placed->at.boot_ns - *removed_ns) + " after the answer to its removal");
      former = placed;
    }
  }

  void compare_instants(const std::string& what, const campaign_note& note, const placement& placed,
    const placement* former, const call_file* former_call) {
    if (former_call)
      ++result_.retries;
    const auto interval = std::int64_t{note.retry_interval_minutes} * 60'000;
    if (former && placed.at.wall_ms - former->at.wall_ms < interval)
      fault(what + " was placed " + std::to_string(placed.at.wall_ms - former->at.wall_ms)
            + " ms after the one before, sooner than its interval");
    if (former_call && placed.at.wall_ms - former_call->ended_ms < interval)
      fault(what + " was placed " + std::to_string(placed.at.wall_ms - former_call->ended_ms)
            + " ms after the end of the one before, sooner than its interval");
  }

  void compare_outcome(
    const std::string& what, const contact_file& contact, const call_file& call, const placement* placed) {
    if (!placed) {
      // It counts, though nobody was called.
      if (call.outcome == "unknown")
        ++result_.unknown;
      else if (call.outcome == "network_error" && ledger_.refused(call.id))
        ++result_.refused;
      else
        fault(what + " came to " + call.outcome + ", but was never placed");
      return;
    }
    if (placed->cancelled)
      return;
    const auto plan = telephony::plan_call(all_.network, contact.number, static_cast<std::uint8_t>(call.attempt));
    if (call.outcome != to_string(plan.outcome))
      fault(what + " came to " + call.outcome + " instead of " + std::string{to_string(plan.outcome)});
    if (plan.outcome != call_outcome::answered)
      return;
    if (call.disposition == disposition::no_disposition)
      ++result_.no_disposition;
    else if (call.disposition != plan.disposition)
      fault(what + " has the disposition " + call.disposition + " instead of " + plan.disposition);
  }

  const evidence& all_;
  e2e::client http_;
  ledger_index ledger_;
  std::set<phone> asked_off_; ///< who said in a call not to be called again
  verdict result_;
};

} // namespace

verdict judge(const evidence& all) { return judging{all}.run(); }

} // namespace redial::crash
