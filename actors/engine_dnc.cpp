#include "actors/engine.hpp"

namespace redial::actors {

/// @returns what counts `entries` among those under way for as long as it lives, or `overloaded`.
result<std::shared_ptr<void>> engine::count_dnc(std::size_t entries) {
  auto& pending = context_.pending_dnc_entries;
  if (pending.fetch_add(entries, std::memory_order_relaxed) + entries > max_pending_dnc_entries) {
    pending.fetch_sub(entries, std::memory_order_relaxed);
    return problem{error_code::overloaded, "too many changes of do-not-call lists are under way", {}};
  }
  return std::shared_ptr<void>{
    nullptr, [&pending, entries](void*) { pending.fetch_sub(entries, std::memory_order_relaxed); }};
}

void engine::add_dnc(
  const caller& from, std::vector<dnc_entry> entries, answer_note<dnc_added> note, reply<dnc_added> done) {
  if (auto why = closed())
    return done(*why);
  auto counted = count_dnc(entries.size());
  if (!counted)
    return done(counted.error());
  caf::anon_send(dnc_keeper_, dnc_add_command{from, std::make_shared<const std::vector<dnc_entry>>(std::move(entries)),
                                std::make_shared<answer_note<dnc_added>>(std::move(note)), std::move(*counted),
                                reply_once<dnc_added>{std::move(done), &context_.pending_commands}});
}

void engine::clear_dnc(const caller& from, reply<void> done) {
  if (auto why = closed())
    return done(*why);
  caf::anon_send(
    registry_, clear_command{from.workspace, nullptr, reply_once<void>{std::move(done), &context_.pending_commands}});
}

void engine::remove_dnc(const caller& from, std::vector<phone> phones, reply<dnc_removed> done) {
  if (auto why = closed())
    return done(*why);
  auto counted = count_dnc(phones.size());
  if (!counted)
    return done(counted.error());
  caf::anon_send(
    dnc_keeper_, dnc_remove_command{from, std::make_shared<const std::vector<phone>>(std::move(phones)),
                   std::move(*counted), reply_once<dnc_removed>{std::move(done), &context_.pending_commands}});
}

void engine::list_dnc(const caller& from, std::uint64_t offset, std::size_t limit, reply<dnc_page> done) {
  if (auto why = unreadable())
    return done(*why);
  caf::anon_send(readers_.rows,
    list_dnc_query{from.workspace, offset, limit, reply_once<dnc_page>{std::move(done), &context_.pending_commands}});
}

void engine::find_dnc(const caller& from, phone number, reply<dnc_entry> done) {
  if (auto why = unreadable())
    return done(*why);
  caf::anon_send(readers_.rows,
    find_dnc_query{from.workspace, number, reply_once<dnc_entry>{std::move(done), &context_.pending_commands}});
}

} // namespace redial::actors
