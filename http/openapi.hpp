/// The API's own description, docs/openapi.yaml, as it was when this was built.
#pragma once

#include <string>

namespace redial::http {

/// @returns the document as JSON. Thread-safe.
std::string openapi_json();

} // namespace redial::http
