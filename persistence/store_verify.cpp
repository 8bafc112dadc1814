#include "persistence/commit_log.hpp"
#include "persistence/dnc_records.hpp"
#include "persistence/format.hpp"
#include "persistence/key_records.hpp"
#include "persistence/keys.hpp"
#include "persistence/rows.hpp"
#include "persistence/store_impl.hpp"
#include "persistence/verify.hpp"
#include "persistence/webhook_records.hpp"

#include <map>
#include <set>

namespace redial::persistence {

namespace {

/// Tells of a campaign's faults under its name.
bool report_campaign(const reader& data, campaign_no campaign, const campaign_state& head, const fault_report& report) {
  const auto named = "campaign " + head.definition->id.to_string() + " (" + std::to_string(campaign) + "): ";
  for (const auto& sentence : check_campaign(data, campaign, head)) {
    if (!report(named + sentence))
      return false;
  }
  return true;
}

/// Reports rows of `where` whose campaign is not in `known`, from campaign to campaign and not from row to row.
bool report_strays(
  const reader& data, table where, const std::map<campaign_no, campaign_id>& known, const fault_report& report) {
  for (auto from = keys::of(0);;) {
    std::optional<campaign_no> next;
    auto scanned = scan_rows(data, where, from, keys::beyond_all, [&](std::string_view key, std::string_view) {
      if (key.size() < sizeof(campaign_no))
        return visited::damaged;
      next = keys::campaign_in(key);
      return visited::stop;
    });
    if (!scanned)
      return report(scanned.error().detail);
    if (!next)
      return true;
    if (!known.contains(*next)
        && !report("table " + std::string{table_name(where)} + " has rows of campaign " + std::to_string(*next)
                   + ", which does not exist"))
      return false;
    from = keys::of(*next + 1);
  }
}

/// Of a campaign whose row is damaged.
constexpr std::uint64_t unknown_seq = ~std::uint64_t{0};

/// Reports what of the commit log does not lead to the journals: each campaign's runs have to follow one another up to
/// its last event. Campaigns older than the log begin in it where it began.
bool report_log(const reader& data, const std::map<campaign_no, std::uint64_t>& last_seqs, const fault_report& report) {
  std::map<campaign_no, std::uint64_t> logged; // up to which event
  commit_entry entry;
  bool go_on = true;
  const auto say = [&](const event_run& run, const std::string& what) {
    go_on = go_on
            && report("table log, commit " + std::to_string(entry.number) + ": campaign " + std::to_string(run.campaign)
                      + what);
  };
  auto scanned =
    scan_rows(data, table::log, keys::of(0), keys::beyond_all, [&](std::string_view key, std::string_view value) {
      if (key.size() != sizeof(std::uint64_t) || !decode(value, entry))
        return visited::damaged;
      const auto number = keys::read<std::uint64_t>(key, 0);
      if (number != entry.number + 1
          && !report("the commit log goes on with number " + std::to_string(number) + " after number "
                     + std::to_string(entry.number)))
        return visited::stop;
      entry.number = number;
      for (const auto& run : entry.runs) {
        const auto known = last_seqs.find(run.campaign);
        const auto last = run.first_seq + run.count - 1;
        auto& upto = logged[run.campaign];
        if (known == last_seqs.end())
          say(run, " does not exist");
        else if (upto != 0 && run.first_seq != upto + 1)
          say(run, " goes on with event " + std::to_string(run.first_seq) + " after event " + std::to_string(upto));
        else if (last > known->second)
          say(
            run, " goes up to event " + std::to_string(last) + ", but its journal to " + std::to_string(known->second));
        upto = last;
      }
      return go_on ? visited::next : visited::stop;
    });
  if (!scanned)
    return report(scanned.error().detail);
  for (const auto& [campaign, last_seq] : last_seqs) {
    const auto found = logged.find(campaign);
    if (go_on && found != logged.end() && last_seq != unknown_seq && found->second < last_seq)
      go_on = report("campaign " + std::to_string(campaign) + " has events up to " + std::to_string(last_seq)
                     + ", the commit log those up to " + std::to_string(found->second));
  }
  return go_on;
}

/// Reports records that cannot be read, every one of them.
bool report_records(const reader& data, table where, bool (*readable)(std::string_view key, std::string_view value),
  const fault_report& report) {
  bool go_on = true;
  const auto scanned = data.scan(where, "", "\xff", [&](std::string_view key, std::string_view value) {
    if (!readable(key, value))
      go_on = report(unreadable_row(where, key).detail);
    return go_on;
  });
  return go_on && (scanned || report(scanned.error().detail));
}

/// Reports webhooks and deliveries that cannot be read, and deliveries of no webhook.
bool report_webhooks(const reader& data, const fault_report& report) {
  std::set<webhook_id, std::less<>> known;
  webhook_row hook;
  auto scanned =
    scan_rows(data, table::webhook, {}, keys::beyond_all, [&](std::string_view key, std::string_view value) {
      if (!decode_webhook(key, value, hook))
        return visited::damaged;
      known.insert(hook.hook.id);
      return visited::next;
    });
  if (!scanned)
    return report(scanned.error().detail);
  delivery each;
  bool go_on = true;
  scanned = scan_rows(data, table::delivery, {}, keys::beyond_all, [&](std::string_view key, std::string_view value) {
    if (!decode_delivery(key, value, each))
      return visited::damaged;
    const auto of = key.substr(0, key.size() - sizeof(std::uint64_t));
    if (!known.contains(of))
      go_on = report("table delivery has rows of webhook " + std::string{of} + ", which does not exist");
    return go_on ? visited::next : visited::stop;
  });
  return scanned ? go_on : report(scanned.error().detail);
}

bool report_meta(const reader& data, const fault_report& report) {
  if (auto done = check_format(data); !done && !report(done.error().detail))
    return false;
  const auto row = data.get(table::meta, keys::clock);
  if (!row)
    return report(row.error().detail);
  clock_anchor anchor;
  return !*row || decode_clock(**row, anchor) || report(unreadable_row(table::meta, keys::clock).detail);
}

/// Reports every row of `where` that `is_sound(key, value)` does not know, one after the other.
template <class Sound>
bool report_records(const reader& data, table where, Sound&& is_sound, const fault_report& report) {
  bool go_on = true;
  auto scanned = data.scan(where, {}, keys::beyond_all_records, [&](std::string_view key, std::string_view value) {
    go_on = is_sound(key, value) || report(unreadable_row(where, key).detail);
    return go_on;
  });
  return go_on && (scanned || report(scanned.error().detail));
}

bool report_keys(const reader& data, const fault_report& report) {
  const auto is_sound = [](std::string_view key, std::string_view value) { return decode_key(key, value).has_value(); };
  return report_records(data, table::key, is_sound, report);
}

} // namespace

bool verify_data(const reader& data, const fault_report& report) {
  if (!report_meta(data, report))
    return false;
  std::map<campaign_no, campaign_id> known;
  std::map<campaign_id, campaign_no> by_id;
  std::map<campaign_no, std::uint64_t> last_seqs;
  std::optional<campaign_no> damaged;
  bool go_on = true;
  for (auto from = keys::of(0); go_on;) {
    damaged.reset();
    auto scanned =
      scan_rows(data, table::campaign, from, keys::beyond_all, [&](std::string_view key, std::string_view value) {
        campaign_state head;
        if (key.size() != sizeof(campaign_no))
          return visited::damaged;
        const auto number = keys::campaign_in(key);
        if (!decode(value, head)) {
          damaged = number;
          known.emplace(number, campaign_id{});
          last_seqs.emplace(number, unknown_seq);
          return visited::damaged;
        }
        const auto id = head.definition->id;
        known.emplace(number, id);
        last_seqs.emplace(number, head.last_seq);
        const auto [former, fresh] = by_id.emplace(id, number);
        if (!fresh)
          go_on = report("campaigns " + std::to_string(former->second) + " and " + std::to_string(number)
                         + " share the id " + id.to_string());
        go_on = go_on && report_campaign(data, number, head, report);
        return go_on ? visited::next : visited::stop;
      });
    if (!scanned)
      go_on = report(scanned.error().detail);
    if (!damaged)
      break;
    from = keys::of(*damaged + 1);
  }
  for (const auto where : {table::journal, table::contact, table::call, table::call_start, table::call_label})
    go_on = go_on && report_strays(data, where, known, report);
  return go_on && report_log(data, last_seqs, report) && report_keys(data, report)
         && report_records(data, table::dnc, is_dnc_record, report) && report_webhooks(data, report);
}

std::vector<std::string> store::verify(campaign_no campaign) const {
  std::unique_lock committing{self_->commit_mutex};
  const auto head = self_->existing(campaign);
  const auto instant = self_->backend->snapshot();
  committing.unlock();
  if (!head)
    return {head.error().detail};
  if (!instant)
    return {instant.error().detail};
  return check_campaign(**instant, campaign, **head);
}

void verify_all(const engine& data, const fault_report& report, const std::function<bool()>& go_on) {
  const fault_report while_wanted = [&](const std::string& fault) { return report(fault) && go_on(); };
  for (const auto& fault : data.check_files(go_on)) {
    if (!while_wanted(fault))
      return;
  }
  const auto instant = data.snapshot();
  if (!instant)
    report(instant.error().detail);
  else if (go_on())
    verify_data(**instant, while_wanted);
}

void store::verify(const fault_report& report, const std::function<bool()>& go_on) const {
  verify_all(*self_->backend, report, go_on);
  for (const auto& view : campaigns()) {
    if (!go_on())
      return;
    std::unique_lock committing{self_->commit_mutex};
    const auto shown = self_->head(view->number);
    const auto row = self_->backend->get(table::campaign, keys::of(view->number));
    committing.unlock();
    campaign_state stored;
    if (shown && row && *row && decode(**row, stored) && stored.last_seq != shown->last_seq
        && !report("campaign " + view->state.definition->id.to_string() + " (" + std::to_string(view->number)
                   + "): shown up to event " + std::to_string(shown->last_seq) + ", stored up to event "
                   + std::to_string(stored.last_seq)))
      return;
  }
}

} // namespace redial::persistence
