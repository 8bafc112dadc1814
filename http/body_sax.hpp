/// What readers of JSON bodies share that take them apart as the parser goes along, without building a document of
/// 100,000 values.
#pragma once

#include "http/json_body.hpp"
#include "http/problem.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace redial::http {

/// The base of such a reader. What the parser calls in it returns whether to go on. Not thread-safe.
class body_sax {
public:
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& e) {
    if (dynamic_cast<const nlohmann::json::out_of_range*>(&e) != nullptr)
      return stop(invalid_body("", "holds a number that is too large"));
    return stop(malformed_json("The body is not well-formed JSON.", position > 0 ? position - 1 : 0));
  }

  fault_list faults;
  std::optional<problem_details> wrong; ///< why the body was not read to its end, if so

protected:
  ~body_sax() = default;

  /// A container begins.
  bool go_deeper() {
    if (depth_ == max_json_depth)
      return stop(too_deep_json());
    ++depth_;
    return true;
  }
  bool stop(problem_details why) {
    wrong = std::move(why);
    return false;
  }

  unsigned depth_ = 0; ///< how many containers are open
};

/// Has `sax` take `body` apart. @returns why it cannot be read as a whole, if so; else see `sax.faults`.
template <class Sax>
std::optional<problem_details> take_apart(std::string_view body, Sax& sax) {
  if (auto unread = refuse_unparsed(body))
    return unread;
  if (nlohmann::json::sax_parse(body.begin(), body.end(), &sax))
    return std::nullopt;
  return sax.wrong ? std::move(*sax.wrong) : malformed_json("The body is not well-formed JSON.");
}

} // namespace redial::http
