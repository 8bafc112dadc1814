#include "http/contact_csv.hpp"

#include "domain/call.hpp"
#include "http/csv_text.hpp"
#include "http/json_text.hpp"

namespace redial::http {

namespace {

constexpr std::string_view end_of_row = "\r\n";
constexpr std::string_view no_call = ",,,,,,,,,";

void append_instant(std::string& out, const std::optional<time_point>& at) {
  out += ',';
  if (at)
    out += format_rfc3339(*at);
}

/// What the rows of one contact have in common.
void append_contact_columns(std::string& out, const contact_detail& contact) {
  // E.164, validated: a plus sign and digits, which no spreadsheet takes for more than a number.
  out += contact.profile.phone.to_string();
  out += ',';
  append_foreign_csv_cell(out, contact.profile.name);
  out += ',';
  out += to_string(contact.state.status);
  out += ',';
  append_number(out, unsigned{contact.state.attempts});
  append_instant(out, contact.state.due);
  out += ',';
  append_foreign_csv_cell(out, contact.state.disposition);
  out += ',';
  append_foreign_csv_cell(
    out, contact.profile.fields.empty() ? std::string_view{"{}"} : std::string_view{contact.profile.fields});
}

void append_call_columns(std::string& out, const call_id& id, unsigned attempt, std::string_view status,
  std::string_view outcome, std::string_view disposition, time_point started, const std::optional<time_point>& answered,
  const std::optional<time_point>& ended) {
  out += ',';
  out += id.to_string();
  out += ',';
  append_number(out, attempt);
  out += ',';
  out += status;
  out += ',';
  out += outcome;
  out += ',';
  append_foreign_csv_cell(out, disposition);
  out += ',';
  const auto talked = answered && ended ? *ended - *answered : milliseconds{0};
  append_number(out, std::chrono::duration_cast<std::chrono::seconds>(talked).count());
  append_instant(out, started);
  append_instant(out, answered);
  append_instant(out, ended);
}

} // namespace

void append_csv_header(std::string& out) {
  out += "phone,name,status,attempts,next_attempt_at,disposition,fields,call_id,call_attempt,call_status,call_outcome,"
         "call_disposition,call_duration_seconds,call_started_at,call_answered_at,call_ended_at";
  out += end_of_row;
}

void append_csv_rows(std::string& out, const contact_detail& contact) {
  const auto begin = out.size();
  append_contact_columns(out, contact);
  const auto end = out.size();
  bool first = true;
  const auto next_row = [&] {
    if (!first)
      out.append(out, begin, end - begin);
    first = false;
  };
  for (const auto& call : contact.calls) {
    next_row();
    append_call_columns(out, call.id, call.attempt, to_string(status_of(call)), to_string(call.outcome),
      call.disposition, call.started_at, call.answered_at, call.ended_at);
    out += end_of_row;
  }
  if (const auto& open = contact.state.call) {
    next_row();
    append_call_columns(out, open->id, contact.state.attempts, to_string(status_of(*open)),
      open->completed_at ? "answered" : "", open->disposition, open->started_at, open->answered_at, open->completed_at);
    out += end_of_row;
  }
  if (first) {
    out += no_call;
    out += end_of_row;
  }
}

} // namespace redial::http
