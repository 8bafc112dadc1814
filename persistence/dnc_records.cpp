#include "persistence/dnc_records.hpp"

#include "persistence/codec.hpp"
#include "persistence/keys.hpp"
#include "persistence/records.pb.h"

#include <limits>

namespace redial::persistence {

namespace {

constexpr std::size_t tail_size = 1 + sizeof(std::uint64_t) + 1; // a zero byte, the phone, the origin

/// A byte that no workspace's name has: one workspace's records lie together.
std::string start_of(std::string_view workspace) { return std::string{workspace} + '\0'; }
std::string end_of(std::string_view workspace) { return std::string{workspace} + '\1'; }

std::string key_of(std::string_view workspace, dnc_origin origin, phone number) {
  auto key = start_of(workspace);
  key += keys::key{}.add(number.packed()).add(static_cast<std::uint8_t>(origin)).view();
  return key;
}

struct place {
  std::string_view workspace;
  phone number;
  dnc_origin origin{};
};

std::optional<place> place_in(std::string_view key) {
  if (key.size() <= tail_size)
    return std::nullopt;
  const auto workspace = key.substr(0, key.size() - tail_size);
  const auto packed = keys::read<std::uint64_t>(key, workspace.size() + 1);
  const auto origin = keys::read<std::uint8_t>(key, key.size() - 1);
  // 7 to 15 digits, the first of which is not 0.
  if (!is_workspace_name(workspace) || key[workspace.size()] != '\0' || packed < 1'000'000
      || packed >= 1'000'000'000'000'000 || (origin != 1 && origin != 2))
    return std::nullopt;
  return place{workspace, phone::from_packed(packed), static_cast<dnc_origin>(origin)};
}

std::int64_t to_record(time_point at) noexcept { return at.time_since_epoch().count(); }
time_point from_record(std::int64_t at) noexcept { return time_point{milliseconds{at}}; }

bool decode_entry(std::string_view bytes, dnc_entry& out) {
  record::dnc_entry from;
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())
      || !from.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || !from.has_created_at())
    return false;
  out.reason = from.reason();
  out.source = from.source();
  out.created_at = from_record(from.created_at());
  out.expires_at = from.has_expires_at() ? std::optional{from_record(from.expires_at())} : std::nullopt;
  return true;
}

/// Hands out what is in force at `now` in [from, to), one entry a number, until `visit` returns false.
result<void> walk(const store& in, const std::string& from, const std::string& to, time_point now,
  const std::function<bool(dnc_entry)>& visit) {
  std::optional<dnc_entry> given; // of the number last seen, whose other record may come next
  bool go_on = true;
  const auto hand_out = [&](std::optional<dnc_entry> entry) {
    if (go_on && entry && in_force(entry->expires_at, now))
      go_on = visit(std::move(*entry));
  };
  auto scanned = in.scan_records(table::dnc, from, to, [&](std::string_view key, std::string_view value) {
    const auto where = place_in(key);
    dnc_entry entry;
    if (!where || !decode_entry(value, entry))
      return visited::damaged;
    entry.phone = where->number;
    const bool same = given && given->phone == entry.phone;
    if (given && !same)
      hand_out(std::exchange(given, std::nullopt));
    if (where->origin == dnc_origin::given)
      given = std::move(entry);
    else
      hand_out(effective_entry(std::exchange(given, std::nullopt), std::move(entry)));
    return go_on ? visited::next : visited::stop;
  });
  if (scanned)
    hand_out(std::move(given));
  return scanned;
}

} // namespace

record_change put_dnc(std::string_view workspace, dnc_origin origin, const dnc_entry& entry) {
  record::dnc_entry to;
  to.set_reason(entry.reason);
  to.set_source(entry.source);
  to.set_created_at(to_record(entry.created_at));
  if (entry.expires_at)
    to.set_expires_at(to_record(*entry.expires_at));
  return {table::dnc, key_of(workspace, origin, entry.phone), to.SerializeAsString()};
}

record_change erase_dnc(std::string_view workspace, dnc_origin origin, phone number) {
  return {table::dnc, key_of(workspace, origin, number), std::nullopt};
}

result<std::optional<dnc_entry>> find_dnc(const store& in, std::string_view workspace, phone number, time_point now) {
  // The records of one number are neighbours.
  auto from = key_of(workspace, dnc_origin::given, number);
  auto to = key_of(workspace, dnc_origin::said, number) + '\0';
  std::optional<dnc_entry> found;
  auto done = walk(in, from, to, now, [&](dnc_entry entry) {
    found = std::move(entry);
    return false;
  });
  if (!done)
    return done.error();
  return found;
}

result<std::vector<dnc_entry>> list_dnc(
  const store& in, std::string_view workspace, std::uint64_t offset, std::size_t limit, time_point now) {
  std::vector<dnc_entry> page;
  if (limit == 0)
    return page;
  auto done = walk(in, start_of(workspace), end_of(workspace), now, [&](dnc_entry entry) {
    if (offset > 0)
      --offset;
    else
      page.push_back(std::move(entry));
    return page.size() < limit;
  });
  if (!done)
    return done.error();
  return page;
}

result<void> scan_dnc(
  const store& in, const std::function<void(std::string_view workspace, dnc_origin origin, const dnc_entry&)>& visit) {
  return in.scan_records(table::dnc, "", "\xff", [&](std::string_view key, std::string_view value) {
    const auto where = place_in(key);
    dnc_entry entry;
    if (!where || !decode_entry(value, entry))
      return visited::damaged;
    entry.phone = where->number;
    visit(where->workspace, where->origin, entry);
    return visited::next;
  });
}

bool is_dnc_record(std::string_view key, std::string_view value) {
  dnc_entry entry;
  return place_in(key) && decode_entry(value, entry);
}

} // namespace redial::persistence
