#include "actors/dnc_keeper.hpp"

#include "actors/observed.hpp"
#include "actors/timer_message.hpp"
#include "persistence/dnc_records.hpp"

#include <algorithm>
#include <deque>
#include <unordered_map>
#include <variant>

namespace redial::actors {

namespace {

using persistence::dnc_origin;
using persistence::record_change;

/// Entries that have expired go in lots of this size, and not more often than this.
constexpr std::size_t most_expired = 10'000;
constexpr milliseconds between_purges{60'000};

class dnc_keeper : public observed<dnc_keeper_actor> {
public:
  dnc_keeper(caf::actor_config& config, engine_context* context, registry_actor registry, writer_actor writer)
    : observed{config, *context, actor_kind::dnc_keeper}, context_{*context}, registry_{std::move(registry)},
      writer_{std::move(writer)} {}

  const char* name() const override { return "dnc_keeper"; }

protected:
  behavior_type make_behavior() override {
    arm_for_expiry();
    return heed([this](const dnc_add_command& c) { take(c); }, [this](const dnc_remove_command& c) { take(c); },
      [this](const dnc_changed& c) {
        std::exchange(follow_up_, {})(*c.outcome);
        next();
      },
      [this](tick) {
        armed_.reset();
        take(purge{});
      });
  }

  void on_exit() override {
    queue_.clear();
    follow_up_ = {};
    registry_ = nullptr;
    writer_ = nullptr;
  }

private:
  /// Entries that have expired go.
  struct purge {};
  using command = std::variant<dnc_add_command, dnc_remove_command, purge>;

  void take(command c) {
    queue_.push_back(std::move(c));
    next();
  }

  void next() {
    while (!follow_up_ && !queue_.empty()) {
      const auto c = std::move(queue_.front());
      queue_.pop_front();
      std::visit([this](const auto& each) { begin(each); }, c);
    }
  }

  /// @param follow is run in the writer's turn, right behind the commit: the book changes in the order of the commits.
  /// @param then is told the outcome in a turn of this actor.
  void commit(
    std::vector<record_change> changes, std::function<void()> follow, std::function<void(const result<void>&)> then) {
    follow_up_ = std::move(then);
    auto report = [follow = std::move(follow), self = address()](const result<void>& outcome) {
      if (outcome)
        follow();
      if (auto keeper = caf::actor_cast<caf::actor>(self))
        caf::anon_send(keeper, dnc_changed{std::make_shared<const result<void>>(outcome)});
    };
    caf::anon_send(writer_, change_request{std::make_shared<const std::vector<record_change>>(std::move(changes)),
                              reply_once<void>{std::move(report)}});
  }

  /// Whoever is answered may ask again at once: under the same key, too.
  static void answer(const dnc_add_command& c, result<dnc_added> outcome) {
    *c.note = {};
    c.done(std::move(outcome));
  }

  void begin(const dnc_add_command& c) {
    const auto now = context_.time.now();
    auto list = context_.dnc.of(c.from.workspace);
    std::unordered_map<phone, const dnc_entry*> wanted;
    wanted.reserve(c.entries->size());
    for (const auto& entry : *c.entries)
      wanted.insert_or_assign(entry.phone, &entry);
    dnc_added summary;
    auto entries = std::make_shared<std::vector<dnc_entry>>();
    entries->reserve(wanted.size());
    std::vector<record_change> changes;
    changes.reserve(2 * wanted.size());
    for (const auto& [number, entry] : wanted) {
      std::optional<dnc_entry> former;
      if (list->holds(number)) {
        auto found = persistence::find_dnc(context_.store, c.from.workspace, number, now);
        if (!found)
          return answer(c, found.error());
        former = std::move(*found);
      }
      ++(former ? summary.updated : summary.added);
      entries->push_back(replace_entry(former, *entry, now));
      changes.push_back(put_dnc(c.from.workspace, dnc_origin::given, entries->back()));
      changes.push_back(erase_dnc(c.from.workspace, dnc_origin::said, number));
    }
    if (list->size() + summary.added > context_.settings.max_dnc_entries)
      return answer(
        c, problem{error_code::limit_reached,
             "the list would have more than " + std::to_string(context_.settings.max_dnc_entries) + " numbers", {}});
    add_note(*c.note, summary, now, changes);
    commit(
      std::move(changes),
      [list, entries] {
        for (const auto& entry : *entries)
          list->put(entry.phone, entry.expires_at);
      },
      [this, c, entries, summary](const result<void>& outcome) {
        if (!outcome)
          return answer(c, outcome.error());
        context_.log.info("workspace={} request={} do-not-call: added={} updated={}", c.from.workspace, c.from.trace,
          summary.added, summary.updated);
        clear(c, *entries, summary);
        for (const auto& entry : *entries) {
          if (entry.expires_at)
            arm(*entry.expires_at);
        }
      });
  }

  /// The numbers are on the list; the answer waits for the calls that were decided before.
  void clear(const dnc_add_command& c, const std::vector<dnc_entry>& entries, const dnc_added& summary) {
    auto phones = std::make_shared<std::vector<phone>>();
    phones->reserve(entries.size());
    for (const auto& entry : entries)
      phones->push_back(entry.phone);
    std::sort(phones->begin(), phones->end());
    caf::anon_send(registry_,
      clear_command{c.from.workspace, std::move(phones), reply_once<void>{[c, summary](const result<void>& r) {
                      answer(c, r ? result<dnc_added>{summary} : result<dnc_added>{r.error()});
                    }}});
  }

  void begin(const dnc_remove_command& c) {
    auto list = context_.dnc.of(c.from.workspace);
    auto phones = *c.phones;
    std::sort(phones.begin(), phones.end());
    phones.erase(std::unique(phones.begin(), phones.end()), phones.end());
    dnc_removed summary;
    const auto now = context_.time.now();
    std::vector<record_change> changes;
    auto gone = std::make_shared<std::vector<phone>>();
    for (const auto number : phones) {
      ++(list->forbids(number, now) ? summary.removed : summary.not_found);
      if (!list->holds(number))
        continue;
      gone->push_back(number);
      changes.push_back(erase_dnc(c.from.workspace, dnc_origin::given, number));
      changes.push_back(erase_dnc(c.from.workspace, dnc_origin::said, number));
    }
    if (changes.empty())
      return c.done(summary);
    commit(
      std::move(changes),
      [list, gone] {
        for (const auto number : *gone)
          list->erase(number);
      },
      [this, c, summary](const result<void>& outcome) {
        if (!outcome)
          return c.done(outcome.error());
        context_.log.info("workspace={} request={} do-not-call: removed={} not_found={}", c.from.workspace,
          c.from.trace, summary.removed, summary.not_found);
        c.done(summary);
      });
  }

  // -- expiry -------------------------------------------------------------------------------------------------------

  void begin(const purge&) {
    const auto now = context_.time.now();
    last_purge_ = now;
    std::vector<record_change> changes;
    auto gone = std::make_shared<std::vector<std::pair<std::shared_ptr<dnc_list>, expiring_slot>>>();
    for (const auto& [workspace, list] : context_.dnc.all()) {
      for (const auto& slot : list->expired(now, most_expired - gone->size())) {
        gone->emplace_back(list, slot);
        changes.push_back(erase_dnc(workspace, dnc_origin::given, phone::from_packed(slot.packed)));
      }
    }
    if (changes.empty())
      return arm_for_expiry();
    commit(
      std::move(changes),
      [gone] {
        for (const auto& [list, slot] : *gone)
          list->expire(phone::from_packed(slot.packed), slot.until);
      },
      [this](const result<void>&) { arm_for_expiry(); }); // what was not written is tried again later
  }

  void arm_for_expiry() {
    for (const auto& [workspace, list] : context_.dnc.all()) {
      if (const auto next = list->next_expiry())
        arm(*next);
    }
  }

  void arm(time_point due) {
    if (last_purge_)
      due = std::max(due, *last_purge_ + between_purges);
    if (armed_ && *armed_ <= due)
      return;
    armed_ = due;
    arm_tick(context_.timers, due, this);
  }

  engine_context& context_;
  registry_actor registry_;
  writer_actor writer_;
  std::deque<command> queue_;
  std::function<void(const result<void>&)> follow_up_; ///< of the change under way
  std::optional<time_point> armed_;
  std::optional<time_point> last_purge_;
};

} // namespace

dnc_keeper_actor spawn_dnc_keeper(
  caf::actor_system& system, engine_context& context, registry_actor registry, writer_actor writer) {
  // It reads what stood on the list before: blocking work.
  if (context.settings.detach_blocking)
    return system.spawn<dnc_keeper, caf::detached>(&context, std::move(registry), std::move(writer));
  return system.spawn<dnc_keeper>(&context, std::move(registry), std::move(writer));
}

} // namespace redial::actors
