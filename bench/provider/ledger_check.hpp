/// What a ledger says about whoever placed the calls in it.
#pragma once

#include "bench/provider/ledger.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace redial::provider {

struct ledger_report {
  std::uint64_t placed = 0;
  std::uint64_t ended = 0;
  std::uint64_t told = 0;
  std::uint64_t cancelled = 0;
  std::uint64_t fenced = 0;
  std::map<unsigned, std::uint64_t> refused; ///< by status
  std::map<std::string, std::uint64_t> outcomes;
  std::uint64_t fault_count = 0;
  std::vector<std::string> faults; ///< the first 100, a sentence each

  bool clean() const noexcept { return fault_count == 0; }
  /// A few lines of text, with every fault that is kept.
  std::string to_text() const;
};

/// Looks for calls placed twice under one attempt id, or under one campaign, number and attempt; for calls placed after
/// their id was fenced; and for ends of calls that never were. Takes some 50 bytes of memory a call.
/// @throws std::runtime_error where the file cannot be read or has a line that makes no sense.
ledger_report check_ledger(const std::filesystem::path& file);

} // namespace redial::provider
