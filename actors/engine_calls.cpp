// What the engine answers about calls, and how one-off calls are made.
#include "actors/engine.hpp"
#include "actors/one_off.hpp"

namespace redial::actors {

namespace {

problem no_such_campaign() { return {error_code::not_found, "no such campaign", {}}; }

} // namespace

void engine::explain_contact(const caller& from, const campaign_id& id, phone number, reply<explained_contact> done) {
  if (auto why = unreadable())
    return done(*why);
  auto view = find(from.workspace, id);
  if (!view)
    return done(no_such_campaign());
  caf::anon_send(front_,
    explain_query{view->number, number, reply_once<explained_contact>{std::move(done), &context_.pending_commands}});
}

void engine::list_calls(
  const caller& from, const std::optional<campaign_id>& id, const call_filter& filter, reply<call_page> done) {
  if (auto why = unreadable())
    return done(*why);
  std::optional<campaign_no> campaign;
  if (id) {
    const auto view = find(from.workspace, *id);
    if (!view)
      return done(no_such_campaign());
    campaign = view->number;
  }
  if (context_.pending_lists.load(std::memory_order_relaxed) >= context_.settings.max_lists)
    return done(problem{error_code::overloaded, "too many lists of calls are being read", {}});
  caf::anon_send(front_, list_calls_query{from.workspace, campaign, filter,
                           reply_once<call_page>{std::move(done), &context_.pending_lists}});
}

void engine::find_call(const caller& from, call_id id, reply<call_detail> done) {
  if (auto why = unreadable())
    return done(*why);
  caf::anon_send(
    front_, find_call_query{from.workspace, id, reply_once<call_detail>{std::move(done), &context_.pending_commands}});
}

void engine::find_phone(
  const caller& from, phone number, std::uint64_t offset, std::size_t limit, reply<phone_history> done) {
  if (auto why = unreadable())
    return done(*why);
  if (context_.pending_scans.load(std::memory_order_relaxed) >= context_.settings.max_scans)
    return done(problem{error_code::overloaded, "too many phones are being looked for", {}});
  caf::anon_send(front_, find_phone_query{from.workspace, number, offset, limit,
                           reply_once<phone_history>{std::move(done), &context_.pending_scans}});
}

void engine::start_call(const caller& from, one_off_call call, answer_note<call_detail> note, reply<call_detail> done) {
  if (auto why = closed())
    return done(*why);
  // Whoever gets on the list between this and the dial is asked for once more then, and taken off.
  if (context_.dnc.of(from.workspace)->forbids(call.contact.phone, context_.time.now()))
    return done(problem{
      error_code::do_not_call, call.contact.phone.to_string() + " is on the do-not-call list: nobody calls it.", {}});
  spawn_one_off(system_, context_, registry_, writer_, from, std::move(call), std::move(note),
    reply_once<call_detail>{std::move(done), &context_.pending_commands});
}

} // namespace redial::actors
