/// A whole engine in one process under virtual time: real actors, real store logic on the in-memory engine, the real
/// simulator. Nothing happens unless the test lets it.
#pragma once

#include "actors/engine.hpp"
#include "persistence/engine.hpp"
#include "telephony/simulator.hpp"
#include "timing/manual.hpp"

#include <caf/scheduler/test_coordinator.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace redial::testing {

using namespace std::chrono_literals;

/// Random bytes that are the same in every run.
class seeded_random final : public random_source {
public:
  explicit seeded_random(std::uint64_t seed) : state_{seed} {}
  void fill(std::span<std::byte> out) override;

private:
  std::uint64_t state_;
};

/// One call as the network saw it.
struct placed_call {
  call_id id;
  campaign_id campaign;
  phone to;
  std::uint8_t attempt = 0;
  time_point at{};
  std::string name;
  std::string fields;
};

/// The simulator behind a ledger of every call that was placed. Once `severed`, it hears nothing any more: what a
/// process that was killed sends out afterwards.
class recording_gateway final : public telephony::call_gateway {
public:
  recording_gateway(std::unique_ptr<telephony::call_gateway> inner, const clock& time)
    : inner_{std::move(inner)}, time_{time} {}

  void place(telephony::call_request request, telephony::call_listener listener) override;
  void look_up(call_id id, telephony::call_listener listener) override;
  std::size_t in_flight() const override { return inner_->in_flight(); }
  void shut_down() override { inner_->shut_down(); }

  std::vector<placed_call> ledger;
  bool severed = false;
  /// Calls are kept back here instead of being placed, while set: a gateway that takes its time.
  bool hold = false;
  std::vector<std::function<void()>> held;

private:
  std::unique_ptr<telephony::call_gateway> inner_;
  const clock& time_;
};

/// Passes everything on to an engine that outlives it, until it is told to fail: a disk that fills up, or, `severed`, a
/// process that was killed.
class faulty_engine final : public persistence::engine {
public:
  explicit faulty_engine(std::shared_ptr<persistence::engine> inner) : inner_{std::move(inner)} {}

  std::unique_ptr<persistence::batch> new_batch() override { return inner_->new_batch(); }
  result<void> write(persistence::batch& changes, bool sync) override;
  result<std::optional<std::string>> get(persistence::table where, std::string_view key) const override {
    return inner_->get(where, key);
  }
  result<void> scan(persistence::table where, std::string_view from, std::string_view to,
    const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    return inner_->scan(where, from, to, visit);
  }
  result<std::optional<std::pair<std::string, std::string>>> last_at_most(
    persistence::table where, std::string_view key, std::string_view floor) const override {
    return inner_->last_at_most(where, key, floor);
  }

  /// What becomes of one write.
  enum class fate : std::uint8_t {
    done,
    refused, ///< nothing is written, and that is said
    unclear, ///< it is written, and the contrary is said: a sync that failed after its data had reached the disk
  };

  bool failing = false;
  std::size_t synced_writes = 0;
  /// Asked before every write, where set.
  std::function<fate(bool sync)> judge;

private:
  std::shared_ptr<persistence::engine> inner_;
};

/// What the calls go through; made anew in every life.
using gateway_maker =
  std::function<std::unique_ptr<telephony::call_gateway>(const clock& time, timing::timer_service& timers)>;

struct world_options {
  gateway_maker make_gateway; ///< empty: the simulator, with `calls`
  telephony::simulator_options calls;
  actors::engine_settings engine;
  /// Has its way with every new life before it begins.
  std::function<void(actors::engine_context&)> prepare;
  time_point start = time_point{std::chrono::hours{24 * 365 * 55}};
};

class world {
public:
  explicit world(world_options options = {});
  ~world();
  world(const world&) = delete;
  world& operator=(const world&) = delete;

  /// Handles every message that is there, and those that follow, at the present instant.
  void settle();
  /// Handles at most `messages` messages.
  void step(std::size_t messages);
  /// Lets time pass, running every timer on the way.
  void pass(milliseconds time);
  /// Lets time pass until `done` or until nothing more can happen. @returns whether it came to `done`.
  bool pass_until(const std::function<bool()>& done, milliseconds at_most = std::chrono::hours{24 * 30});

  /// Handles one message: that of the `choice`-th waiting actor, counted round. @returns false if there is none.
  bool step_any(std::size_t choice);
  /// @returns when the first of the engine's timers is due.
  std::optional<time_point> next_timer() const { return parts_->timers.next_due(); }
  /// Runs what is due; its messages wait.
  void run_timers() { parts_->timers.run_due(time_.now()); }

  /// What kill -9 and a new start come to: only what is committed remains.
  void crash_and_restart();
  /// The two halves of it: between them nothing but `time` and `committed` may be used.
  void crash();
  void restart() { boot(); }
  bool alive() const noexcept { return parts_ != nullptr; }
  /// The store below, as a crash would leave it.
  persistence::engine& committed() { return *disk_; }
  /// An orderly stop and a new start.
  void stop_and_restart();

  /// Creates a campaign of `contacts` contacts with consecutive phones. @returns its id.
  campaign_id create(std::size_t contacts, std::function<void(campaign_definition&)> edit = {});
  static phone phone_of(std::size_t contact);

  /// Issues a command and handles messages until it is answered.
  result<campaign_view_ptr> act(const campaign_id& id, campaign_action action);
  result<actors::removal_summary> remove(const campaign_id& id, std::vector<phone> phones);
  /// Adds contacts `first` to `first + count - 1` of `phone_of` and handles messages until it is answered.
  result<actors::added_contacts> add(const campaign_id& id, std::size_t first, std::size_t count);
  /// Begins the same: the contacts are staged, and the end is told. @returns where the answer will be.
  std::shared_ptr<std::optional<result<actors::added_contacts>>> begin_add(
    const campaign_id& id, std::size_t first, std::size_t count, actors::answer_note<actors::added_contacts> note = {});
  campaign_state state(const campaign_id& id);
  /// Overwrites the stored states of a campaign's contacts with what no record can be read from.
  void damage_contacts(const campaign_id& id);
  campaign_no number(const campaign_id& id);

  actors::engine& engine() { return *parts_->engine; }
  actors::engine_context& context() { return *parts_->context; }
  persistence::store& store() { return *parts_->store; }
  recording_gateway& gateway() { return *parts_->gateway; }
  faulty_engine& disk() { return *parts_->disk; }
  timing::manual_clock& time() { return time_; }

  /// Every call that was placed, over all lives.
  std::vector<placed_call> ledger() const;

private:
  struct parts;
  void boot();
  void end();
  void kill();

  world_options options_;
  timing::manual_clock time_;
  std::shared_ptr<persistence::engine> disk_;
  seeded_random random_{42};
  std::vector<placed_call> former_ledger_;

  struct parts {
    ~parts();
    caf::actor_system_config config;
    timing::manual_timers timers;
    std::shared_ptr<spdlog::logger> log;
    std::shared_ptr<faulty_engine> disk;
    std::unique_ptr<persistence::store> store;
    std::unique_ptr<recording_gateway> gateway;
    std::unique_ptr<actors::engine_context> context;
    std::unique_ptr<caf::actor_system> system;
    caf::scheduler::test_coordinator* scheduler = nullptr;
    std::unique_ptr<actors::engine> engine;
  };
  std::unique_ptr<parts> parts_;
};

} // namespace redial::testing
