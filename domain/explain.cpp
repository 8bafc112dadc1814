#include "domain/explain.hpp"

#include "domain/rules.hpp"

#include <algorithm>
#include <array>

namespace redial {

namespace {

/// Asks the rules one after the other, and keeps what they say.
class inquiry {
public:
  inquiry(const campaign_state& campaign, const contact_state& contact, const dial_surroundings& around, time_point now)
    : campaign_{campaign}, contact_{contact}, around_{around}, now_{now} {
    if (const auto& schedule = campaign.definition->schedule) {
      start_ = schedule->start_time;
      end_ = schedule->end_time;
    }
  }

  explanation run() && {
    ask_campaign();
    ask_contact();
    told_.verdict = verdict();
    if (told_.verdict == dial_verdict::eligible)
      told_.eligible_at = now_;
    else if (told_.verdict == dial_verdict::later)
      told_.eligible_at = ready_at();
    ask_lines(); // after the verdict: it is not for the contact to change
    return std::move(told_);
  }

private:
  void add(dial_rule rule, bool passes, std::string detail) {
    told_.rules.push_back({rule, passes, std::move(detail)});
  }

  void ask_campaign() {
    add(dial_rule::campaign_running, campaign_.status == campaign_status::running,
      "the campaign is " + std::string{to_string(campaign_.status)});
    if (campaign_.status == campaign_status::scheduled)
      add(dial_rule::start_time, start_ && *start_ <= now_,
        start_ ? "the campaign starts at " + format_rfc3339(*start_) : "it has no start time: it starts by action");
    if (end_)
      add(dial_rule::end_time, now_ < *end_, "nobody is called from " + format_rfc3339(*end_) + " on");
  }

  void ask_contact() {
    add(dial_rule::on_list, contact_.status != contact_status::removed,
      contact_.status == contact_status::removed ? "the contact was taken off the list" : "the contact is on the list");
    if (around_.do_not_call)
      add(dial_rule::do_not_call, !*around_.do_not_call,
        *around_.do_not_call ? "the number is on the list of numbers that are not to be called"
                             : "the number is not on the list of numbers that are not to be called");
    add(dial_rule::not_suppressed, !contact_.suppressed,
      contact_.suppressed ? "further attempts were cancelled" : "no attempt was cancelled");
    const bool calling = contact_.status == contact_status::in_progress;
    add(dial_rule::no_call_in_progress, !calling,
      !calling                      ? "no call is in progress"
      : contact_.call->completed_at ? "its call is over, and the disposition of it still to come"
                                    : "it is being called since " + format_rfc3339(contact_.call->started_at));
    add(dial_rule::not_done, contact_.status != contact_status::done,
      contact_.status == contact_status::done ? "its calls came to " + contact_.disposition
                                              : "nothing final has come of it yet");
    add(dial_rule::attempts_left, attempts_left(),
      std::to_string(contact_.attempts) + " of " + std::to_string(campaign_.definition->max_attempts)
        + " attempts are made");
    if (contact_.due)
      add(dial_rule::retry_due, *contact_.due <= now_, "the next attempt is due at " + format_rfc3339(*contact_.due));
  }

  void ask_lines() {
    if (!around_.lines)
      return;
    const auto& lines = *around_.lines;
    if (lines.held_until > now_)
      add(dial_rule::line_free, false, "the gateway asked to begin no call before " + format_rfc3339(lines.held_until));
    else
      add(dial_rule::line_free, lines.in_use < lines.allowed,
        std::to_string(lines.in_use) + " of " + std::to_string(lines.allowed) + " lines are in use");
  }

  bool attempts_left() const noexcept { return contact_.attempts < campaign_.definition->max_attempts; }

  dial_verdict verdict() const {
    if (std::all_of(told_.rules.begin(), told_.rules.end(), [](const rule_verdict& each) { return each.passes; }))
      return dial_verdict::eligible;
    const bool calling = contact_.status == contact_status::in_progress;
    if (is_final(campaign_.status) || (end_ && now_ >= *end_) || contact_.status == contact_status::removed
        || contact_.status == contact_status::done || contact_.suppressed || around_.do_not_call.value_or(false)
        || (!calling && !attempts_left()))
      return dial_verdict::never;
    const bool starts =
      campaign_.status == campaign_status::running || (campaign_.status == campaign_status::scheduled && start_);
    if (calling || !starts)
      return dial_verdict::blocked;
    return end_ && ready_at() >= *end_ ? dial_verdict::never : dial_verdict::later;
  }

  /// When campaign and contact are both ready, if time alone brings that.
  time_point ready_at() const {
    auto at = now_;
    if (campaign_.status == campaign_status::scheduled && start_)
      at = std::max(at, *start_);
    return contact_.due ? std::max(at, *contact_.due) : at;
  }

  const campaign_state& campaign_;
  const contact_state& contact_;
  const dial_surroundings& around_;
  time_point now_;
  std::optional<time_point> start_;
  std::optional<time_point> end_;
  explanation told_;
};

} // namespace

std::string_view to_string(dial_rule rule) noexcept {
  constexpr std::array<std::string_view, 11> names{"campaign_running", "start_time", "end_time", "on_list",
    "do_not_call", "not_suppressed", "no_call_in_progress", "not_done", "attempts_left", "retry_due", "line_free"};
  return names.at(static_cast<std::size_t>(rule));
}

std::string_view to_string(dial_verdict verdict) noexcept {
  constexpr std::array<std::string_view, 4> names{"eligible", "later", "blocked", "never"};
  return names.at(static_cast<std::size_t>(verdict));
}

explanation explain(
  const campaign_state& campaign, const contact_state& contact, const dial_surroundings& around, time_point now) {
  return inquiry{campaign, contact, around, now}.run();
}

} // namespace redial
