/// Calls, and what else is told of phones, as JSON.
#pragma once

#include "actors/service.hpp"

#include <cstdint>
#include <string>

namespace redial::http {

/// Appends a call by itself, with whose it is. The campaign of a one-off call is null.
void append_call(std::string& out, const call_detail& call);

std::string encode_call_page(const call_page& page, std::uint64_t offset, std::size_t limit);

/// @returns what there was with `number`.
std::string encode_phone_history(phone number, const phone_history& history, std::uint64_t offset, std::size_t limit);

/// @returns why a contact of `campaign` is not being dialed.
std::string encode_explanation(const campaign_id& campaign, const actors::explained_contact& explained);

} // namespace redial::http
