#include "http/encode_call.hpp"

#include "http/encode_dnc.hpp"
#include "http/json_text.hpp"

namespace redial::http {

namespace {

/// Appends `,"name":`; the first member of an object is written by hand.
void key(std::string& out, std::string_view name) {
  out += ",\"";
  out += name;
  out += "\":";
}

void append_text_or_null(std::string& out, std::string_view text) {
  if (text.empty())
    out += "null";
  else
    append_json_string(out, text);
}

/// A one-off call belongs to no campaign that its caller knows.
std::string_view shown_id(const campaign_definition& campaign) noexcept {
  return campaign.single_call.empty() ? campaign.id.view() : std::string_view{};
}

/// Everything of a call but whose it is, without braces.
void append_call_members(std::string& out, const call_detail& call) {
  out += R"("id":)";
  append_json_string(out, call.id.to_string());
  key(out, "attempt");
  append_number(out, unsigned{call.attempt});
  key(out, "status");
  append_json_string(out, to_string(call.status));
  key(out, "outcome");
  append_text_or_null(out, call.outcome ? to_string(*call.outcome) : std::string_view{});
  key(out, "disposition");
  append_text_or_null(out, call.disposition);
  key(out, "duration_seconds");
  const auto talked = call.answered_at && call.ended_at ? *call.ended_at - *call.answered_at : milliseconds{0};
  append_number(out, std::chrono::duration_cast<std::chrono::seconds>(talked).count());
  key(out, "started_at");
  append_time(out, call.started_at);
  key(out, "answered_at");
  append_time(out, call.answered_at);
  key(out, "ended_at");
  append_time(out, call.ended_at);
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

void append_entry(std::string& out, const history_entry& entry) {
  const auto& campaign = *entry.campaign;
  const auto& state = entry.contact.state;
  out += R"({"campaign_id":)";
  append_text_or_null(out, shown_id(campaign));
  key(out, "campaign_name");
  append_text_or_null(out, campaign.single_call.empty() ? std::string_view{campaign.name} : std::string_view{});
  key(out, "name");
  append_json_string(out, entry.contact.profile.name);
  key(out, "status");
  append_json_string(out, to_string(state.status));
  key(out, "attempts");
  append_number(out, unsigned{state.attempts});
  key(out, "next_attempt_at");
  append_time(out, state.due);
  key(out, "disposition");
  append_text_or_null(out, state.disposition);
  key(out, "calls");
  out += '[';
  const char* separator = "";
  const auto append = [&](const call_detail& call) {
    out += separator;
    out += '{';
    append_call_members(out, call);
    out += '}';
    separator = ",";
  };
  for (const auto& call : entry.contact.calls)
    append(detail_of(entry.campaign, {}, call));
  if (state.call)
    append(detail_of(entry.campaign, {}, *state.call, state.attempts));
  out += "]}";
}

} // namespace

void append_call(std::string& out, const call_detail& call) {
  out += R"({"campaign_id":)";
  append_text_or_null(out, shown_id(*call.campaign));
  key(out, "contact");
  out += R"({"phone":)";
  append_json_string(out, call.contact.phone.to_string());
  key(out, "name");
  append_json_string(out, call.contact.name);
  out += '}';
  key(out, "language");
  append_json_string(out, call.campaign->language);
  out += ',';
  append_call_members(out, call);
  out += '}';
}

std::string encode_call_page(const call_page& page, std::uint64_t offset, std::size_t limit) {
  std::string out = R"({"data":[)";
  for (const char* separator = ""; const auto& call : page.calls) {
    out += separator;
    append_call(out, call);
    separator = ",";
  }
  append_page_end(out, page.total, offset, limit);
  return out;
}

std::string encode_phone_history(phone number, const phone_history& history, std::uint64_t offset, std::size_t limit) {
  std::string out = R"({"phone":)";
  append_json_string(out, number.to_string());
  key(out, "do_not_call");
  if (history.do_not_call)
    append_dnc_entry(out, *history.do_not_call);
  else
    out += "null";
  key(out, "data");
  out += '[';
  for (const char* separator = ""; const auto& entry : history.entries) {
    out += separator;
    append_entry(out, entry);
    separator = ",";
  }
  append_page_end(out, history.total, offset, limit);
  return out;
}

std::string encode_explanation(const campaign_id& campaign, const actors::explained_contact& explained) {
  std::string out = R"({"campaign_id":)";
  append_json_string(out, campaign.view());
  key(out, "phone");
  append_json_string(out, explained.contact.profile.phone.to_string());
  key(out, "status");
  append_json_string(out, to_string(explained.contact.state.status));
  key(out, "verdict");
  append_json_string(out, to_string(explained.why.verdict));
  key(out, "eligible_at");
  append_time(out, explained.why.eligible_at);
  key(out, "rules");
  out += '[';
  for (const char* separator = ""; const auto& each : explained.why.rules) {
    out += separator;
    out += R"({"rule":)";
    append_json_string(out, to_string(each.rule));
    key(out, "passes");
    out += each.passes ? "true" : "false";
    key(out, "detail");
    append_json_string(out, each.detail);
    out += '}';
    separator = ",";
  }
  out += "]}";
  return out;
}

} // namespace redial::http
