#include "bench/floor/bare_contact.hpp"
#include "bench/floor/floor.hpp"

#include <algorithm>
#include <exception>
#include <stdexcept>

namespace redial::bench {

namespace {

/// To the writer: these attempts' starts and ends are to be on disk.
struct write_attempts {
  std::uint64_t first_start = 0, last_start = 0;
  std::uint64_t first_end = 0, last_end = 0;
};
/// From the writer: they are.
struct attempts_written {};

/// The store writer, in a thread of its own.
class bare_writer : public caf::event_based_actor {
public:
  bare_writer(caf::actor_config& config, const attempt_rows* rows, persistence::engine* database, caf::actor tells)
    : caf::event_based_actor{config}, rows_{*rows}, database_{*database}, batch_{database_.new_batch()}, tells_{
                                                                                                           std::move(
                                                                                                             tells)} {}

  caf::behavior make_behavior() override;
  void on_exit() override { tells_ = nullptr; }

private:
  const attempt_rows& rows_;
  persistence::engine& database_;
  std::unique_ptr<persistence::batch> batch_;
  caf::actor tells_;
  std::string journal_;
  std::uint64_t commits_ = 0;
};

/// The campaign: one append under way at a time, what gathers meanwhile is the next one.
class bare_campaign : public caf::event_based_actor {
public:
  bare_campaign(
    caf::actor_config& config, const attempt_rows* rows, persistence::engine* database, const floor_options* options)
    : caf::event_based_actor{config}, rows_{*rows}, options_{*options}, free_{options->in_flight} {
    writer_ = system().spawn<bare_writer, caf::detached>(rows, database, caf::actor_cast<caf::actor>(this));
  }

  caf::behavior make_behavior() override;
  void on_exit() override { writer_ = nullptr; }

private:
  void append();
  void committed();

  const attempt_rows& rows_;
  const floor_options& options_;
  caf::actor writer_;
  std::uint64_t free_; ///< lines
  std::uint64_t decided_ = 0;
  std::uint64_t dialed_ = 0;
  std::uint64_t over_ = 0; ///< their contact actors have told so
  std::uint64_t over_stored_ = 0;
  write_attempts under_way_;
  bool writing_ = false;
  std::shared_ptr<const campaign_definition> definition_ = running_campaign(1).definition;
  std::shared_ptr<const contact_profile> profile_ = std::make_shared<contact_profile>();
};

} // namespace

} // namespace redial::bench

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::bench::write_attempts)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::bench::attempts_written)

namespace redial::bench {

namespace {

caf::behavior bare_writer::make_behavior() {
  return {[this](const write_attempts& w) {
    journal_.clear();
    rows_.put_starts(w.first_start, w.last_start, *batch_, journal_);
    rows_.put_ends(w.first_end, w.last_end, *batch_, journal_);
    ++commits_;
    rows_.put_commit(commits_, commits_, journal_, *batch_);
    if (auto written = database_.write(*batch_, true); !written) {
      // There is nothing to be measured any more.
      std::fprintf(stderr, "bench_floor: %s\n", written.error().detail.c_str());
      std::terminate();
    }
    caf::anon_send(tells_, attempts_written{});
  }};
}

caf::behavior bare_campaign::make_behavior() {
  append();
  return {
    [this](const actors::contact_burst&) {
      ++over_;
      append();
    },
    [this](attempts_written) { committed(); },
  };
}

void bare_campaign::append() {
  if (writing_)
    return;
  const auto starts = std::min({free_, rows_.attempts() - decided_, options_.commit_events / 2});
  const auto ends = std::min(over_ - over_stored_, options_.commit_events - starts);
  if (starts == 0 && ends == 0)
    return;
  under_way_ = {decided_, decided_ + starts, over_stored_, over_stored_ + ends};
  decided_ += starts;
  free_ -= starts;
  writing_ = true;
  caf::anon_send(writer_, under_way_);
}

/// Starts are on disk: these are dialed. Ends are: their lines are free.
void bare_campaign::committed() {
  writing_ = false;
  const auto self = caf::actor_cast<caf::actor>(this);
  for (; dialed_ < under_way_.last_start; ++dialed_)
    begin_bare_attempt(system(), self, static_cast<contact_no>(dialed_), definition_, profile_);
  over_stored_ = under_way_.last_end;
  free_ += under_way_.last_end - under_way_.first_end;
  if (over_stored_ < rows_.attempts())
    return append();
  caf::anon_send_exit(writer_, caf::exit_reason::user_shutdown);
  quit();
}

} // namespace

attempt_pace measure_pipeline(const floor_options& options, const attempt_rows& rows, report& into) {
  const auto database = fresh_database(options);
  caf::actor_system_config config;
  configure_as_redial(config, options.actor_threads);
  caf::actor_system system{config};
  const own_watch took;
  system.spawn<bare_campaign>(&rows, database.get(), &options);
  system.await_all_actors_done();
  return add_pace(into, "floor: CAF and RocksDB together", rows.attempts(), took);
}

} // namespace redial::bench
