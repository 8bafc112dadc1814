/// The engine's values as JSON, as the API contract names their members.
#pragma once

#include "actors/service.hpp"
#include "http/problem.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace redial::http {

/// Appends a campaign. `duplicates_skipped` stands only in the answer to its creation.
void append_campaign(
  std::string& out, const campaign_state& state, std::optional<std::uint64_t> duplicates_skipped = std::nullopt);

/// Appends a contact with its calls, the open one last. The custom fields are spliced in as they were given.
void append_contact(std::string& out, const contact_detail& contact);

std::string encode_campaign_page(const actors::campaign_page& page, std::uint64_t offset, std::size_t limit);
std::string encode_contact_page(const contact_page& page, std::uint64_t offset, std::size_t limit);
/// Rows of an addition that were skipped as invalid.
struct skipped_rows {
  std::uint64_t rows = 0;
  fault_list faults;
};
std::string encode_addition(const actors::added_contacts& outcome, const skipped_rows& skipped);
std::string encode_removal(const actors::removal_summary& summary);

} // namespace redial::http
