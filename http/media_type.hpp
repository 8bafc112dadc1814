/// Content-Type of request bodies.
#pragma once

#include <string_view>

namespace redial::http {

/// @returns whether a body so labelled is read as JSON: application/json, with no parameter or charset=utf-8. An empty
/// `content_type` (no header) is taken for JSON too.
bool is_json(std::string_view content_type) noexcept;

} // namespace redial::http
