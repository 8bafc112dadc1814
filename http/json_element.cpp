#include "http/json_element.hpp"

#include "http/contact_reader.hpp"
#include "http/json_body.hpp"

namespace redial::http {

// One more than a custom field may be deep: the contact around it.
json_element::json_element() : scanner_{max_json_depth + 1} {}

void json_element::begin(char first) noexcept {
  scanner_.begin(first);
  held_.clear();
  text_ = {};
  too_large_ = false;
}

std::size_t json_element::take(std::string_view rest) {
  const auto used = scanner_.scan(rest);
  if (too_large_ || held_.size() + used > max_bytes) {
    too_large_ = true;
    held_.clear();
    return used;
  }
  // In place, unless it began in an earlier slice or too little of this one lies behind it.
  if (scanner_.complete() && held_.empty() && rest.size() - used >= contact_reader::padding) {
    text_ = rest.substr(0, used);
    return used;
  }
  held_.append(rest.substr(0, used));
  if (scanner_.complete()) {
    const auto size = held_.size();
    held_.resize(size + contact_reader::padding);
    text_ = std::string_view{held_}.substr(0, size);
  }
  return used;
}

} // namespace redial::http
