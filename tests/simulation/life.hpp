/// One life of redial in the making: shared by the sources of `run`.
#pragma once

#include "tests/actors/world.hpp"
#include "tests/simulation/books.hpp"
#include "tests/simulation/run.hpp"

#include <exception>

namespace redial::simulation {

using testing::faulty_engine;
using testing::world;
using testing::world_options;

/// Thrown out of a step when the process is to die in the middle of it.
struct killed {};

class life {
public:
  life(std::uint64_t seed, bool story);
  verdict go();

private:
  void log(const char* what, const std::string& of = {}) const {
    if (story_)
      std::fprintf(stderr, "%12.3f  %s %s\n",
        time_ ? static_cast<double>((time_->now() - start).count()) / 1000.0 : 0.0, what, of.c_str());
  }
  world_options options();
  std::unique_ptr<telephony::call_gateway> make_gateway(const clock& time, timing::timer_service& timers);
  void watch_disk();
  faulty_engine::fate judge(bool sync);
  void check_committed(call_id attempt, const std::string& id, phone to);
  void heard(const placement& call);

  void act();
  void command(const std::string& id, campaign_action action);
  void create();
  void learn(const std::string& name, const std::string& id);
  void remove(const std::string& id);
  struct joining;
  void add(const std::string& id);
  void go_on(const std::shared_ptr<joining>& of);
  void call_once();
  std::vector<phone> some_numbers();
  void list_numbers();
  void take_off_numbers();
  void compare_lists();
  void restart_by(bool crash);
  void break_disk();
  void worsen();
  void heal();

  /// Handles up to `messages` messages, in an order of its own choice.
  void handle(std::uint64_t messages = ~std::uint64_t{0});
  void pass(milliseconds time);
  bool finish();
  template <class Work>
  void survive(Work work);

  static constexpr time_point start{std::chrono::hours{24 * 365 * 55}};

  chance luck_;
  const bool story_;
  const bool fences_;
  books books_;
  tally counted_;
  std::unique_ptr<provider> network_;
  std::unique_ptr<world> world_;
  telephony::http_gateway* gateway_ = nullptr;
  timing::manual_clock* time_ = nullptr;
  std::vector<std::string> ids_;
  std::map<std::string, books::campaign> unanswered_; // creations, by name
  std::set<call_id> heard_;                           // calls whose `dnd` was answered
  std::uint64_t lives_ = 0;                           // an answer to a former one is none
  std::uint64_t names_ = 0;
  std::uint64_t additions_ = 0;
  std::uint64_t lookups_before_ = 0;

  enum class mishap : std::uint8_t { none, dies_before, dies_after, refuses, unclear };
  mishap next_mishap_ = mishap::none;
  std::uint64_t writes_until_mishap_ = 0;
  std::uint64_t writes_refused_ = 0; // further ones, of a disk that is full
  bool die_ = false;
};

/// Carries out `work`; should the process die within, a new one is started after a while.
template <class Work>
void life::survive(Work work) {
  try {
    work();
    return;
  } catch (const killed&) {
  }
  restart_by(true);
}

} // namespace redial::simulation
