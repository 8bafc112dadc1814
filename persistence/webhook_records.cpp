#include "persistence/webhook_records.hpp"

#include "persistence/keys.hpp"
#include "persistence/records.pb.h"

#include <limits>

namespace redial::persistence {

namespace {

constexpr std::string_view every = "*";

template <class Message>
bool parse(std::string_view bytes, Message& message) {
  return bytes.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max())
         && message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

std::int64_t to_record(time_point at) noexcept { return at.time_since_epoch().count(); }
time_point from_record(std::int64_t at) noexcept { return time_point{milliseconds{at}}; }

bool is_byte(std::uint32_t number) noexcept { return number <= std::numeric_limits<std::uint8_t>::max(); }

} // namespace

std::string webhook_key_of(std::string_view workspace, std::string_view id) {
  std::string key{workspace};
  key += '\0';
  return key += id;
}

void encode(const webhook_row& row, std::string& out) {
  record::webhook to;
  to.set_url(row.hook.url);
  to.set_secret(row.hook.secret);
  if (row.hook.every_event) {
    to.add_events(every.data(), every.size());
  } else {
    for (const auto type : all_notice_types) {
      if (row.hook.events.has(type))
        to.add_events(std::string{to_string(type)});
    }
  }
  to.set_created_at(to_record(row.hook.created_at));
  if (row.hook.disabled_at)
    to.set_disabled_at(to_record(*row.hook.disabled_at));
  to.set_commit(row.commit);
  to.set_index(row.index);
  to.set_sub(row.sub);
  for (const auto& lane : row.lanes) {
    auto& added = *to.add_lanes();
    added.set_campaign(lane.campaign);
    added.set_done_seq(lane.done_seq);
    added.set_done_sub(lane.done_sub);
    added.set_upto_seq(lane.upto_seq);
    added.set_upto_sub(lane.upto_sub);
    added.set_attempts(lane.attempts);
    if (lane.next_at)
      added.set_next_at(to_record(*lane.next_at));
  }
  if (row.replayed_at)
    to.set_replayed_at(to_record(*row.replayed_at));
  to.set_next_delivery(row.next_delivery);
  to.SerializeToString(&out);
}

bool decode_webhook(std::string_view key, std::string_view bytes, webhook_row& out) {
  record::webhook from;
  out = {};
  const auto end = key.find('\0');
  if (end == std::string_view::npos || !is_workspace_name(key.substr(0, end)) || !is_webhook_id(key.substr(end + 1))
      || !parse(bytes, from) || from.events().empty() || !is_byte(from.sub()) || !webhook_key(from.secret()))
    return false;
  out.hook.workspace = key.substr(0, end);
  out.hook.id = key.substr(end + 1);
  out.hook.url = from.url();
  out.hook.secret = from.secret();
  for (const auto& name : from.events()) {
    if (name == every) {
      out.hook.every_event = true;
    } else {
      const auto type = parse_notice_type(name);
      if (!type)
        return false;
      out.hook.events.add(*type);
    }
  }
  out.hook.created_at = from_record(from.created_at());
  if (from.has_disabled_at())
    out.hook.disabled_at = from_record(from.disabled_at());
  out.commit = from.commit();
  out.index = from.index();
  out.sub = static_cast<std::uint8_t>(from.sub());
  for (const auto& lane : from.lanes()) {
    if (!is_byte(lane.done_sub()) || !is_byte(lane.upto_sub()))
      return false;
    auto& added = out.lanes.emplace_back();
    added.campaign = lane.campaign();
    added.done_seq = lane.done_seq();
    added.done_sub = static_cast<std::uint8_t>(lane.done_sub());
    added.upto_seq = lane.upto_seq();
    added.upto_sub = static_cast<std::uint8_t>(lane.upto_sub());
    added.attempts = lane.attempts();
    if (lane.has_next_at())
      added.next_at = from_record(lane.next_at());
  }
  if (from.has_replayed_at())
    out.replayed_at = from_record(from.replayed_at());
  out.next_delivery = from.next_delivery();
  return true;
}

std::string delivery_key_of(std::string_view webhook, std::uint64_t number) {
  std::string key{webhook};
  return key += keys::key{}.add(number).view();
}

void encode(const delivery& row, std::string& out) {
  record::delivery to;
  to.set_campaign(row.event.campaign);
  to.set_seq(row.event.seq);
  to.set_sub(row.event.sub);
  to.set_type(std::string{to_string(row.type)});
  switch (row.outcome) {
  case delivery_outcome::pending: to.set_outcome(record::DELIVERY_PENDING); break;
  case delivery_outcome::delivered: to.set_outcome(record::DELIVERY_DELIVERED); break;
  case delivery_outcome::failed: to.set_outcome(record::DELIVERY_FAILED); break;
  }
  to.set_attempts(row.attempts);
  to.set_status(row.status);
  to.set_error(row.error);
  if (row.last_attempt_at)
    to.set_last_attempt_at(to_record(*row.last_attempt_at));
  if (row.next_attempt_at)
    to.set_next_attempt_at(to_record(*row.next_attempt_at));
  to.SerializeToString(&out);
}

bool decode_delivery(std::string_view key, std::string_view bytes, delivery& out) {
  record::delivery from;
  out = {};
  if (key.size() < sizeof(std::uint64_t) || !is_webhook_id(key.substr(0, key.size() - sizeof(std::uint64_t)))
      || !parse(bytes, from) || !is_byte(from.sub()))
    return false;
  const auto type = parse_notice_type(from.type());
  if (!type)
    return false;
  out.number = keys::read<std::uint64_t>(key, key.size() - sizeof(std::uint64_t));
  out.event = {from.campaign(), from.seq(), static_cast<std::uint8_t>(from.sub())};
  out.type = *type;
  switch (from.outcome()) {
  case record::DELIVERY_PENDING: out.outcome = delivery_outcome::pending; break;
  case record::DELIVERY_DELIVERED: out.outcome = delivery_outcome::delivered; break;
  case record::DELIVERY_FAILED: out.outcome = delivery_outcome::failed; break;
  default: return false;
  }
  out.attempts = from.attempts();
  out.status = from.status();
  out.error = from.error();
  if (from.has_last_attempt_at())
    out.last_attempt_at = from_record(from.last_attempt_at());
  if (from.has_next_attempt_at())
    out.next_attempt_at = from_record(from.next_attempt_at());
  return true;
}

} // namespace redial::persistence
