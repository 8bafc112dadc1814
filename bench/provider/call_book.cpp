#include "bench/provider/call_book.hpp"

#include <charconv>
#include <limits>
#include <stdexcept>

namespace redial::provider {

namespace {

constexpr std::string_view id_prefix = "call-";

} // namespace

/// Brings a fact of the ledger back to mind.
struct call_book::loader {
  call_book& book;

  void operator()(const url_fact& f) const {
    if (f.index != book.urls_.size())
      throw std::runtime_error{"the ledger's URLs are not in order"};
    book.url_index_.emplace(f.url, f.index);
    book.urls_.push_back(f.url);
  }
  void operator()(const placed_fact& f) const {
    if (f.number != book.calls_.size() + 1 || f.url >= book.urls_.size())
      throw std::runtime_error{"the ledger's calls are not in order at call " + std::to_string(f.number)};
    book.by_id_.emplace(f.attempt_id, static_cast<std::uint32_t>(f.number));
    book.calls_.push_back({f.attempt_id, f.to, f.at.wall_ms, 0, f.ring_timeout_s, f.max_duration_s, f.url, f.attempt});
  }
  void operator()(const fenced_fact& f) const { book.fenced_.insert(f.attempt_id); }
  void operator()(const refused_fact&) const {}
  void operator()(const cancelled_fact& f) const { book.call(f.number).cancelled_ms = f.at.wall_ms; }
  void operator()(const ended_fact& f) const { book.call(f.number).ended = true; }
  void operator()(const told_fact& f) const { book.call(f.number).told = true; }
};

call_book::call_book(const std::filesystem::path& ledger) : writer_{ledger} {
  const loader load{*this};
  writer_.cut(read_ledger(ledger, [&](const fact& what) { std::visit(load, what); }));
}

std::uint16_t call_book::index_of(const std::string& url) {
  if (const auto found = url_index_.find(url); found != url_index_.end())
    return found->second;
  if (urls_.size() > std::numeric_limits<std::uint16_t>::max())
    throw std::runtime_error{"too many different callback URLs"};
  const auto index = static_cast<std::uint16_t>(urls_.size());
  writer_.append(url_fact{index, url});
  url_index_.emplace(url, index);
  urls_.push_back(url);
  return index;
}

std::optional<call_book::placement> call_book::place(const call_order& order) {
  if (const auto known = find(order.attempt_id))
    return placement{*known, false};
  if (fenced_.contains(order.attempt_id))
    return std::nullopt;
  const auto url = index_of(order.callback_url);
  const std::uint64_t number = calls_.size() + 1;
  const auto now = stamp_now();
  writer_.append(placed_fact{number, order.attempt_id, order.to, order.attempt, order.campaign, now,
    order.ring_timeout_s, order.max_duration_s, url});
  calls_.push_back(
    {order.attempt_id, order.to, now.wall_ms, 0, order.ring_timeout_s, order.max_duration_s, url, order.attempt});
  by_id_.emplace(order.attempt_id, static_cast<std::uint32_t>(number));
  return placement{number, true};
}

std::optional<std::uint64_t> call_book::find(call_id id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? std::nullopt : std::optional<std::uint64_t>{found->second};
}

void call_book::fence(call_id id) {
  if (fenced_.contains(id))
    return;
  writer_.append(fenced_fact{id, stamp_now()});
  fenced_.insert(id);
}

void call_book::refuse(const call_order& order, unsigned status) {
  writer_.append(refused_fact{order.attempt_id, order.to, order.attempt, order.campaign, status, stamp_now()});
}

bool call_book::cancel(std::uint64_t number) {
  auto& which = call(number);
  if (which.ended || which.cancelled_ms != 0)
    return false;
  const auto now = stamp_now();
  writer_.append(cancelled_fact{number, now});
  which.cancelled_ms = now.wall_ms;
  return true;
}

void call_book::note_end(std::uint64_t number, call_outcome outcome) {
  auto& which = call(number);
  if (which.ended)
    return;
  writer_.put_off(ended_fact{number, outcome, stamp_now()});
  which.ended = true;
}

void call_book::note_told(std::uint64_t number) {
  auto& which = call(number);
  if (which.told)
    return;
  writer_.put_off(told_fact{number});
  which.told = true;
}

std::string shown_id(std::uint64_t number) { return std::string{id_prefix} + std::to_string(number); }

std::optional<std::uint64_t> parse_shown_id(std::string_view text) {
  if (!text.starts_with(id_prefix))
    return std::nullopt;
  text.remove_prefix(id_prefix.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number == 0)
    return std::nullopt;
  return number;
}

} // namespace redial::provider
