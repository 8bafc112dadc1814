/// Calls, and what else is told of phones, as JSON.
#pragma once

#include "actors/service.hpp"

#include <cstdint>
#include <string>

namespace redial::http {

/// Appends phone and name of a contact, as an object.
void append_person(std::string& out, const contact_profile& contact);

/// Appends the calls of a contact as an array, the open one last. @param single of a one-off call, its id: callers know
/// it by that alone
void append_calls(std::string& out, const contact_detail& contact, call_id single = {});

/// Appends a call by itself, with whose it is. The campaign of a one-off call is null.
void append_call(std::string& out, const call_detail& call);

std::string encode_call_page(const call_page& page, std::uint64_t offset, std::size_t limit);

/// @returns what there was with `number`.
std::string encode_phone_history(phone number, const phone_history& history, std::uint64_t offset, std::size_t limit);

/// @returns why a contact of `campaign` is not being dialed.
std::string encode_explanation(const campaign_id& campaign, const actors::explained_contact& explained);

} // namespace redial::http
