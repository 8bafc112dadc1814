/// Reads the immutable parts of contacts, joining their phones to the rest.
#pragma once

#include "domain/contact.hpp"
#include "domain/result.hpp"
#include "persistence/engine.hpp"

#include <optional>
#include <vector>

namespace redial::persistence {

/// Remembers the rows it read last, so that neighbours cost one read. Not thread-safe.
class profile_reader {
public:
  /// @param data outlives the reader.
  profile_reader(const reader& data, campaign_no campaign) : data_{data}, campaign_{campaign} {}

  /// @returns contact `number`, or `storage_failed` where a row that should hold it is missing or damaged.
  result<contact_profile> read(contact_no number);

private:
  const reader& data_;
  campaign_no campaign_;
  std::optional<contact_no> phones_first_;
  std::vector<phone> phones_;
  std::optional<contact_no> profiles_first_;
  std::vector<contact_profile> profiles_;
};

} // namespace redial::persistence
