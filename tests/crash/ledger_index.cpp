#include "tests/crash/ledger_index.hpp"

#include <map>

namespace redial::crash {

ledger_index::ledger_index(const std::filesystem::path& file) {
  std::map<std::string, std::uint32_t> known;
  std::vector<call_id> by_number{{}};
  provider::read_ledger(file, [&](const provider::fact& what) {
    if (const auto* call = std::get_if<provider::placed_fact>(&what)) {
      const auto [found, is_new] = known.emplace(call->campaign, static_cast<std::uint32_t>(campaigns_.size()));
      if (is_new)
        campaigns_.push_back(call->campaign);
      placed_.insert_or_assign(
        call->attempt_id, placement{call->to, call->attempt, false, false, found->second, call->at});
      by_number.push_back(call->attempt_id);
    } else if (const auto* refusal = std::get_if<provider::refused_fact>(&what)) {
      refused_.insert(refusal->attempt_id);
    } else if (const auto* cancelled = std::get_if<provider::cancelled_fact>(&what)) {
      placed_.at(by_number.at(cancelled->number)).cancelled = true;
    }
  });
}

placement* ledger_index::find(const call_id& id) {
  const auto found = placed_.find(id);
  return found == placed_.end() ? nullptr : &found->second;
}

} // namespace redial::crash
