/// What `redial ops top` draws: one screen out of two looks at the engine.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string>

namespace redial::app {

struct screen_size {
  std::size_t columns = 100;
  std::size_t rows = 40;
};

/// @param before an earlier look, or null: then there are no rates
/// @param now the answer to the question `ops` (`encode_overview`)
/// @param passed seconds between the two
/// @returns lines of at most `size.columns` characters, at most `size.rows` of them, each with its line feed.
std::string draw_top(const nlohmann::json& before, const nlohmann::json& now, double passed, screen_size size);

} // namespace redial::app
