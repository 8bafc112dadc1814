#include "http/webhook_encode.hpp"

#include "http/json_text.hpp"

namespace redial::http {

namespace {

void key(std::string& out, std::string_view name) {
  out += ",\"";
  out += name;
  out += "\":";
}

std::string_view status_of(delivery_outcome outcome) noexcept {
  switch (outcome) {
  case delivery_outcome::pending: return "pending";
  case delivery_outcome::delivered: return "delivered";
  case delivery_outcome::failed: break;
  }
  return "failed";
}

void append_delivery(std::string& out, const delivery& each) {
  out += R"({"event_id":)";
  append_json_string(out, each.event.to_string());
  key(out, "type");
  append_json_string(out, to_string(each.type));
  key(out, "status");
  append_json_string(out, status_of(each.outcome));
  key(out, "attempts");
  append_number(out, each.attempts);
  key(out, "last_status_code");
  if (each.status == 0)
    out += "null";
  else
    append_number(out, each.status);
  key(out, "last_error");
  if (each.error.empty())
    out += "null";
  else
    append_json_string(out, each.error);
  key(out, "last_attempt_at");
  append_time(out, each.last_attempt_at);
  key(out, "next_attempt_at");
  append_time(out, each.next_attempt_at);
  out += '}';
}

void append_page_end(std::string& out, std::uint64_t total, std::uint64_t offset, std::size_t limit) {
  out += "],\"total\":";
  append_number(out, total);
  key(out, "limit");
  append_number(out, limit);
  key(out, "offset");
  append_number(out, offset);
  out += '}';
}

} // namespace

void append_webhook(std::string& out, const webhook& hook, bool with_secret) {
  out += R"({"id":)";
  append_json_string(out, hook.id);
  key(out, "url");
  append_json_string(out, hook.url);
  key(out, "events");
  out += '[';
  if (hook.every_event)
    out += R"("*")";
  const char* separator = "";
  for (const auto type : all_notice_types) {
    if (!hook.every_event && hook.events.has(type)) {
      out += separator;
      append_json_string(out, to_string(type));
      separator = ",";
    }
  }
  out += ']';
  key(out, "status");
  append_json_string(out, hook.disabled_at ? "disabled" : "enabled");
  key(out, "created_at");
  append_time(out, hook.created_at);
  key(out, "disabled_at");
  append_time(out, hook.disabled_at);
  if (with_secret) {
    key(out, "secret");
    append_json_string(out, hook.secret);
  }
  out += '}';
}

std::string encode_webhook_page(const actors::webhook_page& page, std::uint64_t offset, std::size_t limit) {
  std::string out = R"({"data":[)";
  for (const char* separator = ""; const auto& hook : page.hooks) {
    out += separator;
    append_webhook(out, hook, false);
    separator = ",";
  }
  append_page_end(out, page.total, offset, limit);
  return out;
}

std::string encode_delivery_page(const actors::delivery_page& page, std::uint64_t offset, std::size_t limit) {
  std::string out = R"({"data":[)";
  for (const char* separator = ""; const auto& each : page.deliveries) {
    out += separator;
    append_delivery(out, each);
    separator = ",";
  }
  append_page_end(out, page.total, offset, limit);
  return out;
}

} // namespace redial::http
