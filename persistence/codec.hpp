/// Domain values to the bytes of rows (records.proto) and back.
///
/// Each `encode` replaces what `out` holds and keeps its capacity; it cannot fail. Each `decode` is total: bytes that
/// are not such a record make it return false, and `out` is then unspecified. All are thread-safe; each thread that
/// calls them keeps its scratch messages until it ends, so that no record costs an allocation of its own.
#pragma once

#include "domain/event.hpp"
#include "persistence/engine.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace redial::persistence {

void encode(const contact_state& contact, std::string& out);
[[nodiscard]] bool decode(std::string_view bytes, contact_state& out);

void encode(const ended_call& call, std::string& out);
[[nodiscard]] bool decode(std::string_view bytes, ended_call& out);

/// @param campaign has a definition.
void encode(const campaign_state& campaign, std::string& out);
[[nodiscard]] bool decode(std::string_view bytes, campaign_state& out);

/// Adds one event to a journal row that is being built (an empty string at first).
/// @param after encoding of the contact's state after `e`, @param ended of the call that it ended: both as above, and
/// looked at for a contact_event only.
void append_event(const event& e, std::string_view after, std::string_view ended, std::string& row);
/// Replaces `out` by the events of a journal row.
[[nodiscard]] bool decode_journal(std::string_view bytes, std::vector<event>& out);

void encode_phones(std::span<const phone> phones, std::string& out);
[[nodiscard]] bool decode_phones(std::string_view bytes, std::vector<phone>& out);

/// Names and custom fields; the phones are not among them.
void encode_profiles(std::span<const contact_profile> profiles, std::string& out);
/// The phones of `out` are left empty.
[[nodiscard]] bool decode_profiles(std::string_view bytes, std::vector<contact_profile>& out);

void encode_format(std::uint32_t version, std::string& out);
[[nodiscard]] bool decode_format(std::string_view bytes, std::uint32_t& out);

void encode_clock(const clock_anchor& anchor, std::string& out);
[[nodiscard]] bool decode_clock(std::string_view bytes, clock_anchor& out);

/// @returns a `storage_failed` that names a row which cannot be decoded, or does not belong where it stands.
problem unreadable_row(table where, std::string_view key);
/// @returns a `storage_failed` that names a row which ought to be there.
problem missing_row(table where, std::string_view key);

} // namespace redial::persistence
