/// Compares what clients were told of the do-not-call list with what the provider placed and with the list.
#pragma once

#include "tests/crash/judge.hpp"
#include "tests/crash/ledger_index.hpp"

#include <functional>
#include <set>
#include <unordered_map>
#include <vector>

namespace redial::e2e {
class client;
}

namespace redial::crash {

class dnc_judge {
public:
  /// @param notes outlive the judge
  dnc_judge(const std::vector<dnc_note>& notes, std::function<void(std::string)> fault);

  /// Nobody is called from the answer to the addition on, until a removal is sent.
  void compare_placements(ledger_index& ledger) const;

  /// What was acknowledged is there, what was not is there as a whole or not at all, and whoever asked for it in a call
  /// is on the list. @param result is told how much of all that there was
  void compare_list(e2e::client& http, const std::set<phone>& asked_off, verdict& result) const;

private:
  struct history {
    std::vector<const dnc_note*> notes; ///< that touch the number, but for those that were refused
  };
  static bool is_listed(e2e::client& http, phone number);

  const std::vector<dnc_note>& notes_;
  std::function<void(std::string)> fault_;
  std::unordered_map<phone, history> by_number_;
};

} // namespace redial::crash
