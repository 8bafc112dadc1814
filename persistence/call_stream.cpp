#include "persistence/call_stream.hpp"

#include "persistence/rows.hpp"

#include <algorithm>

namespace redial::persistence {

namespace {

constexpr std::size_t largest_part = 4096;

} // namespace

result<std::optional<indexed_call>> call_stream::front() {
  if (at_ == read_.size() && !ended_) {
    if (auto done = read_on(); !done)
      return done.error();
  }
  return at_ < read_.size() ? std::optional{read_[at_]} : std::nullopt;
}

result<void> call_stream::read_on() {
  part_ = std::min(2 * part_, largest_part);
  read_.clear();
  at_ = 0;
  std::string last;
  auto scanned =
    scan_rows(*data_, range_.where, range_.first, range_.behind, [&](std::string_view key, std::string_view) {
      const auto call = read_index_key(range_.where, key);
      if (!call)
        return visited::damaged;
      read_.push_back(*call);
      last.assign(key);
      return read_.size() < part_ ? visited::next : visited::stop;
    });
  ended_ = read_.size() < part_;
  range_.first = std::move(last);
  range_.first += '\0';
  return scanned;
}

} // namespace redial::persistence
