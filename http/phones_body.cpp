#include "http/phones_body.hpp"

#include "http/json_body.hpp"
#include "http/json_text.hpp"

#include <nlohmann/json.hpp>

namespace redial::http {

namespace {

using nlohmann::json;

/// Takes the body apart as the parser goes along, without building a document of 100,000 strings. What the parser calls
/// returns whether to go on; `wrong` says why not.
class phones_sax {
public:
  explicit phones_sax(std::vector<phone>& out) : out_{out} {}

  bool null() { return scalar(); }
  bool boolean(bool) { return scalar(); }
  bool number_integer(json::number_integer_t) { return scalar(); }
  bool number_unsigned(json::number_unsigned_t) { return scalar(); }
  bool number_float(json::number_float_t, const std::string&) { return scalar(); }
  bool binary(json::binary_t&) { return scalar(); }
  bool string(std::string& text) {
    if (depth_ != 2 || !in_phones_)
      return scalar();
    const auto index = elements_++;
    if (elements_ > max_phones)
      return stop(invalid_body("/phones", "has more than " + std::to_string(max_phones) + " elements"));
    if (auto number = phone::parse(text))
      out_.push_back(*number);
    else
      refuse(index);
    return true;
  }
  bool start_object(std::size_t) { return open(false); }
  bool start_array(std::size_t) { return open(true); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string& name) {
    if (depth_ != 1)
      return true;
    in_phones_ = name == "phones";
    if (!in_phones_)
      faults.add("/" + pointer_token(name), "is not a member of this body");
    else if (has_phones_)
      faults.add("/phones", "is given more than once");
    has_phones_ |= in_phones_;
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& e) {
    if (dynamic_cast<const json::out_of_range*>(&e) != nullptr)
      return stop(invalid_body("", "holds a number that is too large"));
    return stop(malformed_json("The body is not well-formed JSON.", position > 0 ? position - 1 : 0));
  }

  bool has_phones() const noexcept { return has_phones_; }
  fault_list faults;
  std::optional<problem_details> wrong;

private:
  bool scalar() {
    if (depth_ == 0)
      return stop(invalid_body("", "must be an object"));
    if (depth_ == 1 && in_phones_)
      faults.add("/phones", "must be an array");
    else if (depth_ == 2 && in_phones_)
      refuse(elements_++);
    return true;
  }
  bool open(bool array) {
    if (depth_ == max_depth)
      return stop(malformed_json("The JSON is nested deeper than " + std::to_string(max_depth) + " levels."));
    if (depth_ == 0 && array)
      return stop(invalid_body("", "must be an object"));
    if (depth_ == 1 && in_phones_ && !array)
      faults.add("/phones", "must be an array");
    if (depth_ == 2 && in_phones_)
      refuse(elements_++);
    ++depth_;
    return true;
  }
  bool close() {
    --depth_;
    return true;
  }
  void refuse(std::uint64_t index) {
    if (faults.keeps_more())
      faults.add("/phones/" + std::to_string(index), "must be an E.164 number: + and 7 to 15 digits, the first not 0");
    else
      faults.count_one();
  }
  bool stop(problem_details why) {
    wrong = std::move(why);
    return false;
  }

  static constexpr unsigned max_depth = 64;
  std::vector<phone>& out_;
  unsigned depth_ = 0;
  bool in_phones_ = false;
  bool has_phones_ = false;
  std::uint64_t elements_ = 0;
};

} // namespace

checked<std::vector<phone>> read_phones(std::string_view body) {
  if (auto wrong = refuse_unparsed(body))
    return std::move(*wrong);
  std::vector<phone> phones;
  phones_sax sax{phones};
  const bool whole = json::sax_parse(body.begin(), body.end(), &sax);
  if (!whole)
    return sax.wrong ? std::move(*sax.wrong) : malformed_json("The body is not well-formed JSON.");
  if (!sax.has_phones())
    sax.faults.add("/phones", "is required");
  if (!sax.faults.empty())
    return invalid_body(std::move(sax.faults));
  return phones;
}

} // namespace redial::http
