#include "persistence/codec.hpp"

#include "persistence/records.pb.h"

#include <limits>
#include <type_traits>
#include <utility>

namespace redial::persistence {

namespace {

// The record's enumerators are the domain's, each one higher. What the domain may not do is renumber; here it would
// show.
template <class Record, class Domain>
constexpr Record to_record(Domain value) noexcept {
  return static_cast<Record>(static_cast<int>(value) + 1);
}
#define REDIAL_SAME(domain_value, record_value)                                                                        \
  static_assert(to_record<std::remove_const_t<decltype(record::record_value)>>(domain_value) == record::record_value)
REDIAL_SAME(campaign_status::scheduled, CAMPAIGN_SCHEDULED);
REDIAL_SAME(campaign_status::running, CAMPAIGN_RUNNING);
REDIAL_SAME(campaign_status::paused, CAMPAIGN_PAUSED);
REDIAL_SAME(campaign_status::completed, CAMPAIGN_COMPLETED);
REDIAL_SAME(campaign_status::stopped, CAMPAIGN_STOPPED);
REDIAL_SAME(end_reason::none, END_NONE);
REDIAL_SAME(end_reason::completed, END_COMPLETED);
REDIAL_SAME(end_reason::stop_action, END_STOP_ACTION);
REDIAL_SAME(end_reason::end_time, END_END_TIME);
REDIAL_SAME(contact_status::pending, CONTACT_PENDING);
REDIAL_SAME(contact_status::in_progress, CONTACT_IN_PROGRESS);
REDIAL_SAME(contact_status::waiting_retry, CONTACT_WAITING_RETRY);
REDIAL_SAME(contact_status::done, CONTACT_DONE);
REDIAL_SAME(contact_status::removed, CONTACT_REMOVED);
REDIAL_SAME(call_outcome::answered, CALL_ANSWERED);
REDIAL_SAME(call_outcome::busy, CALL_BUSY);
REDIAL_SAME(call_outcome::no_answer, CALL_NO_ANSWER);
REDIAL_SAME(call_outcome::voicemail, CALL_VOICEMAIL);
REDIAL_SAME(call_outcome::declined, CALL_DECLINED);
REDIAL_SAME(call_outcome::invalid_number, CALL_INVALID_NUMBER);
REDIAL_SAME(call_outcome::unreachable, CALL_UNREACHABLE);
REDIAL_SAME(call_outcome::network_error, CALL_NETWORK_ERROR);
REDIAL_SAME(call_outcome::abandoned, CALL_ABANDONED);
REDIAL_SAME(call_outcome::unknown, CALL_UNKNOWN);
REDIAL_SAME(campaign_change::started, CHANGE_STARTED);
REDIAL_SAME(campaign_change::paused, CHANGE_PAUSED);
REDIAL_SAME(campaign_change::resumed, CHANGE_RESUMED);
REDIAL_SAME(campaign_change::stopped, CHANGE_STOPPED);
REDIAL_SAME(campaign_change::completed, CHANGE_COMPLETED);
REDIAL_SAME(contact_change::removed, CHANGE_REMOVED);
REDIAL_SAME(contact_change::retry_cancelled, CHANGE_RETRY_CANCELLED);
REDIAL_SAME(contact_change::attempt_started, CHANGE_ATTEMPT_STARTED);
REDIAL_SAME(contact_change::attempt_answered, CHANGE_ATTEMPT_ANSWERED);
REDIAL_SAME(contact_change::attempt_ended, CHANGE_ATTEMPT_ENDED);
REDIAL_SAME(contact_change::attempt_not_placed, CHANGE_ATTEMPT_NOT_PLACED);
REDIAL_SAME(contact_change::disposition_set, CHANGE_DISPOSITION_SET);
REDIAL_SAME(contact_change::attempt_completed, CHANGE_ATTEMPT_COMPLETED);
#undef REDIAL_SAME

/// @returns whether `stored` is an enumerator up to `last`.
template <class Record, class Domain>
bool from_record(Record stored, Record last, Domain& out) noexcept {
  const auto number = static_cast<int>(stored);
  if (number < 1 || number > static_cast<int>(last))
    return false;
  out = static_cast<Domain>(number - 1);
  return true;
}

std::int64_t to_record(time_point at) noexcept { return at.time_since_epoch().count(); }
time_point from_record(std::int64_t at) noexcept { return time_point{milliseconds{at}}; }

/// @returns the calling thread's message of this type, cleared: its memory is used over and over.
template <class Message>
Message& scratch() {
  thread_local Message message;
  message.Clear();
  return message;
}

template <class Message>
bool parse(std::string_view bytes, Message& message) {
  return bytes.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max())
         && message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

void fill(const campaign_definition& from, record::definition& to) {
  to.set_id(from.id.view().data(), from.id.view().size());
  to.set_name(from.name);
  to.set_script_id(from.script_id);
  to.set_language(from.language);
  if (from.schedule) {
    auto& schedule = *to.mutable_schedule();
    if (from.schedule->start_time)
      schedule.set_start_time(to_record(*from.schedule->start_time));
    if (from.schedule->end_time)
      schedule.set_end_time(to_record(*from.schedule->end_time));
    schedule.set_timezone(from.schedule->timezone);
  }
  to.set_max_attempts(from.max_attempts);
  to.set_retry_interval_minutes(from.retry_interval.count());
  to.set_created_at(to_record(from.created_at));
  if (from.workspace != default_workspace)
    to.set_workspace(from.workspace);
  to.set_single_call_high(from.single_call.high());
  to.set_single_call_low(from.single_call.low());
}

std::shared_ptr<const campaign_definition> read(const record::definition& from) {
  const auto id = campaign_id::parse(from.id());
  if (!id || from.max_attempts() > std::numeric_limits<std::uint8_t>::max())
    return nullptr;
  auto to = std::make_shared<campaign_definition>();
  to->id = *id;
  to->name = from.name();
  to->script_id = from.script_id();
  to->language = from.language();
  if (from.has_schedule()) {
    auto& schedule = to->schedule.emplace();
    if (from.schedule().has_start_time())
      schedule.start_time = from_record(from.schedule().start_time());
    if (from.schedule().has_end_time())
      schedule.end_time = from_record(from.schedule().end_time());
    schedule.timezone = from.schedule().timezone();
  }
  to->max_attempts = static_cast<std::uint8_t>(from.max_attempts());
  to->retry_interval = std::chrono::minutes{from.retry_interval_minutes()};
  to->created_at = from_record(from.created_at());
  if (!from.workspace().empty())
    to->workspace = from.workspace();
  to->single_call = call_id{from.single_call_high(), from.single_call_low()};
  return to;
}

bool read(const record::contact_event& from, contact_event& to) {
  if (!from_record(from.change(), record::CHANGE_ATTEMPT_COMPLETED, to.change)
      || !from_record(from.before(), record::CONTACT_REMOVED, to.before) || !decode(from.after(), to.after))
    return false;
  to.contact = from.contact();
  to.at = from_record(from.at());
  to.connected = from.connected();
  to.completed_before = from.completed_before();
  to.disposition_before = from.disposition_before();
  to.taken_back = from.has_taken_back() ? std::optional{from_record(from.taken_back())} : std::nullopt;
  to.do_not_call = from.has_do_not_call() ? std::optional{phone::from_packed(from.do_not_call())} : std::nullopt;
  to.listed = from.listed();
  return !from.has_ended() || decode(from.ended(), to.ended.emplace());
}

bool read(const record::event& from, event& to) {
  if (from.has_created() + from.has_changed() + from.has_contact() + from.has_added() != 1)
    return false;
  if (from.has_contact())
    return read(from.contact(), to.emplace<contact_event>());
  if (from.has_changed()) {
    auto& changed = to.emplace<campaign_changed>();
    changed.at = from_record(from.changed().at());
    changed.why = from.changed().why();
    return from_record(from.changed().change(), record::CHANGE_COMPLETED, changed.change)
           && from_record(from.changed().reason(), record::END_END_TIME, changed.reason);
  }
  if (from.has_added()) {
    to = contacts_added{from.added().count(), from_record(from.added().at())};
    return from.added().count() != 0;
  }
  auto& created = to.emplace<campaign_created>();
  created.contacts = from.created().contacts();
  created.definition = read(from.created().definition());
  return created.definition != nullptr;
}

std::string describe(table where, std::string_view key) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "table ";
  text += table_name(where);
  text += ", key ";
  for (const auto c : key) {
    const auto byte = static_cast<unsigned char>(c);
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

} // namespace

void encode(const contact_state& contact, std::string& out) {
  auto& to = scratch<record::contact>();
  to.set_status(to_record<record::contact_status>(contact.status));
  to.set_attempts(contact.attempts);
  to.set_suppressed(contact.suppressed);
  if (contact.due)
    to.set_due(to_record(*contact.due));
  if (contact.call) {
    auto& call = *to.mutable_call();
    call.set_id_high(contact.call->id.high());
    call.set_id_low(contact.call->id.low());
    call.set_started_at(to_record(contact.call->started_at));
    if (contact.call->answered_at)
      call.set_answered_at(to_record(*contact.call->answered_at));
    call.set_disposition(contact.call->disposition);
    if (contact.call->completed_at)
      call.set_completed_at(to_record(*contact.call->completed_at));
  }
  to.set_disposition(contact.disposition);
  to.SerializeToString(&out);
}

bool decode(std::string_view bytes, contact_state& out) {
  auto& from = scratch<record::contact>();
  if (!parse(bytes, from) || from.attempts() > std::numeric_limits<std::uint8_t>::max()
      || !from_record(from.status(), record::CONTACT_REMOVED, out.status))
    return false;
  out.attempts = static_cast<std::uint8_t>(from.attempts());
  out.suppressed = from.suppressed();
  out.due = from.has_due() ? std::optional{from_record(from.due())} : std::nullopt;
  out.call.reset();
  if (from.has_call()) {
    auto& call = out.call.emplace();
    call.id = call_id{from.call().id_high(), from.call().id_low()};
    call.started_at = from_record(from.call().started_at());
    if (from.call().has_answered_at())
      call.answered_at = from_record(from.call().answered_at());
    call.disposition = from.call().disposition();
    if (from.call().has_completed_at())
      call.completed_at = from_record(from.call().completed_at());
  }
  out.disposition = from.disposition();
  return true;
}

void encode(const ended_call& call, std::string& out) {
  auto& to = scratch<record::ended_call>();
  to.set_id_high(call.id.high());
  to.set_id_low(call.id.low());
  to.set_attempt(call.attempt);
  to.set_started_at(to_record(call.started_at));
  if (call.answered_at)
    to.set_answered_at(to_record(*call.answered_at));
  to.set_ended_at(to_record(call.ended_at));
  to.set_outcome(to_record<record::call_outcome>(call.outcome));
  to.set_disposition(call.disposition);
  to.SerializeToString(&out);
}

bool decode(std::string_view bytes, ended_call& out) {
  auto& from = scratch<record::ended_call>();
  if (!parse(bytes, from) || from.attempt() > std::numeric_limits<std::uint8_t>::max()
      || !from_record(from.outcome(), record::CALL_UNKNOWN, out.outcome))
    return false;
  out.id = call_id{from.id_high(), from.id_low()};
  out.attempt = static_cast<std::uint8_t>(from.attempt());
  out.started_at = from_record(from.started_at());
  out.answered_at = from.has_answered_at() ? std::optional{from_record(from.answered_at())} : std::nullopt;
  out.ended_at = from_record(from.ended_at());
  out.disposition = from.disposition();
  return true;
}

void encode(const campaign_state& campaign, std::string& out) {
  auto& to = scratch<record::campaign>();
  fill(*campaign.definition, *to.mutable_definition());
  to.set_status(to_record<record::campaign_status>(campaign.status));
  to.set_reason(to_record<record::end_reason>(campaign.reason));
  if (campaign.started_at)
    to.set_started_at(to_record(*campaign.started_at));
  if (campaign.ended_at)
    to.set_ended_at(to_record(*campaign.ended_at));
  auto& counters = *to.mutable_counters();
  counters.set_total(campaign.counters.total);
  counters.set_pending(campaign.counters.pending);
  counters.set_in_progress(campaign.counters.in_progress);
  counters.set_waiting_retry(campaign.counters.waiting_retry);
  counters.set_done(campaign.counters.done);
  counters.set_removed(campaign.counters.removed);
  counters.set_attempted(campaign.counters.attempted);
  counters.set_connected(campaign.counters.connected);
  for (const auto& [label, contacts] : campaign.dispositions) {
    auto& count = *to.add_dispositions();
    count.set_label(label);
    count.set_contacts(contacts);
  }
  to.set_last_seq(campaign.last_seq);
  to.set_last_at(to_record(campaign.last_at));
  for (const auto& each : campaign.history) {
    auto& step = *to.add_history();
    step.set_to(to_record<record::campaign_status>(each.to));
    step.set_at(to_record(each.at));
    step.set_why(each.why);
  }
  to.SerializeToString(&out);
}

bool decode(std::string_view bytes, campaign_state& out) {
  auto& from = scratch<record::campaign>();
  out = {};
  if (!parse(bytes, from) || !from_record(from.status(), record::CAMPAIGN_STOPPED, out.status)
      || !from_record(from.reason(), record::END_END_TIME, out.reason))
    return false;
  out.definition = read(from.definition());
  if (!out.definition)
    return false;
  if (from.has_started_at())
    out.started_at = from_record(from.started_at());
  if (from.has_ended_at())
    out.ended_at = from_record(from.ended_at());
  const auto& counters = from.counters();
  out.counters = {counters.total(), counters.pending(), counters.in_progress(), counters.waiting_retry(),
    counters.done(), counters.removed(), counters.attempted(), counters.connected()};
  for (const auto& count : from.dispositions())
    out.dispositions.insert_or_assign(count.label(), count.contacts());
  out.last_seq = from.last_seq();
  out.last_at = from_record(from.last_at());
  for (const auto& each : from.history()) {
    auto& step = out.history.emplace_back();
    if (!from_record(each.to(), record::CAMPAIGN_STOPPED, step.to))
      return false;
    step.at = from_record(each.at());
    step.why = each.why();
  }
  return true;
}

void append_event(const event& e, std::string_view after, std::string_view ended, std::string& row) {
  // Serialised messages of one type in a row are, read as one, their merger: so a journal grows by appending to it.
  auto& journal = scratch<record::journal>();
  auto& to = *journal.add_events();
  if (const auto* changed_contact = std::get_if<contact_event>(&e)) {
    auto& contact = *to.mutable_contact();
    contact.set_change(to_record<record::contact_change>(changed_contact->change));
    contact.set_contact(changed_contact->contact);
    contact.set_before(to_record<record::contact_status>(changed_contact->before));
    contact.set_after(after.data(), after.size());
    contact.set_at(to_record(changed_contact->at));
    if (changed_contact->ended)
      contact.set_ended(ended.data(), ended.size());
    contact.set_connected(changed_contact->connected);
    contact.set_completed_before(changed_contact->completed_before);
    contact.set_disposition_before(changed_contact->disposition_before);
    if (changed_contact->taken_back)
      contact.set_taken_back(to_record(*changed_contact->taken_back));
    if (changed_contact->do_not_call)
      contact.set_do_not_call(changed_contact->do_not_call->packed());
    contact.set_listed(changed_contact->listed);
  } else if (const auto* changed = std::get_if<campaign_changed>(&e)) {
    auto& campaign = *to.mutable_changed();
    campaign.set_change(to_record<record::campaign_change>(changed->change));
    campaign.set_reason(to_record<record::end_reason>(changed->reason));
    campaign.set_at(to_record(changed->at));
    campaign.set_why(changed->why);
  } else if (const auto* added = std::get_if<contacts_added>(&e)) {
    to.mutable_added()->set_count(added->count);
    to.mutable_added()->set_at(to_record(added->at));
  } else {
    const auto& created = std::get<campaign_created>(e);
    fill(*created.definition, *to.mutable_created()->mutable_definition());
    to.mutable_created()->set_contacts(created.contacts);
  }
  journal.AppendToString(&row);
}

bool decode_journal(std::string_view bytes, std::vector<event>& out) {
  auto& from = scratch<record::journal>();
  out.clear();
  if (!parse(bytes, from) || from.events().empty())
    return false;
  out.resize(static_cast<std::size_t>(from.events_size()));
  for (int i = 0; i < from.events_size(); ++i) {
    if (!read(from.events(i), out[static_cast<std::size_t>(i)]))
      return false;
  }
  return true;
}

void encode_phones(std::span<const phone> phones, std::string& out) {
  auto& to = scratch<record::phones>();
  to.mutable_packed()->Reserve(static_cast<int>(phones.size()));
  for (const auto number : phones)
    to.add_packed(number.packed());
  to.SerializeToString(&out);
}

bool decode_phones(std::string_view bytes, std::vector<phone>& out) {
  auto& from = scratch<record::phones>();
  out.clear();
  if (!parse(bytes, from) || from.packed().empty())
    return false;
  out.reserve(static_cast<std::size_t>(from.packed_size()));
  for (const auto packed : from.packed()) {
    // 7 to 15 digits, the first of which is not 0.
    if (packed < 1'000'000 || packed >= 1'000'000'000'000'000)
      return false;
    out.push_back(phone::from_packed(packed));
  }
  return true;
}

void encode_profiles(std::span<const contact_profile> profiles, std::string& out) {
  auto& to = scratch<record::profiles>();
  for (const auto& profile : profiles) {
    auto& added = *to.add_contacts();
    added.set_name(profile.name);
    added.set_fields(profile.fields);
  }
  to.SerializeToString(&out);
}

bool decode_profiles(std::string_view bytes, std::vector<contact_profile>& out) {
  auto& from = scratch<record::profiles>();
  out.clear();
  if (!parse(bytes, from) || from.contacts().empty())
    return false;
  out.resize(static_cast<std::size_t>(from.contacts_size()));
  for (int i = 0; i < from.contacts_size(); ++i) {
    const auto& profile = from.contacts(i);
    out[static_cast<std::size_t>(i)].name = profile.name();
    out[static_cast<std::size_t>(i)].fields = profile.fields();
  }
  return true;
}

void encode_format(std::uint32_t version, std::string& out) {
  auto& to = scratch<record::format>();
  to.set_version(version);
  to.SerializeToString(&out);
}

bool decode_format(std::string_view bytes, std::uint32_t& out) {
  auto& from = scratch<record::format>();
  if (!parse(bytes, from))
    return false;
  out = from.version();
  return true;
}

void encode_clock(const clock_anchor& anchor, std::string& out) {
  auto& to = scratch<record::clock>();
  to.set_speed(anchor.speed);
  to.set_system(to_record(anchor.system));
  to.set_shown(to_record(anchor.shown));
  to.SerializeToString(&out);
}

bool decode_clock(std::string_view bytes, clock_anchor& out) {
  auto& from = scratch<record::clock>();
  if (!parse(bytes, from))
    return false;
  out = {from.speed(), from_record(from.system()), from_record(from.shown())};
  return true;
}

problem unreadable_row(table where, std::string_view key) {
  return {
    error_code::storage_failed, describe(where, key) + ": the stored row cannot be read; the data are damaged", {}};
}

problem missing_row(table where, std::string_view key) {
  return {error_code::storage_failed, describe(where, key) + ": the row is missing; the data are damaged", {}};
}

} // namespace redial::persistence
