#include "http/contact_reader.hpp"
#include "http/contact_rows.hpp"
#include "http/json_body.hpp"
#include "http/json_element.hpp"

namespace redial::http {

namespace {

/// An array of contacts. An element that is JSON but no contact is a row refused; what is not JSON ends the body.
class json_rows final : public contact_rows {
public:
  using contact_rows::contact_rows;

  void feed(std::string_view slice) override {
    while (!slice.empty() && !broken()) {
      const auto used = step(slice);
      offset_ += used;
      slice.remove_prefix(used);
    }
  }

  void finish() override {
    if (place_ == place::before_array)
      break_off(malformed_json("The body is empty; a JSON array is expected."));
    else if (place_ != place::after_array)
      break_off(malformed_json("The body ends in the middle of the JSON.", offset_));
  }

private:
  enum class place : std::uint8_t {
    before_array,
    no_array,
    first_element,
    element_start,
    element,
    after_element,
    after_array
  };

  std::size_t step(std::string_view rest) {
    if (place_ == place::element)
      return step_element(rest);
    if (place_ == place::no_array)
      return step_no_array(rest);
    const char c = rest.front();
    if (is_json_space(c))
      return 1;
    if (place_ == place::before_array && (c == '{' || c == '"')) {
      element_.begin(c);
      place_ = place::no_array;
      return 0;
    }
    if (place_ == place::element_start || (place_ == place::first_element && c != ']')) {
      begin_element(c);
      return 0;
    }
    structure(c);
    return 1;
  }

  void structure(char c) {
    if (place_ == place::before_array) {
      if (c == '[')
        place_ = place::first_element;
      else
        unexpected(c, "a JSON array");
    } else if (place_ == place::after_array) {
      unexpected(c, "nothing after the array");
    } else if (c == ']') {
      place_ = place::after_array;
    } else if (c == ',' && place_ == place::after_element) {
      place_ = place::element_start;
    } else {
      unexpected(c, "a comma or the end of the array");
    }
  }

  /// What looks like JSON and is no array is told so once it is whole: half of it is no JSON.
  std::size_t step_no_array(std::string_view rest) {
    const auto used = element_.take(rest);
    if (element_.complete() || element_.too_deep())
      break_off(invalid_body("", "must be an array of contacts"));
    return used;
  }

  void begin_element(char first) {
    if (!begins_json_value(first))
      return unexpected(first, "a contact");
    begun_at_ = offset_;
    element_.begin(first);
    place_ = place::element;
  }

  std::size_t step_element(std::string_view rest) {
    const auto used = element_.take(rest);
    if (element_.too_deep())
      break_off(too_deep_json(offset_ + used));
    else if (element_.complete() && element_.too_large())
      end_large();
    else if (element_.complete())
      end_element(element_.text());
    return used;
  }

  void end_large() {
    add_faults().add(
      "/" + std::to_string(index_), "is larger than " + std::to_string(json_element::max_bytes) + " bytes");
    next_element();
    refuse_row();
  }

  void end_element(std::string_view element) {
    contact_profile contact;
    const auto verdict = reader_.read(element, index_, contact, add_faults());
    if (verdict == contact_reader::verdict::malformed) {
      break_off(malformed_json(
        "Contact " + std::to_string(index_) + " is not well-formed JSON.", begun_at_ + reader_.malformed_at()));
      return;
    }
    next_element();
    if (verdict == contact_reader::verdict::good)
      hand_out(std::move(contact));
    else
      refuse_row();
  }

  void next_element() {
    ++index_;
    place_ = place::after_element;
  }

  void unexpected(char c, std::string_view expected) { break_off(unexpected_json(c, expected, offset_)); }

  place place_ = place::before_array;
  json_element element_;
  contact_reader reader_{"/"};
  std::uint64_t index_ = 0;
  std::uint64_t offset_ = 0;
  std::uint64_t begun_at_ = 0;
};

} // namespace

std::unique_ptr<contact_rows> make_json_rows(on_invalid policy) { return std::make_unique<json_rows>(policy); }

} // namespace redial::http
