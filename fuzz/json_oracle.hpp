/// What another parser thinks of a text.
#pragma once

#include "fuzz/require.hpp"
#include "http/problem.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <variant>

namespace redial::fuzz {

enum class verdict { json, no_json, number_too_large };

/// Tells what is JSON (RFC 8259) from what is not; a number beyond double is JSON that this parser cannot hold.
class json_judge : public nlohmann::json_sax<nlohmann::json> {
public:
  static verdict of(std::string_view text) {
    if (text.find('\0') != std::string_view::npos) // where this parser ends, as if the text did
      return verdict::no_json;
    json_judge judge;
    return nlohmann::json::sax_parse(text, &judge) ? verdict::json : judge.said_;
  }

  using json = nlohmann::json;
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(json::number_integer_t) override { return true; }
  bool number_unsigned(json::number_unsigned_t) override { return true; }
  bool number_float(json::number_float_t, const std::string&) override { return true; }
  bool string(std::string&) override { return true; }
  bool binary(json::binary_t&) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool key(std::string&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& e) override {
    if (dynamic_cast<const json::out_of_range*>(&e) != nullptr)
      said_ = verdict::number_too_large;
    return false;
  }

private:
  verdict said_ = verdict::no_json;
};

/// Demands of what a reader of JSON bodies made of `text` that it agrees with this parser on what is JSON.
/// @returns whether the body was taken.
template <class Taken>
bool is_taken(const std::variant<Taken, http::problem_details>& read, std::string_view text) {
  const auto opinion = json_judge::of(text);
  if (const auto* wrong = std::get_if<http::problem_details>(&read)) {
    const bool too_deep = wrong->detail.find("nested deeper") != std::string::npos;
    require(wrong->status == 400 || wrong->status == 422, "a body is refused with another status");
    require(wrong->status != 400 || opinion != verdict::json || too_deep, "JSON is refused as none");
    return false;
  }
  require(opinion == verdict::json, "what is no JSON is taken");
  return true;
}

} // namespace redial::fuzz
