#include "http/ops_encode.hpp"

#include "domain/rules.hpp"
#include "metrics/families.hpp"

#include <algorithm>
#include <unordered_map>

namespace redial::http {

namespace {

using std::chrono::duration_cast;

json_tree time_or_null(const std::optional<time_point>& at) {
  return at ? json_tree(format_rfc3339(*at)) : json_tree(nullptr);
}

double seconds(std::chrono::nanoseconds t) { return std::chrono::duration<double>{t}.count(); }

std::string id_of(const actors::actor_record& actor) {
  const std::string kind{to_string(actor.kind())};
  return actor.id().empty()                             ? kind
         : actor.kind() == actors::actor_kind::campaign ? actor.id()
                                                        : kind + ":" + actor.id();
}

json_tree encode_history(const campaign_state& state) {
  auto all = json_tree::array();
  for (const auto& step : state.history) {
    json_tree one{{"status", to_string(step.to)}, {"at", format_rfc3339(step.at)}};
    if (!step.why.empty())
      one["why"] = step.why;
    all.push_back(std::move(one));
  }
  return all;
}

json_tree encode_actions(campaign_status status) {
  auto legal = json_tree::array();
  for (const auto action : legal_actions(status))
    legal.push_back(to_string(action));
  return legal;
}

json_tree encode_contact(const actors::contact_insight& contact) {
  json_tree one{{"contact", contact.number}, {"phone", contact.phone.to_string()}, {"phase", to_string(contact.phase)},
    {"attempt", contact.attempt}};
  one["call_id"] = contact.call == call_id{} ? json_tree(nullptr) : json_tree(contact.call.to_string());
  one["since"] = time_or_null(contact.since);
  one["timer"] = time_or_null(contact.timer);
  return one;
}

json_tree encode_counters(const campaign_counters& c) {
  return {{"total", c.total}, {"pending", c.pending}, {"in_progress", c.in_progress},
    {"waiting_retry", c.waiting_retry}, {"done", c.done}, {"removed", c.removed}, {"attempted", c.attempted},
    {"connected", c.connected}};
}

json_tree encode_histogram(const prometheus::ClientMetric::Histogram& of) {
  const auto mean = of.sample_count == 0 ? 0 : of.sample_sum / static_cast<double>(of.sample_count);
  return {{"count", of.sample_count}, {"mean", mean}, {"p50", metrics::quantile(of, 0.5)},
    {"p99", metrics::quantile(of, 0.99)}};
}

/// @returns the campaigns that come first by `rank`, the largest first.
template <class Rank>
std::vector<campaign_view_ptr> foremost(std::vector<campaign_view_ptr> views, std::size_t most, Rank rank) {
  const auto last = views.begin() + static_cast<std::ptrdiff_t>(std::min(most, views.size()));
  std::partial_sort(views.begin(), last, views.end(), [&](const auto& a, const auto& b) {
    const auto left = rank(a->state);
    const auto right = rank(b->state);
    return left != right ? left > right : a->number < b->number;
  });
  views.erase(last, views.end());
  return views;
}

} // namespace

json_tree encode_actor(const actors::actor_record& actor, std::chrono::steady_clock::time_point now) {
  const auto parent = parent_of(actor.kind());
  json_tree one{{"id", id_of(actor)}, {"kind", to_string(actor.kind())}};
  one["parent"] = parent ? json_tree(to_string(*parent)) : json_tree(nullptr);
  one["state"] = to_string(actor.activity());
  one["mailbox"] = actor.mailbox();
  one["handled"] = actor.handled();
  one["busy_seconds"] = seconds(actor.busy());
  one["uptime_seconds"] = seconds(now - actor.born());
  one["restarts"] = actor.restarts();
  const auto load = actor.load();
  if (actor.kind() == actors::actor_kind::campaign)
    one["contacts"] = {{"live", load.live}, {"due", load.ready}, {"passivated", load.waiting}};
  else if (actor.kind() == actors::actor_kind::courier)
    one["messages"] = {{"pending", load.ready}, {"in_progress", load.live}, {"lag_commits", load.waiting}};
  return one;
}

json_tree encode_campaign_actor(const campaign_view& view, const actors::actor_record* actor,
  const actors::campaign_insight* told, const std::optional<actors::roster::casualty>& casualty) {
  const auto& state = told ? told->state : view.state;
  json_tree one{
    {"id", view.state.definition->id.view()}, {"number", view.number}, {"workspace", view.state.definition->workspace}};
  one["actor"] = actor ? encode_actor(*actor, std::chrono::steady_clock::now()) : json_tree(nullptr);
  one["answered"] = told != nullptr;
  one["status"] = to_string(state.status);
  one["actions"] = encode_actions(state.status);
  one["history"] = encode_history(state);
  one["counters"] = encode_counters(state.counters);
  if (casualty) {
    one["deaths"] = {{"count", casualty->deaths}, {"why", casualty->why}, {"at", format_rfc3339(casualty->at)},
      {"given_up", casualty->given_up}};
    one["deaths"]["again_at"] = casualty->given_up ? json_tree(nullptr) : json_tree(format_rfc3339(casualty->again_at));
  } else {
    one["deaths"] = nullptr;
  }
  if (!told)
    return one;
  one["last_event"] = state.last_seq;
  one["committed_event"] = told->committed_seq;
  one["unwritten_events"] = told->undecided_writes;
  one["write_in_progress"] = told->append_under_way;
  one["answers_owed"] = told->answers_owed;
  one["additions_waiting"] = told->additions_waiting;
  one["draining"] = told->draining;
  one["lines"] = {{"held", told->lines_held}, {"wanted", told->lines_wanted}};
  one["retries_due"] = told->ready;
  one["passivated"] = told->passivated;
  one["next_due"] = time_or_null(told->next_due);
  one["timer"] = time_or_null(told->timer);
  one["live"] = told->live;
  auto contacts = json_tree::array();
  for (const auto& contact : told->contacts)
    contacts.push_back(encode_contact(contact));
  one["contacts"] = std::move(contacts);
  return one;
}

json_tree encode_lines(actors::ops_service& ops, std::size_t most) {
  const auto now = ops.lines();
  const auto limits = ops.limits();
  json_tree one{{"limit", limits.max_concurrent_calls}, {"calls_per_second", limits.calls_per_second},
    {"allowed", now.allowed}, {"in_use", now.in_use}, {"wanted", now.wanted},
    {"campaigns_waiting", now.campaigns_waiting}};
  one["held_until"] = now.held_until == time_point{} ? json_tree(nullptr) : json_tree(format_rfc3339(now.held_until));
  auto campaigns = json_tree::array();
  for (const auto& view :
    foremost(ops.campaigns(), most, [](const campaign_state& state) { return state.counters.in_progress; })) {
    if (view->state.counters.in_progress == 0)
      break;
    campaigns.push_back({{"id", view->state.definition->id.view()}, {"in_use", view->state.counters.in_progress}});
  }
  one["campaigns"] = std::move(campaigns);
  return one;
}

json_tree encode_store(const actors::store_figures& store) {
  const auto& e = store.engine;
  json_tree one{{"healthy", !store.trouble}};
  one["trouble"] = store.trouble ? json_tree(*store.trouble) : json_tree(nullptr);
  one["last_commit"] = store.last_commit;
  one["commits"] = {
    {"events", encode_histogram(store.commit_events)}, {"seconds", encode_histogram(store.commit_seconds)}};
  one["last_backup"] = time_or_null(store.last_backup);
  one["log_bytes"] = e.log_bytes;
  one["write_buffer_bytes"] = e.write_buffer_bytes;
  one["cache_bytes"] = e.cache_bytes;
  one["table_reader_bytes"] = e.table_reader_bytes;
  one["compaction"] = {{"debt_bytes", e.compaction_debt_bytes}, {"running", e.compactions_running},
    {"flushes_running", e.flushes_running}};
  one["stalls"] = {{"slowdowns", e.slowdowns}, {"stops", e.stops}, {"stopped", e.stopped},
    {"delayed_write_rate", e.delayed_write_rate}};
  one["background_errors"] = e.background_errors;
  auto levels = json_tree::array();
  for (const auto& level : e.levels)
    levels.push_back({{"level", levels.size()}, {"files", level.files}, {"bytes", level.bytes}});
  one["levels"] = std::move(levels);
  auto tables = json_tree::array();
  for (const auto& table : e.tables)
    tables.push_back(
      {{"name", table.name}, {"keys", table.keys}, {"bytes", table.bytes}, {"memory_bytes", table.memory}});
  one["tables"] = std::move(tables);
  return one;
}

json_tree encode_overview(actors::ops_service& ops, time_point now, std::size_t campaigns) {
  json_tree one{{"at", format_rfc3339(now)}};
  auto views = ops.campaigns();
  one["campaign_count"] = views.size();
  auto shown = json_tree::array();
  const auto rank = [](const campaign_state& s) {
    return std::pair{s.status == campaign_status::running || s.counters.in_progress > 0, s.counters.attempted};
  };
  std::uint64_t attempted = 0;
  for (const auto& view : views)
    attempted += view->state.counters.attempted;
  one["attempted"] = attempted;
  // One look at the roster for all of them.
  std::unordered_map<std::string_view, const actors::actor_record*> records;
  const auto living = ops.who().list({actors::actor_kind::campaign, std::nullopt, 0, views.size() + 1});
  for (const auto& each : living.actors)
    records.emplace(each->id(), each.get());
  for (const auto& view : foremost(std::move(views), campaigns, rank)) {
    const auto& state = view->state;
    json_tree each{{"id", state.definition->id.view()}, {"name", state.definition->name},
      {"workspace", state.definition->workspace}, {"status", to_string(state.status)}};
    each["counters"] = encode_counters(state.counters);
    const auto found = records.find(state.definition->id.view());
    const auto* actor = found == records.end() ? nullptr : found->second;
    each["mailbox"] = actor ? json_tree(actor->mailbox()) : json_tree(nullptr);
    each["state"] = actor ? json_tree(to_string(actor->activity())) : json_tree(nullptr);
    shown.push_back(std::move(each));
  }
  one["campaigns"] = std::move(shown);
  one["lines"] = encode_lines(ops, 0);
  one["store"] = encode_store(ops.store());
  auto kinds = json_tree::array();
  for (const auto kind : actors::all_actor_kinds) {
    const auto sum = ops.who().sum(kind);
    if (sum.live == 0)
      continue;
    kinds.push_back({{"kind", to_string(kind)}, {"live", sum.live}, {"mailbox", sum.mailbox},
      {"longest_mailbox", sum.longest_mailbox}, {"handled", sum.handled}, {"busy_seconds", seconds(sum.busy)},
      {"slow", sum.slow}});
  }
  one["actors"] = std::move(kinds);
  auto counts = json_tree::array();
  for (const auto& each : ops.under_way())
    counts.push_back({{"what", each.what}, {"count", each.count}, {"most", each.most}});
  one["under_way"] = std::move(counts);
  return one;
}

} // namespace redial::http
