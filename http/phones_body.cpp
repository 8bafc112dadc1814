#include "http/phones_body.hpp"

#include "http/body_sax.hpp"
#include "http/json_text.hpp"

namespace redial::http {

namespace {

using nlohmann::json;

class phones_sax : public body_sax {
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

  bool has_phones() const noexcept { return has_phones_; }

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
    if (depth_ == 0 && array)
      return stop(invalid_body("", "must be an object"));
    if (depth_ == 1 && in_phones_ && !array)
      faults.add("/phones", "must be an array");
    if (depth_ == 2 && in_phones_)
      refuse(elements_++);
    return go_deeper();
  }
  bool close() {
    --depth_;
    return true;
  }
  void refuse(std::uint64_t index) {
    if (faults.keeps_more())
      faults.add("/phones/" + std::to_string(index), not_a_phone);
    else
      faults.count_one();
  }

  std::vector<phone>& out_;
  bool in_phones_ = false;
  bool has_phones_ = false;
  std::uint64_t elements_ = 0;
};

} // namespace

checked<std::vector<phone>> read_phones(std::string_view body) {
  std::vector<phone> phones;
  phones_sax sax{phones};
  if (auto unread = take_apart(body, sax))
    return std::move(*unread);
  if (!sax.has_phones())
    sax.faults.add("/phones", "is required");
  if (!sax.faults.empty())
    return invalid_body(std::move(sax.faults));
  return phones;
}

} // namespace redial::http
