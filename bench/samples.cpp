#include "bench/samples.hpp"

#include "telephony/call_plan.hpp"

#include <random>
#include <utility>

namespace redial::bench {

namespace {

class seeded_random final : public random_source {
public:
  void fill(std::span<std::byte> out) override {
    for (auto& byte : out)
      byte = static_cast<std::byte>(engine_() & 0xffU);
  }

private:
  std::mt19937_64 engine_{1};
};

const telephony::simulator_options& peers_workload() {
  static const auto options = [] {
    telephony::simulator_options o;
    o.workload = telephony::simulator_workload::peers;
    return o;
  }();
  return options;
}

} // namespace

campaign_state running_campaign(std::uint64_t contacts) {
  auto definition = std::make_shared<campaign_definition>();
  seeded_random random;
  definition->id = campaign_id::make(random);
  definition->name = "Benchmark";
  definition->script_id = "script-1";
  definition->language = "hi-IN";
  definition->max_attempts = 3;
  definition->retry_interval = std::chrono::minutes{240};
  definition->created_at = sample_now;
  campaign_state state;
  evolve(state, campaign_created{definition, contacts});
  state.status = campaign_status::running;
  return state;
}

sample_attempt attempt_of(const campaign_state& campaign, contact_no number, contact_state& contact, time_point at) {
  const call_id call{number, 0x9e3779b97f4a7c15ULL + contact.attempts};
  sample_attempt made;
  made.started = decide_attempt(campaign, number, contact, call, at).value();
  contact = made.started.after;
  const auto plan = telephony::plan_call(
    peers_workload(), phone::from_packed(peers_workload().peers_base.packed() + number), contact.attempts);
  if (plan.outcome == call_outcome::answered) {
    made.after.push_back(decide_answered(number, contact, call, at).value());
    contact = made.after.back().after;
  }
  made.after.push_back(
    decide_ended(*campaign.definition, number, contact, call, {plan.outcome, plan.disposition, at}).value());
  contact = made.after.back().after;
  return made;
}

std::vector<event> failed_attempt(const campaign_state& campaign, contact_no contact) {
  const call_id call{contact, 0x9e3779b97f4a7c15ULL};
  auto started = decide_attempt(campaign, contact, {}, call, sample_now).value();
  auto ended = decide_ended(*campaign.definition, contact, started.after, call,
    {call_outcome::no_answer, {}, sample_now + std::chrono::seconds{30}})
                 .value();
  std::vector<event> both;
  both.emplace_back(std::move(started));
  both.emplace_back(std::move(ended));
  return both;
}

} // namespace redial::bench
