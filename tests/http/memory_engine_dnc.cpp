#include "tests/http/memory_engine.hpp"

namespace redial::test {

void memory_engine::add_dnc(const actors::caller& from, std::vector<dnc_entry> entries,
  actors::answer_note<actors::dnc_added> note, actors::reply<actors::dnc_added> done) {
  answer_later([this, whose = from.workspace, entries = std::move(entries), note = std::move(note),
                 done = std::move(done)]() mutable {
    actors::dnc_added summary;
    {
      const std::lock_guard lock{mutex_};
      auto& list = lists_[whose];
      for (const auto& entry : entries) {
        const auto former = list.find(entry.phone);
        ++(former == list.end() ? summary.added : summary.updated);
        list.insert_or_assign(entry.phone,
          replace_entry(former == list.end() ? std::nullopt : std::optional{former->second}, entry, time_.now()));
      }
      if (note)
        given_[note.request->key] = {note.word(summary), note.request->fingerprint};
      note = {};
    }
    done(summary);
  });
}

void memory_engine::clear_dnc(const actors::caller&, actors::reply<void> done) {
  answer_later([this, done = std::move(done)] {
    ++clearings;
    done({});
  });
}

void memory_engine::remove_dnc(
  const actors::caller& from, std::vector<phone> phones, actors::reply<actors::dnc_removed> done) {
  answer(std::move(done), [this, whose = from.workspace, phones = std::move(phones)]() -> result<actors::dnc_removed> {
    actors::dnc_removed summary;
    for (const auto number : phones)
      ++(lists_[whose].erase(number) > 0 ? summary.removed : summary.not_found);
    return summary;
  });
}

void memory_engine::list_dnc(
  const actors::caller& from, std::uint64_t offset, std::size_t limit, actors::reply<actors::dnc_page> done) {
  answer(std::move(done), [this, whose = from.workspace, offset, limit]() -> result<actors::dnc_page> {
    actors::dnc_page page;
    for (const auto& [number, entry] : lists_[whose]) {
      if (page.total++ >= offset && page.entries.size() < limit)
        page.entries.push_back(entry);
    }
    return page;
  });
}

void memory_engine::find_dnc(const actors::caller& from, phone number, actors::reply<dnc_entry> done) {
  answer(std::move(done), [this, whose = from.workspace, number]() -> result<dnc_entry> {
    if (const auto it = lists_[whose].find(number); it != lists_[whose].end())
      return it->second;
    return problem{error_code::not_found, "not on the list", {}};
  });
}

} // namespace redial::test
