#include "persistence/call_index.hpp"

#include "persistence/keys.hpp"

namespace redial::persistence {

namespace {

constexpr std::size_t tail_size = sizeof(std::uint64_t) + sizeof(contact_no) + 1;
constexpr std::uint64_t sign = std::uint64_t{1} << 63U;

/// Later instants have smaller numbers, those before 1970 included.
std::uint64_t inverted(time_point at) noexcept {
  return ~(static_cast<std::uint64_t>(at.time_since_epoch().count()) ^ sign);
}

time_point instant_of(std::uint64_t number) noexcept {
  return time_point{milliseconds{static_cast<std::int64_t>(~number ^ sign)}};
}

void begin(campaign_no campaign, std::string_view label, std::string& out) {
  out.assign(keys::of(campaign).view());
  if (!label.empty()) {
    out += label;
    out += '\0';
  }
}

void add_instant(std::uint64_t number, std::string& out) { out += keys::key{}.add(number).view(); }

} // namespace

void call_start_key(campaign_no campaign, const indexed_call& call, std::string& out) {
  call_label_key(campaign, {}, call, out);
}

void call_label_key(campaign_no campaign, std::string_view label, const indexed_call& call, std::string& out) {
  begin(campaign, label, out);
  out += keys::key{}.add(inverted(call.started_at)).add(call.contact).add(call.attempt).view();
}

std::optional<indexed_call> read_index_key(table where, std::string_view key) noexcept {
  constexpr auto shortest = sizeof(campaign_no) + tail_size;
  const auto label_size = key.size() < shortest ? 0 : key.size() - shortest;
  const bool whole = where == table::call_start ? key.size() == shortest
                                                : label_size > 1 && key[sizeof(campaign_no) + label_size - 1] == '\0';
  if (!whole)
    return std::nullopt;
  const auto tail = key.substr(key.size() - tail_size);
  return indexed_call{instant_of(keys::read<std::uint64_t>(tail, 0)),
    keys::read<contact_no>(tail, sizeof(std::uint64_t)),
    keys::read<std::uint8_t>(tail, sizeof(std::uint64_t) + sizeof(contact_no))};
}

index_range range_of_calls(campaign_no campaign, std::string_view label, const std::optional<time_point>& from,
  const std::optional<time_point>& to) {
  index_range range{label.empty() ? table::call_start : table::call_label, {}, {}};
  begin(campaign, label, range.first);
  range.behind = range.first;
  if (to)
    add_instant(inverted(*to), range.first);
  if (const auto last = from ? inverted(*from) : ~std::uint64_t{0}; last != ~std::uint64_t{0})
    add_instant(last + 1, range.behind);
  else if (label.empty())
    range.behind.assign(keys::of(campaign + 1).view());
  else
    range.behind.back() = '\1'; // instead of the label's zero
  return range;
}

} // namespace redial::persistence
