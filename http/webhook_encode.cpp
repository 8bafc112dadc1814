#include "http/webhook_encode.hpp"

#include "http/json_page.hpp"

namespace redial::http {

namespace {

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
  begin_member(out, "type");
  append_json_string(out, to_string(each.type));
  begin_member(out, "status");
  append_json_string(out, status_of(each.outcome));
  begin_member(out, "attempts");
  append_number(out, each.attempts);
  begin_member(out, "last_status_code");
  if (each.status == 0)
    out += "null";
  else
    append_number(out, each.status);
  begin_member(out, "last_error");
  append_text_or_null(out, each.error);
  begin_member(out, "last_attempt_at");
  append_time(out, each.last_attempt_at);
  begin_member(out, "next_attempt_at");
  append_time(out, each.next_attempt_at);
  out += '}';
}

} // namespace

void append_webhook(std::string& out, const webhook& hook, bool with_secret) {
  out += R"({"id":)";
  append_json_string(out, hook.id);
  begin_member(out, "url");
  append_json_string(out, hook.url);
  begin_member(out, "events");
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
  begin_member(out, "status");
  append_json_string(out, hook.disabled_at ? "disabled" : "enabled");
  begin_member(out, "created_at");
  append_time(out, hook.created_at);
  begin_member(out, "disabled_at");
  append_time(out, hook.disabled_at);
  if (with_secret) {
    begin_member(out, "secret");
    append_json_string(out, hook.secret);
  }
  out += '}';
}

std::string encode_webhook_page(const actors::webhook_page& page, std::uint64_t offset, std::size_t limit) {
  return encode_page(page.hooks, page.total, offset, limit,
    [](std::string& out, const webhook& each) { append_webhook(out, each, false); });
}

std::string encode_delivery_page(const actors::delivery_page& page, std::uint64_t offset, std::size_t limit) {
  return encode_page(page.deliveries, page.total, offset, limit, append_delivery);
}

} // namespace redial::http
