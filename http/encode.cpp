#include "http/encode.hpp"

#include "http/encode_call.hpp"
#include "http/json_page.hpp"

namespace redial::http {

namespace {

void append_schedule(std::string& out, const std::optional<campaign_schedule>& schedule) {
  if (!schedule) {
    out += "null";
    return;
  }
  out += R"({"start_time":)";
  append_time(out, schedule->start_time);
  begin_member(out, "end_time");
  append_time(out, schedule->end_time);
  begin_member(out, "timezone");
  append_text_or_null(out, schedule->timezone);
  out += '}';
}

void append_counters(std::string& out, const campaign_counters& counters) {
  out += R"({"pending":)";
  append_number(out, counters.pending);
  begin_member(out, "in_progress");
  append_number(out, counters.in_progress);
  begin_member(out, "waiting_retry");
  append_number(out, counters.waiting_retry);
  begin_member(out, "done");
  append_number(out, counters.done);
  begin_member(out, "removed");
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

} // namespace

void append_campaign(std::string& out, const campaign_state& state, std::optional<std::uint64_t> duplicates_skipped) {
  const auto& fixed = *state.definition;
  out += R"({"id":)";
  append_json_string(out, fixed.id.view());
  begin_member(out, "name");
  append_json_string(out, fixed.name);
  begin_member(out, "status");
  append_json_string(out, to_string(state.status));
  begin_member(out, "script_id");
  append_json_string(out, fixed.script_id);
  begin_member(out, "language");
  append_json_string(out, fixed.language);
  begin_member(out, "schedule");
  append_schedule(out, fixed.schedule);
  begin_member(out, "max_attempts");
  append_number(out, unsigned{fixed.max_attempts});
  begin_member(out, "retry_interval_minutes");
  append_number(out, fixed.retry_interval.count());
  begin_member(out, "created_at");
  append_time(out, fixed.created_at);
  begin_member(out, "started_at");
  append_time(out, state.started_at);
  begin_member(out, "ended_at");
  append_time(out, state.ended_at);
  begin_member(out, "ended_reason");
  append_text_or_null(out, to_string(state.reason));
  begin_member(out, "paused_reason");
  append_text_or_null(out, state.pause_reason());
  begin_member(out, "total_contacts");
  append_number(out, state.counters.total);
  begin_member(out, "calls_attempted");
  append_number(out, state.counters.attempted);
  begin_member(out, "calls_connected");
  append_number(out, state.counters.connected);
  begin_member(out, "dispositions");
  append_dispositions(out, state);
  begin_member(out, "contacts");
  append_counters(out, state.counters);
  if (duplicates_skipped) {
    begin_member(out, "duplicates_skipped");
    append_number(out, *duplicates_skipped);
  }
  out += '}';
}

void append_contact(std::string& out, const contact_detail& contact) {
  out += R"({"phone":)";
  append_json_string(out, contact.profile.phone.to_string());
  begin_member(out, "name");
  append_json_string(out, contact.profile.name);
  begin_member(out, "status");
  append_json_string(out, to_string(contact.state.status));
  begin_member(out, "attempts");
  append_number(out, unsigned{contact.state.attempts});
  begin_member(out, "next_attempt_at");
  append_time(out, contact.state.due);
  begin_member(out, "disposition");
  append_text_or_null(out, contact.state.disposition);
  begin_member(out, "fields");
  out += contact.profile.fields.empty() ? std::string_view{"{}"} : std::string_view{contact.profile.fields};
  begin_member(out, "calls");
  append_calls(out, contact);
  out += '}';
}

std::string encode_campaign_page(const actors::campaign_page& page, std::uint64_t offset, std::size_t limit) {
  return encode_page(page.campaigns, page.total, offset, limit,
    [](std::string& out, const campaign_view_ptr& each) { append_campaign(out, each->state); });
}

std::string encode_contact_page(const contact_page& page, std::uint64_t offset, std::size_t limit) {
  return encode_page(page.contacts, page.total, offset, limit, append_contact);
}

std::string encode_addition(const actors::added_contacts& outcome, const skipped_rows& skipped) {
  std::string out = R"({"added":)";
  append_number(out, outcome.added);
  begin_member(out, "duplicates_skipped");
  append_number(out, outcome.duplicates_skipped);
  begin_member(out, "invalid_skipped");
  append_number(out, skipped.rows);
  begin_member(out, "total_contacts");
  append_number(out, outcome.total);
  append_faults(out, skipped.faults);
  out += '}';
  return out;
}

std::string encode_removal(const actors::removal_summary& summary) {
  std::string out = R"({"removed":)";
  append_number(out, summary.removed);
  begin_member(out, "already_called");
  append_number(out, summary.already_called);
  begin_member(out, "not_found");
  append_number(out, summary.not_found);
  begin_member(out, "retries_cancelled");
  append_number(out, summary.retries_cancelled);
  out += '}';
  return out;
}

} // namespace redial::http
