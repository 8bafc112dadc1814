/// The body of POST /v1/calls.
#pragma once

#include "actors/service.hpp"
#include "http/problem.hpp"

#include <string_view>

namespace redial::http {

/// Reads `phone`, `name`, `script_id` and `language`, all required, and `fields`, an object whose members are custom
/// fields, kept byte for byte as given. @returns the call, 422 naming every fault (unknown members included), or 400 if
/// it is not JSON.
checked<actors::one_off_call> read_call(std::string_view body);

} // namespace redial::http
