/// What operations see, as JSON. Read by people and by `redial ops top`; not in a hurry.
#pragma once

#include "actors/ops_service.hpp"

#include <nlohmann/json.hpp>

namespace redial::http {

using json_tree = nlohmann::ordered_json;

/// One actor of the roster. @param now by the steady clock
json_tree encode_actor(const actors::actor_record& actor, std::chrono::steady_clock::time_point now);

/// The campaign's actor, what it said (null: it did not answer), and what became of those before it.
json_tree encode_campaign_actor(const campaign_view& view, const actors::actor_record* actor,
  const actors::campaign_insight* told, const std::optional<actors::roster::casualty>& casualty);

/// @param most so many campaigns at most, those with the most calls in progress
json_tree encode_lines(actors::ops_service& ops, std::size_t most);

json_tree encode_store(const actors::store_figures& store);

/// What `redial ops top` shows: the campaigns with the most attempts, lines, store, actors and counts, at one moment.
json_tree encode_overview(actors::ops_service& ops, time_point now, std::size_t campaigns);

} // namespace redial::http
