#include "http/encode.hpp"

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

void append_schedule(std::string& out, const std::optional<campaign_schedule>& schedule) {
  if (!schedule) {
    out += "null";
    return;
  }
  out += R"({"start_time":)";
  append_time(out, schedule->start_time);
  key(out, "end_time");
  append_time(out, schedule->end_time);
  key(out, "timezone");
  append_text_or_null(out, schedule->timezone);
  out += '}';
}

void append_counters(std::string& out, const campaign_counters& counters) {
  out += R"({"pending":)";
  append_number(out, counters.pending);
  key(out, "in_progress");
  append_number(out, counters.in_progress);
  key(out, "waiting_retry");
  append_number(out, counters.waiting_retry);
  key(out, "done");
  append_number(out, counters.done);
  key(out, "removed");
  append_number(out, counters.removed);
  out += '}';
}

void append_dispositions(std::string& out, const campaign_state& state) {
  out += '{';
  for (const char* separator = ""; const auto& [label, count] : state.dispositions) {
    out += separator;
    append_json_string(out, label);
    out += ':';
    append_number(out, count);
    separator = ",";
  }
  out += '}';
}

void append_call_head(std::string& out, const call_id& id, unsigned attempt, std::string_view status) {
  out += R"({"id":)";
  append_json_string(out, id.to_string());
  key(out, "attempt");
  append_number(out, attempt);
  key(out, "status");
  append_json_string(out, status);
}

void append_call_times(std::string& out, time_point started, const std::optional<time_point>& answered,
  const std::optional<time_point>& ended) {
  key(out, "duration_seconds");
  const auto talked = answered && ended ? *ended - *answered : milliseconds{0};
  append_number(out, std::chrono::duration_cast<std::chrono::seconds>(talked).count());
  key(out, "started_at");
  append_time(out, started);
  key(out, "answered_at");
  append_time(out, answered);
  key(out, "ended_at");
  append_time(out, ended);
  out += '}';
}

void append_ended_call(std::string& out, const ended_call& call) {
  append_call_head(out, call.id, call.attempt, to_string(status_of(call)));
  key(out, "outcome");
  append_json_string(out, to_string(call.outcome));
  key(out, "disposition");
  append_text_or_null(out, call.disposition);
  append_call_times(out, call.started_at, call.answered_at, call.ended_at);
}

void append_open_call(std::string& out, const open_call& call, unsigned attempt) {
  // Over on the line, and only its disposition still to come: completed, with none yet.
  append_call_head(out, call.id, attempt, to_string(status_of(call)));
  out += call.completed_at ? R"(,"outcome":"answered")" : R"(,"outcome":null)";
  key(out, "disposition");
  append_text_or_null(out, call.disposition);
  append_call_times(out, call.started_at, call.answered_at, call.completed_at);
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

void append_campaign(std::string& out, const campaign_state& state, std::optional<std::uint64_t> duplicates_skipped) {
  const auto& fixed = *state.definition;
  out += R"({"id":)";
  append_json_string(out, fixed.id.view());
  key(out, "name");
  append_json_string(out, fixed.name);
  key(out, "status");
  append_json_string(out, to_string(state.status));
  key(out, "script_id");
  append_json_string(out, fixed.script_id);
  key(out, "language");
  append_json_string(out, fixed.language);
  key(out, "schedule");
  append_schedule(out, fixed.schedule);
  key(out, "max_attempts");
  append_number(out, unsigned{fixed.max_attempts});
  key(out, "retry_interval_minutes");
  append_number(out, fixed.retry_interval.count());
  key(out, "created_at");
  append_time(out, fixed.created_at);
  key(out, "started_at");
  append_time(out, state.started_at);
  key(out, "ended_at");
  append_time(out, state.ended_at);
  key(out, "ended_reason");
  append_text_or_null(out, to_string(state.reason));
  key(out, "total_contacts");
  append_number(out, state.counters.total);
  key(out, "calls_attempted");
  append_number(out, state.counters.attempted);
  key(out, "calls_connected");
  append_number(out, state.counters.connected);
  key(out, "dispositions");
  append_dispositions(out, state);
  key(out, "contacts");
  append_counters(out, state.counters);
  if (duplicates_skipped) {
    key(out, "duplicates_skipped");
    append_number(out, *duplicates_skipped);
  }
  out += '}';
}

void append_contact(std::string& out, const contact_detail& contact) {
  out += R"({"phone":)";
  append_json_string(out, contact.profile.phone.to_string());
  key(out, "name");
  append_json_string(out, contact.profile.name);
  key(out, "status");
  append_json_string(out, to_string(contact.state.status));
  key(out, "attempts");
  append_number(out, unsigned{contact.state.attempts});
  key(out, "next_attempt_at");
  append_time(out, contact.state.due);
  key(out, "disposition");
  append_text_or_null(out, contact.state.disposition);
  key(out, "fields");
  out += contact.profile.fields.empty() ? std::string_view{"{}"} : std::string_view{contact.profile.fields};
  key(out, "calls");
  out += '[';
  const char* separator = "";
  for (const auto& call : contact.calls) {
    out += separator;
    append_ended_call(out, call);
    separator = ",";
  }
  if (contact.state.call) {
    out += separator;
    append_open_call(out, *contact.state.call, contact.state.attempts);
  }
  out += "]}";
}

std::string encode_campaign_page(const actors::campaign_page& page, std::uint64_t offset, std::size_t limit) {
  std::string out = R"({"data":[)";
  for (const char* separator = ""; const auto& campaign : page.campaigns) {
    out += separator;
    append_campaign(out, campaign->state);
    separator = ",";
  }
  append_page_end(out, page.total, offset, limit);
  return out;
}

std::string encode_contact_page(const contact_page& page, std::uint64_t offset, std::size_t limit) {
  std::string out = R"({"data":[)";
  for (const char* separator = ""; const auto& contact : page.contacts) {
    out += separator;
    append_contact(out, contact);
    separator = ",";
  }
  append_page_end(out, page.total, offset, limit);
  return out;
}

std::string encode_addition(const actors::added_contacts& outcome, const skipped_rows& skipped) {
  std::string out = R"({"added":)";
  append_number(out, outcome.added);
  key(out, "duplicates_skipped");
  append_number(out, outcome.duplicates_skipped);
  key(out, "invalid_skipped");
  append_number(out, skipped.rows);
  key(out, "total_contacts");
  append_number(out, outcome.total);
  append_faults(out, skipped.faults);
  out += '}';
  return out;
}

std::string encode_removal(const actors::removal_summary& summary) {
  std::string out = R"({"removed":)";
  append_number(out, summary.removed);
  key(out, "already_called");
  append_number(out, summary.already_called);
  key(out, "not_found");
  append_number(out, summary.not_found);
  key(out, "retries_cancelled");
  append_number(out, summary.retries_cancelled);
  out += '}';
  return out;
}

} // namespace redial::http
