/// The provider's ledger, to be asked by attempt.
#pragma once

#include "bench/provider/ledger.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace redial::crash {

/// One placed call.
struct placement {
  phone to;
  std::uint8_t attempt = 0;
  bool cancelled = false;
  bool on_file = false; ///< redial knows it; set by whoever compares
  std::uint32_t campaign = 0;
  provider::stamp at;
};

class ledger_index {
public:
  explicit ledger_index(const std::filesystem::path& file);

  /// @returns the call placed under `id`, or nullptr.
  placement* find(const call_id& id);
  bool refused(const call_id& id) const { return refused_.contains(id); }
  const std::string& campaign_of(const placement& call) const { return campaigns_.at(call.campaign); }
  std::unordered_map<call_id, placement>& placements() noexcept { return placed_; }

private:
  std::unordered_map<call_id, placement> placed_;
  std::unordered_set<call_id> refused_;
  std::vector<std::string> campaigns_;
};

} // namespace redial::crash
