#include "http/encode_call.hpp"

#include "http/encode_dnc.hpp"
#include "http/json_page.hpp"

namespace redial::http {

namespace {

/// A one-off call belongs to no campaign that its caller knows.
std::string_view shown_id(const campaign_definition& campaign) noexcept {
  return campaign.single_call.empty() ? campaign.id.view() : std::string_view{};
}

/// What is told of a call in progress and of one that has ended, wherever it comes from.
struct shown_call {
  call_id id;
  unsigned attempt = 0;
  std::string_view status;
  std::string_view outcome; ///< empty: none yet
  std::string_view disposition;
  std::optional<time_point> started_at;
  std::optional<time_point> answered_at;
  std::optional<time_point> ended_at;
};

/// Everything of a call but whose it is, without braces.
void append_members(std::string& out, const shown_call& call) {
  out += R"("id":)";
  append_json_string(out, call.id.to_string());
  begin_member(out, "attempt");
  append_number(out, call.attempt);
  begin_member(out, "status");
  append_json_string(out, call.status);
  begin_member(out, "outcome");
  append_text_or_null(out, call.outcome);
  begin_member(out, "disposition");
  append_text_or_null(out, call.disposition);
  begin_member(out, "duration_seconds");
  const auto talked = call.answered_at && call.ended_at ? *call.ended_at - *call.answered_at : milliseconds{0};
  append_number(out, std::chrono::duration_cast<std::chrono::seconds>(talked).count());
  begin_member(out, "started_at");
  append_time(out, call.started_at);
  begin_member(out, "answered_at");
  append_time(out, call.answered_at);
  begin_member(out, "ended_at");
  append_time(out, call.ended_at);
}

void append_object(std::string& out, const shown_call& call) {
  out += '{';
  append_members(out, call);
  out += '}';
}

void append_entry(std::string& out, const history_entry& entry) {
  const auto& campaign = *entry.campaign;
  const auto& state = entry.contact.state;
  out += R"({"campaign_id":)";
  append_text_or_null(out, shown_id(campaign));
  begin_member(out, "campaign_name");
  append_text_or_null(out, campaign.single_call.empty() ? std::string_view{campaign.name} : std::string_view{});
  begin_member(out, "name");
  append_json_string(out, entry.contact.profile.name);
  begin_member(out, "status");
  append_json_string(out, to_string(state.status));
  begin_member(out, "attempts");
  append_number(out, unsigned{state.attempts});
  begin_member(out, "next_attempt_at");
  append_time(out, state.due);
  begin_member(out, "disposition");
  append_text_or_null(out, state.disposition);
  begin_member(out, "calls");
  append_calls(out, entry.contact, campaign.single_call);
  out += '}';
}

} // namespace

void append_person(std::string& out, const contact_profile& contact) {
  out += R"({"phone":)";
  append_json_string(out, contact.phone.to_string());
  begin_member(out, "name");
  append_json_string(out, contact.name);
  out += '}';
}

void append_calls(std::string& out, const contact_detail& contact, call_id single) {
  const auto shown = [single](call_id id) { return single.empty() ? id : single; };
  out += '[';
  const char* separator = "";
  for (const auto& call : contact.calls) {
    out += separator;
    append_object(out, {shown(call.id), call.attempt, to_string(status_of(call)), to_string(call.outcome),
                         call.disposition, call.started_at, call.answered_at, call.ended_at});
    separator = ",";
  }
  if (const auto& open = contact.state.call) {
    out += separator;
    // Over on the line, and only its disposition still to come: completed, with none yet.
    append_object(
      out, {shown(open->id), contact.state.attempts, to_string(status_of(*open)), open->completed_at ? "answered" : "",
             open->disposition, open->started_at, open->answered_at, open->completed_at});
  }
  out += ']';
}

void append_call(std::string& out, const call_detail& call) {
  out += R"({"campaign_id":)";
  append_text_or_null(out, shown_id(*call.campaign));
  begin_member(out, "contact");
  append_person(out, call.contact);
  begin_member(out, "language");
  append_json_string(out, call.campaign->language);
  out += ',';
  append_members(
    out, {call.id, call.attempt, to_string(call.status), call.outcome ? to_string(*call.outcome) : std::string_view{},
           call.disposition, call.started_at, call.answered_at, call.ended_at});
  out += '}';
}

std::string encode_call_page(const call_page& page, std::uint64_t offset, std::size_t limit) {
  return encode_page(page.calls, page.total, offset, limit, append_call);
}

std::string encode_phone_history(phone number, const phone_history& history, std::uint64_t offset, std::size_t limit) {
  std::string out = R"({"phone":)";
  append_json_string(out, number.to_string());
  begin_member(out, "do_not_call");
  if (history.do_not_call)
    append_dnc_entry(out, *history.do_not_call);
  else
    out += "null";
  begin_member(out, "data");
  append_page(out, history.entries, history.total, offset, limit, append_entry);
  return out;
}

std::string encode_explanation(const campaign_id& campaign, const actors::explained_contact& explained) {
  std::string out = R"({"campaign_id":)";
  append_json_string(out, campaign.view());
  begin_member(out, "phone");
  append_json_string(out, explained.contact.profile.phone.to_string());
  begin_member(out, "status");
  append_json_string(out, to_string(explained.contact.state.status));
  begin_member(out, "verdict");
  append_json_string(out, to_string(explained.why.verdict));
  begin_member(out, "eligible_at");
  append_time(out, explained.why.eligible_at);
  begin_member(out, "rules");
  out += '[';
  for (const char* separator = ""; const auto& each : explained.why.rules) {
    out += separator;
    out += R"({"rule":)";
    append_json_string(out, to_string(each.rule));
    begin_member(out, "passes");
    out += each.passes ? "true" : "false";
    begin_member(out, "detail");
    append_json_string(out, each.detail);
    out += '}';
    separator = ",";
  }
  out += "]}";
  return out;
}

} // namespace redial::http
