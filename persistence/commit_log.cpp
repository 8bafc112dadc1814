#include "persistence/commit_log.hpp"

#include "persistence/codec.hpp"
#include "persistence/keys.hpp"
#include "persistence/records.pb.h"

#include <limits>

namespace redial::persistence {

namespace {

record::commit& scratch() {
  thread_local record::commit message;
  message.Clear();
  return message;
}

} // namespace

void encode(const commit_entry& entry, std::string& out) {
  auto& to = scratch();
  to.set_at(entry.at.time_since_epoch().count());
  for (const auto& run : entry.runs) {
    auto& added = *to.add_runs();
    added.set_campaign(run.campaign);
    added.set_first_seq(run.first_seq);
    added.set_count(run.count);
  }
  to.SerializeToString(&out);
}

bool decode(std::string_view bytes, commit_entry& out) {
  auto& from = scratch();
  out.runs.clear();
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())
      || !from.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || from.runs().empty())
    return false;
  out.at = time_point{milliseconds{from.at()}};
  out.runs.reserve(static_cast<std::size_t>(from.runs_size()));
  for (const auto& run : from.runs()) {
    if (run.count() == 0)
      return false;
    out.runs.push_back({run.campaign(), run.first_seq(), run.count()});
  }
  return true;
}

result<commit_entry> last_commit_in(const reader& data) {
  const auto row = data.last_at_most(table::log, keys::beyond_all, {});
  if (!row)
    return row.error();
  commit_entry last;
  if (!*row)
    return last;
  const auto& [key, value] = **row;
  if (key.size() != sizeof(std::uint64_t) || !decode(value, last))
    return unreadable_row(table::log, key);
  last.number = keys::read<std::uint64_t>(key, 0);
  return last;
}

} // namespace redial::persistence
