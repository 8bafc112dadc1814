/// `redial keys`: API keys made, listed and revoked by whoever owns the data, and the one that the environment gives.
#pragma once

#include "actors/key_book.hpp"
#include "app/control.hpp"
#include "config/settings.hpp"
#include "persistence/store.hpp"

#include <optional>
#include <string>

#include <spdlog/logger.h>

namespace redial::app {

/// What `redial keys` is asked to do.
struct keys_order {
  std::string action;    ///< "create", "list" or "revoke"
  std::string workspace; ///< of a new key; of the list, where empty stands for all
  std::string scope;
  std::string name;
  std::string id; ///< of the key to be revoked
};

/// Carries the order out: through the redial that serves the data if one does, else on the data. A new key's text goes
/// to stdout, alone on its line, and nowhere else. @returns the exit status.
int keys(const config::storage_settings& storage, const keys_order& order);

/// Answers the questions of `keys` in the redial that serves. @param service outlives it.
control_handler keys_of(actors::key_service& service);

/// Makes the key that the environment gives, if it gives one, and says what keys there are. To be called before anybody
/// else writes. @returns why redial must not start with it.
result<void> seed_key(persistence::store& held, actors::key_book& book, const std::optional<std::string>& text,
  time_point now, random_source& random, spdlog::logger& log);

} // namespace redial::app
