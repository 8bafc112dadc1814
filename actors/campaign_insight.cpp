#include "actors/campaign_class.hpp"

#include <algorithm>

// What the campaign's actor tells operations of itself.

namespace redial::actors {

contact_insight campaign::insight(contact_no number, const live_contact& live) const {
  contact_insight told{number, contacts_[number].number(), contact_phase::waiting_retry, live.state.attempts, {}};
  const auto& call = live.state.call;
  if (!call) {
    told.timer = live.state.due;
    return told;
  }
  told.call = call->id;
  told.since = call->started_at;
  if (call->completed_at) {
    told.phase = contact_phase::awaiting_result;
    told.since = call->completed_at;
    told.timer = result_due(live.state, context_.settings.result_timeout);
  } else if (call->answered_at) {
    told.phase = contact_phase::in_conversation;
    told.since = call->answered_at;
  } else if (live.profile) {
    told.phase = contact_phase::committing; // the profile leaves with the dial
  } else {
    told.phase = fence_.cleared(live.generation) ? contact_phase::ringing : contact_phase::placing;
  }
  return told;
}

campaign_insight campaign::insight(std::uint64_t offset, std::size_t limit) const {
  campaign_insight told;
  told.state = state_;
  told.committed_seq = committed_seq_;
  told.undecided_writes = buffer_.size();
  told.append_under_way = append_under_way_;
  told.answers_owed = pending_.size() + confirmations_.size();
  told.additions_waiting = additions_.size();
  told.lines_wanted = lines_wanted_;
  told.ready = queue_.ready_count();
  told.passivated = queue_.waiting_count();
  told.next_due = queue_.next_due();
  told.timer = armed_;
  told.draining = draining_;
  told.live = live_.size();
  std::vector<contact_no> numbers;
  numbers.reserve(live_.size());
  for (const auto& [number, live] : live_) {
    numbers.push_back(number);
    told.lines_held += live.state.call && !live.state.call->completed_at ? 1 : 0;
  }
  const auto last = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(offset + limit, numbers.size()));
  std::partial_sort(numbers.begin(), numbers.begin() + last, numbers.end());
  for (auto i = offset; i < static_cast<std::uint64_t>(last); ++i)
    told.contacts.push_back(insight(numbers[i], live_.at(numbers[i])));
  return told;
}

} // namespace redial::actors
