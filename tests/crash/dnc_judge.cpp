#include "tests/crash/dnc_judge.hpp"

#include "tests/e2e/client.hpp"

#include <algorithm>
#include <stdexcept>

namespace redial::crash {

dnc_judge::dnc_judge(const std::vector<dnc_note>& notes, std::function<void(std::string)> fault)
  : notes_{notes}, fault_{std::move(fault)} {
  for (const auto& note : notes_) {
    if (note.went == fate::refused)
      continue;
    for (const auto number : note.phones)
      by_number_[number].notes.push_back(&note);
  }
}

void dnc_judge::compare_placements(ledger_index& ledger) const {
  for (const auto& [id, call] : ledger.placements()) {
    const auto known = by_number_.find(call.to);
    if (known == by_number_.end())
      continue;
    const dnc_note* last = nullptr; // that was answered, or may have had its effect, before the call was placed
    for (const auto* note : known->second.notes) {
      const bool before = note->adds && note->went == fate::acknowledged ? note->answered_ns < call.at.boot_ns
                                                                         : note->sent_ns < call.at.boot_ns;
      if (before && (!note->adds || note->went == fate::acknowledged))
        last = note;
    }
    if (last != nullptr && last->adds)
      fault_(call.to.to_string() + ", call " + id.to_string() + " was placed "
             + std::to_string((call.at.boot_ns - last->answered_ns) / 1'000'000)
             + " ms after the answer that its number is on the do-not-call list");
  }
}

bool dnc_judge::is_listed(e2e::client& http, phone number) {
  const auto got = http.get("/v1/dnc/%2B" + number.to_string().substr(1));
  if (got.status != 200 && got.status != 404)
    throw std::runtime_error{"the do-not-call list cannot be read: " + got.body};
  return got.status == 200;
}

void dnc_judge::compare_list(e2e::client& http, const std::set<phone>& asked_off, verdict& result) const {
  std::unordered_map<phone, bool> listed;
  for (const auto& [number, touched] : by_number_) {
    const auto& last = *touched.notes.back();
    const bool there = listed.emplace(number, is_listed(http, number)).first->second;
    if (last.went != fate::acknowledged)
      continue;
    ++(last.adds ? result.listed : result.taken_off);
    if (last.adds && !there)
      fault_(number.to_string() + " was acknowledged to be on the do-not-call list, and is not");
    if (!last.adds && there && !asked_off.contains(number))
      fault_(number.to_string() + " was acknowledged to be off the do-not-call list, and is on it");
  }
  for (const auto& note : notes_) {
    if (note.went != fate::open)
      continue;
    ++result.open_requests;
    const bool alone = std::all_of(note.phones.begin(), note.phones.end(),
      [&](phone number) { return by_number_.at(number).notes.size() == 1 && !asked_off.contains(number); });
    const auto there =
      std::count_if(note.phones.begin(), note.phones.end(), [&](phone number) { return listed.at(number); });
    if (note.adds && alone && there != 0 && static_cast<std::size_t>(there) != note.phones.size())
      fault_("of an addition to the do-not-call list that was not answered, a part is there: "
             + note.phones.front().to_string() + " and after");
  }
  for (const auto number : asked_off) {
    ++result.asked_off;
    const auto known = by_number_.find(number);
    const bool meddled = known != by_number_.end()
                         && std::any_of(known->second.notes.begin(), known->second.notes.end(),
                           [](const dnc_note* note) { return !note->adds; });
    if (!meddled && !is_listed(http, number))
      fault_(number.to_string() + " asked not to be called again, and is not on the do-not-call list");
  }
}

} // namespace redial::crash
