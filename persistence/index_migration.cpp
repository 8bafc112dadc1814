#include "persistence/index_migration.hpp"

#include "persistence/call_index.hpp"
#include "persistence/keys.hpp"
#include "persistence/rows.hpp"

namespace redial::persistence {

namespace {

constexpr std::size_t rows_a_write = 20'000;

/// Puts rows into batches of a bearable size.
class index_writer {
public:
  index_writer(engine& data, batch& changes) : data_{data}, changes_{changes} {}

  void add(campaign_no campaign, std::string_view label, const indexed_call& call) {
    call_start_key(campaign, call, key_);
    changes_.put(table::call_start, key_, "");
    if (!label.empty()) {
      call_label_key(campaign, label, call, key_);
      changes_.put(table::call_label, key_, "");
    }
    ++rows_;
  }

  result<void> write_if_full() {
    if (rows_ < rows_a_write)
      return {};
    rows_ = 0;
    return data_.write(changes_, false);
  }

private:
  engine& data_;
  batch& changes_;
  std::string key_;
  std::size_t rows_ = 0;
};

/// Visits all of a table, and writes between the rows: a part of it at a time, so that no scan is open meanwhile.
template <class Visit>
result<void> for_all(engine& data, table where, index_writer& writer, Visit&& visit) {
  constexpr std::size_t part = 10'000;
  std::string from{keys::of(0).view()};
  for (;;) {
    std::size_t seen = 0;
    std::string next;
    auto scanned = scan_rows(data, where, from, keys::beyond_all, [&](std::string_view key, std::string_view value) {
      if (seen == part)
        return visited::stop;
      if (!visit(key, value))
        return visited::damaged;
      ++seen;
      next.assign(key);
      return visited::next;
    });
    if (!scanned)
      return scanned;
    if (auto written = writer.write_if_full(); !written)
      return written;
    if (seen < part)
      return {};
    from = next + '\0';
  }
}

} // namespace

result<void> index_calls(engine& data, batch& changes) {
  index_writer writer{data, changes};
  ended_call call;
  auto done = for_all(data, table::call, writer, [&](std::string_view key, std::string_view value) {
    if (key.size() != keys::call_size || !decode(value, call) || call.attempt != keys::attempt_in(key))
      return false;
    writer.add(keys::campaign_in(key), call.disposition, {call.started_at, keys::contact_in(key), call.attempt});
    return true;
  });
  if (!done)
    return done;
  contact_state contact;
  return for_all(data, table::contact, writer, [&](std::string_view key, std::string_view value) {
    if (key.size() != keys::contact_size || !decode(value, contact))
      return false;
    if (contact.call)
      writer.add(keys::campaign_in(key), {}, {contact.call->started_at, keys::contact_in(key), contact.attempts});
    return true;
  });
}

} // namespace redial::persistence
