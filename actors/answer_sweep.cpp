#include "actors/answer_sweep.hpp"

#include "actors/observed.hpp"
#include "actors/timer_message.hpp"

namespace redial::actors {

namespace {

using persistence::table;
using persistence::visited;

class answer_sweep : public observed<sweep_actor> {
public:
  answer_sweep(caf::actor_config& config, engine_context* context, writer_actor writer)
    : observed{config, *context, actor_kind::answer_sweep}, context_{*context}, writer_{std::move(writer)} {}

  const char* name() const override { return "answer_sweep"; }

protected:
  behavior_type make_behavior() override {
    rest();
    return heed(
      [this](tick) {
        from_.clear();
        sweep();
      },
      [this](const sweep_next& next) {
        if (next.more)
          sweep();
        else
          rest();
      });
  }

  void on_exit() override { writer_ = nullptr; }

private:
  static constexpr std::chrono::hours interval{1};
  static constexpr std::size_t slice = 256; // rows looked at in one turn

  void rest() { arm_tick(context_.timers, context_.time.now() + interval, this); }

  void sweep() {
    const auto now = context_.time.now();
    std::vector<std::string> old;
    std::size_t seen = 0;
    bool more = false;
    const auto scanned = context_.store.scan_records(
      table::answer, from_, std::string(33, '\xff'), [&](std::string_view key, std::string_view value) {
        if (seen == slice) {
          more = true;
          from_ = key;
          return visited::stop;
        }
        ++seen;
        time_point created_at{};
        if (!persistence::decode_answer_time(value, created_at))
          return visited::damaged;
        if (is_expired(created_at, now))
          old.emplace_back(key);
        return visited::next;
      });
    if (!scanned) {
      context_.log.error("stored answers cannot be swept: {}", scanned.error().detail);
      return rest();
    }
    erase(old, now, more);
  }

  /// Each key is taken while its record goes: a request that begins meanwhile must not lose the answer that it stores.
  void erase(const std::vector<std::string>& old, time_point now, bool more) {
    auto changes = std::make_shared<std::vector<persistence::record_change>>();
    std::vector<key_hold> holds;
    for (const auto& key : old) {
      auto hold = context_.answers.seize(key);
      if (!hold)
        continue; // in use: it will be written anew, or swept the next time
      const auto row = context_.store.get_record(table::answer, key);
      time_point created_at{};
      if (!row || !*row || !persistence::decode_answer_time(**row, created_at) || !is_expired(created_at, now))
        continue;
      holds.push_back(std::move(hold));
      changes->push_back({table::answer, key, std::nullopt});
    }
    auto go_on = [address = address(), more, holds = std::move(holds)](const result<void>& erased) mutable {
      holds.clear();
      if (auto self = caf::actor_cast<caf::actor>(address))
        caf::anon_send(self, sweep_next{more && erased.has_value()});
    };
    if (changes->empty())
      go_on(boost::system::in_place_value);
    else
      caf::anon_send(writer_, change_request{std::move(changes), reply_once<void>{std::move(go_on)}});
  }

  engine_context& context_;
  writer_actor writer_;
  std::string from_;
};

} // namespace

sweep_actor spawn_answer_sweep(caf::actor_system& system, engine_context& context, writer_actor writer) {
  return system.spawn<answer_sweep>(&context, std::move(writer));
}

} // namespace redial::actors
