#include "domain/ids.hpp"

#include "domain/base62.hpp"

#include <algorithm>

namespace redial {

namespace {

constexpr std::string_view campaign_prefix = "cmp_";
constexpr std::string_view call_prefix = "cal_";
constexpr auto call_digits = base62_digits; // for each half

} // namespace

campaign_id campaign_id::make(random_source& random) {
  campaign_id id;
  std::copy(campaign_prefix.begin(), campaign_prefix.end(), id.text_.begin());
  fill_base62(random, std::span{id.text_}.subspan(campaign_prefix.size()));
  return id;
}

std::optional<campaign_id> campaign_id::parse(std::string_view text) noexcept {
  if (text.size() != length || !text.starts_with(campaign_prefix))
    return std::nullopt;
  auto tail = text.substr(campaign_prefix.size());
  if (!std::all_of(tail.begin(), tail.end(), is_base62))
    return std::nullopt;
  campaign_id id;
  std::copy(text.begin(), text.end(), id.text_.begin());
  return id;
}

std::optional<call_id> call_id::parse(std::string_view text) noexcept {
  if (text.size() != length || !text.starts_with(call_prefix))
    return std::nullopt;
  auto high = parse_base62(text.substr(call_prefix.size(), call_digits));
  auto low = parse_base62(text.substr(call_prefix.size() + call_digits));
  if (!high || !low)
    return std::nullopt;
  return call_id{*high, *low};
}

std::string call_id::to_string() const {
  std::string out{call_prefix};
  append_base62(out, high_);
  append_base62(out, low_);
  return out;
}

} // namespace redial
