#include "actors/engine.hpp"

#include "metrics/families.hpp"

#include <array>
#include <atomic>

namespace redial::actors {

void engine::inspect(const campaign_id& id, std::uint64_t offset, std::size_t limit, reply<campaign_insight> done) {
  if (auto why = unreadable())
    return done(*why);
  // Answered by the actor or by the timer, whichever is first.
  struct race {
    std::atomic_flag over;
    reply<campaign_insight> done;
  };
  auto shared = std::make_shared<race>();
  shared->done = std::move(done);
  const auto first = [shared](result<campaign_insight> answer) {
    if (!shared->over.test_and_set())
      shared->done(std::move(answer));
  };
  context_.timers.arm(context_.time.now() + context_.settings.inspect_within, [first] {
    first(problem{error_code::unavailable, "the campaign's actor is slow", {}});
  });
  caf::anon_send(
    registry_, inspect_command{id, offset, limit, reply_once<campaign_insight>{first, &context_.pending_commands}});
}

std::vector<bounded_count> engine::under_way() const {
  const auto& most = context_.settings;
  const auto read = [](const std::atomic<std::size_t>& count) { return count.load(std::memory_order_relaxed); };
  return {
    {"commands", read(context_.pending_commands), most.max_commands},
    {"uploads", read(context_.live_uploads), most.max_uploads},
    {"exports", read(context_.live_exports), most.max_exports},
    {"call_lists", read(context_.pending_lists), most.max_lists},
    {"phone_scans", read(context_.pending_scans), most.max_scans},
    {"dnc_entries", read(context_.pending_dnc_entries), max_pending_dnc_entries},
    {"idempotency_keys", context_.answers.size(), answer_desk::max_in_use},
    {"waiting_contact_actors", read(context_.waiting_actors), most.max_waiting_actors},
  };
}

store_figures engine::store() const {
  return {context_.store.figures(), context_.store.health(), context_.store.last_commit(),
    context_.counted.commit_events(), context_.counted.commit_seconds(), context_.store.last_backup()};
}

namespace {

using metrics::counter;
using metrics::families;
using metrics::gauge;

double number(std::uint64_t n) { return static_cast<double>(n); }
double seconds(std::chrono::nanoseconds t) { return std::chrono::duration<double>{t}.count(); }

void add_actors(families& all, const roster& who) {
  auto live = gauge("redial_actors", "Actors that live, by their kind");
  auto mail = gauge("redial_actor_mailbox_messages", "Messages that wait, in all mailboxes of a kind");
  auto longest = gauge("redial_actor_mailbox_messages_max", "The longest mailbox of a kind");
  auto slow = gauge("redial_actors_slow", "Actors that have been at one thing for over a second");
  auto handled = counter("redial_actor_messages_handled_total", "Messages handled");
  auto busy = counter("redial_actor_busy_seconds_total", "Time spent at work");
  auto deaths = counter("redial_actor_deaths_total", "Actors that died of a fault");
  for (const auto kind : all_actor_kinds) {
    const auto sum = who.sum(kind);
    const metrics::labels of{{"kind", to_string(kind)}};
    live.add(number(sum.live), of);
    mail.add(number(sum.mailbox), of);
    longest.add(number(sum.longest_mailbox), of);
    slow.add(number(sum.slow), of);
    handled.add(number(sum.handled), of);
    busy.add(seconds(sum.busy), of);
    if (kind == actor_kind::campaign)
      deaths.add(number(who.deaths(kind)), of);
  }
  deaths.add(number(who.contact_deaths()), {{"kind", "contact"}});
  for (auto* each : {&live, &mail, &longest, &slow, &handled, &busy, &deaths})
    all.push_back(each->take());
  const auto campaigns = who.sum(actor_kind::campaign).load;
  all.push_back(gauge("redial_contact_actors", "Contacts that have an actor: called, or to be called again soon")
                  .add(number(campaigns.live))
                  .take());
  all.push_back(
    gauge("redial_retries_due", "Retries that are due and wait for a line").add(number(campaigns.ready)).take());
  all.push_back(gauge("redial_contacts_passivated", "Contacts that wait for their retry without an actor")
                  .add(number(campaigns.waiting))
                  .take());
  const auto couriers = who.sum(actor_kind::courier).load;
  all.push_back(gauge("redial_webhook_messages_pending", "Messages read for webhooks and not delivered yet")
                  .add(number(couriers.ready))
                  .take());
  all.push_back(gauge("redial_webhook_lag_commits", "Commits that webhooks are behind, all together")
                  .add(number(couriers.waiting))
                  .take());
  all.push_back(gauge("redial_webhook_attempts_in_progress", "Deliveries under way").add(number(couriers.live)).take());
}

void add_campaigns(families& all, const std::vector<campaign_view_ptr>& views) {
  std::array<std::uint64_t, all_campaign_statuses.size()> by_status{};
  std::uint64_t failing = 0;
  campaign_counters sum;
  for (const auto& view : views) {
    const auto& state = view->state;
    if (state.definition->single_call.empty())
      ++by_status[static_cast<std::size_t>(state.status)];
    failing += state.pause_reason().empty() ? 0 : 1;
    sum.pending += state.counters.pending;
    sum.in_progress += state.counters.in_progress;
    sum.waiting_retry += state.counters.waiting_retry;
    sum.done += state.counters.done;
    sum.removed += state.counters.removed;
  }
  auto campaigns = gauge("redial_campaigns", "Campaigns, by their status");
  for (const auto status : all_campaign_statuses)
    campaigns.add(number(by_status[static_cast<std::size_t>(status)]), {{"status", to_string(status)}});
  all.push_back(campaigns.take());
  all.push_back(
    gauge("redial_campaigns_paused_by_engine", "Campaigns that redial itself has paused").add(number(failing)).take());
  all.push_back(gauge("redial_contacts", "Contacts of all campaigns, by their status")
                  .add(number(sum.pending), {{"status", "pending"}})
                  .add(number(sum.in_progress), {{"status", "in_progress"}})
                  .add(number(sum.waiting_retry), {{"status", "waiting_retry"}})
                  .add(number(sum.done), {{"status", "done"}})
                  .add(number(sum.removed), {{"status", "removed"}})
                  .take());
}

void add_lines(families& all, const line_figures& now, const line_limits& limits) {
  all.push_back(gauge("redial_lines_limit", "Calls at once that the operator allows")
                  .add(number(limits.max_concurrent_calls))
                  .take());
  all.push_back(gauge("redial_lines_allowed", "Calls at once that the gateway is trusted to take at present")
                  .add(number(now.allowed))
                  .take());
  all.push_back(gauge("redial_lines_in_use", "Lines held by campaigns").add(number(now.in_use)).take());
  all.push_back(
    gauge("redial_lines_wanted", "Lines that campaigns could use beside those").add(number(now.wanted)).take());
  all.push_back(gauge("redial_campaigns_waiting_for_lines", "Campaigns that wait for a line")
                  .add(number(now.campaigns_waiting))
                  .take());
}

void add_store(families& all, const store_figures& told) {
  const auto& e = told.engine;
  all.push_back(gauge("redial_store_healthy", "1 while the store takes writes").add(told.trouble ? 0 : 1).take());
  auto files = gauge("redial_store_level_files", "Files of a level, of all tables");
  auto bytes = gauge("redial_store_level_bytes", "Bytes of a level, of all tables");
  for (std::size_t i = 0; i < e.levels.size(); ++i) {
    const auto level = std::to_string(i);
    files.add(number(e.levels[i].files), {{"level", level}});
    bytes.add(number(e.levels[i].bytes), {{"level", level}});
  }
  all.push_back(files.take());
  all.push_back(bytes.take());
  all.push_back(gauge("redial_store_log_bytes", "Bytes of the write-ahead log").add(number(e.log_bytes)).take());
  all.push_back(gauge("redial_store_write_buffer_bytes", "Bytes written that are in no file yet")
                  .add(number(e.write_buffer_bytes))
                  .take());
  all.push_back(gauge("redial_store_cache_bytes", "Bytes of the block cache").add(number(e.cache_bytes)).take());
  all.push_back(gauge("redial_store_compaction_debt_bytes", "Bytes that compactions have to rewrite")
                  .add(number(e.compaction_debt_bytes))
                  .take());
  all.push_back(
    gauge("redial_store_compactions_running", "Compactions under way").add(number(e.compactions_running)).take());
  all.push_back(counter("redial_store_write_slowdowns_total", "Times that writes were slowed down")
                  .add(number(e.slowdowns))
                  .take());
  all.push_back(
    counter("redial_store_write_stops_total", "Times that writes were stopped").add(number(e.stops)).take());
  all.push_back(gauge("redial_store_writes_stopped", "1 while writes are stopped").add(e.stopped ? 1 : 0).take());
  all.push_back(counter("redial_store_background_errors_total", "Errors of work in the background")
                  .add(number(e.background_errors))
                  .take());
  all.push_back(gauge("redial_store_last_commit", "Number of the last commit").add(number(told.last_commit)).take());
}

} // namespace

std::vector<prometheus::MetricFamily> engine::metrics() const {
  families all = context_.counted.collect();
  add_actors(all, context_.who);
  add_campaigns(all, context_.board.all());
  add_lines(all, lines(), limits());
  add_store(all, store());
  auto count = gauge("redial_under_way", "What callers have under way");
  auto most = gauge("redial_under_way_limit", "How much of it there may be");
  for (const auto& each : under_way()) {
    count.add(number(each.count), {{"what", each.what}});
    most.add(number(each.most), {{"what", each.what}});
  }
  all.push_back(count.take());
  all.push_back(most.take());
  all.push_back(gauge("redial_ready", "1 while the engine serves").add(not_ready() ? 0 : 1).take());
  return all;
}

} // namespace redial::actors
