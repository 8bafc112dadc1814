#include "persistence/format.hpp"

#include "persistence/index_migration.hpp"
#include "persistence/keys.hpp"
#include "persistence/rows.hpp"

#include <array>
#include <string>

namespace redial::persistence {

namespace {

/// Version 1 differs in the version row only. Before that is written, the campaigns have to be what it promises.
result<void> state_version(engine& data, batch&) {
  campaign_state head;
  return scan_rows(data, table::campaign, keys::of(0), keys::beyond_all,
    [&](std::string_view, std::string_view value) { return decode(value, head) ? visited::next : visited::damaged; });
}

problem newer(std::uint32_t found) {
  return {error_code::storage_failed,
    "the data have format version " + std::to_string(found)
      + ", written by a newer redial; this one reads up to version " + std::to_string(format_version),
    {}};
}

constexpr std::array steps{migration{0, state_version}, migration{1, index_calls}};
static_assert(steps.size() == format_version);

result<void> write_version(engine& data, batch& changes, std::uint32_t version) {
  std::string row;
  encode_format(version, row);
  changes.put(table::meta, keys::format, row);
  return data.write(changes, true);
}

} // namespace

std::span<const migration> migrations() noexcept { return steps; }

result<void> ensure_format(engine& data) {
  auto row = data.get(table::meta, keys::format);
  if (!row)
    return row.error();
  std::uint32_t found = 0;
  if (*row) {
    if (!decode_format(**row, found))
      return unreadable_row(table::meta, keys::format);
  } else {
    bool in_use = false;
    auto scanned = data.scan(table::campaign, keys::of(0), keys::beyond_all, [&](std::string_view, std::string_view) {
      in_use = true;
      return false;
    });
    if (!scanned)
      return scanned.error();
    if (!in_use)
      return write_version(data, *data.new_batch(), format_version);
  }
  if (found > format_version)
    return newer(found);
  for (const auto& step : migrations().subspan(found)) {
    const auto changes = data.new_batch();
    if (auto done = step.run(data, *changes); !done)
      return problem{error_code::storage_failed,
        "cannot bring the data from format version " + std::to_string(step.from) + " to "
          + std::to_string(step.from + 1) + ": " + done.error().detail,
        {}};
    if (auto written = write_version(data, *changes, step.from + 1); !written)
      return written.error();
  }
  return {};
}

result<void> check_format(const reader& data) {
  const auto row = data.get(table::meta, keys::format);
  if (!row)
    return row.error();
  if (!*row)
    return missing_row(table::meta, keys::format);
  std::uint32_t found = 0;
  if (!decode_format(**row, found))
    return unreadable_row(table::meta, keys::format);
  if (found > format_version)
    return newer(found);
  if (found < format_version)
    return problem{error_code::storage_failed,
      "the data have format version " + std::to_string(found)
        + ", older than this redial's: they are brought forward when it serves them for the first time",
      {}};
  return {};
}

} // namespace redial::persistence
