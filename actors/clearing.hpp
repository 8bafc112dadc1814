/// Who still has to say that no call to numbers that were put on a do-not-call list is on its way any more.
#pragma once

#include "actors/dnc_messages.hpp"

#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace redial::actors {

/// One round a command: it is over when every campaign that was asked has answered, or its time is up. A campaign whose
/// actor has died is asked again once it lives: it holds the calls that its predecessor had decided. Belongs to the
/// registry; keeps nobody waiting.
class clearing {
public:
  /// Begins a round that is to ask `whom`; with nobody to ask it is over at once. @returns its number, or 0.
  std::uint64_t begin(const clear_command& c, std::unordered_set<campaign_id> whom) {
    if (whom.empty()) {
      c.done(boost::system::in_place_value);
      return 0;
    }
    rounds_.emplace(++last_, round{c, std::move(whom)});
    return last_;
  }

  /// @returns the numbers of the rounds that wait for this campaign.
  std::vector<std::uint64_t> waiting_for(const campaign_id& campaign) const {
    std::vector<std::uint64_t> found;
    for (const auto& [number, each] : rounds_) {
      if (each.open.contains(campaign))
        found.push_back(number);
    }
    return found;
  }
  bool waits_for(std::uint64_t number, const campaign_id& campaign) const {
    const auto it = rounds_.find(number);
    return it != rounds_.end() && it->second.open.contains(campaign);
  }
  /// @returns the phones of a round that goes on.
  std::shared_ptr<const std::vector<phone>> phones(std::uint64_t number) const {
    return rounds_.at(number).asked.phones;
  }

  /// `campaign` has none of these calls on its way.
  void cleared(std::uint64_t number, const campaign_id& campaign) {
    const auto it = rounds_.find(number);
    if (it == rounds_.end())
      return;
    it->second.open.erase(campaign);
    if (it->second.open.empty())
      end(it, boost::system::in_place_value);
  }

  /// Time is up.
  void give_up(std::uint64_t number) {
    if (const auto it = rounds_.find(number); it != rounds_.end())
      end(it, problem{error_code::unavailable,
                "this is in force and on record, but the gateway has not said yet whether calls that were on their way "
                "to it before will still be placed",
                {}});
  }

  /// Whoever waits is told that nobody answers any more.
  void clear() { rounds_.clear(); }

private:
  struct round {
    clear_command asked;
    std::unordered_set<campaign_id> open;
  };
  void end(std::unordered_map<std::uint64_t, round>::iterator it, const result<void>& outcome) {
    const auto done = it->second.asked.done;
    rounds_.erase(it);
    done(outcome);
  }

  std::unordered_map<std::uint64_t, round> rounds_;
  std::uint64_t last_ = 0;
};

} // namespace redial::actors
