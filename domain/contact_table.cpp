#include "domain/contact_table.hpp"

#include <bit>

namespace redial {

std::optional<contact_no> contact_table::add(phone number) {
  const auto added = claim(number);
  list_claimed();
  return added;
}

std::optional<contact_no> contact_table::claim(phone number) {
  if (slots_.empty() || (cells_.size() + 1) * 4 > slots_.size() * 3)
    rebuild(cells_.size() * 2 + 8);
  auto slot = slot_of(number);
  if (slots_[slot] != empty_slot)
    return std::nullopt;
  const auto place = static_cast<contact_no>(cells_.size());
  cells_.emplace_back(number); // may throw: the index comes second, so that it never names a contact that is not there
  slots_[slot] = place;
  return place;
}

void contact_table::drop_claimed() {
  constexpr contact_no few = 4096;
  if (claimed() > few)
    slots_.clear(); // built again when asked
  // What was put in last has nobody behind it that was moved on by it.
  for (auto i = cells_.size(); !slots_.empty() && i > listed_; --i)
    slots_[slot_of(cells_[i - 1].number())] = empty_slot;
  cells_.resize(listed_);
}

std::optional<contact_no> contact_table::find(phone number) {
  if (empty())
    return std::nullopt;
  if (slots_.empty())
    rebuild(cells_.size());
  auto found = slots_[slot_of(number)];
  return found == empty_slot || found >= listed_ ? std::nullopt : std::optional{found};
}

void contact_table::settle() {
  cells_.shrink_to_fit();
  std::vector<contact_no>{}.swap(slots_); // assigning {} would keep the memory
}

void contact_table::rebuild(std::size_t contacts) {
  slots_.assign(std::bit_ceil(contacts * 4 / 3 + 1), empty_slot);
  for (contact_no i = 0; i < cells_.size(); ++i)
    slots_[slot_of(cells_[i].number())] = i;
}

std::size_t contact_table::slot_of(phone number) const noexcept {
  const auto mask = slots_.size() - 1;
  auto slot = std::hash<phone>{}(number)&mask;
  while (slots_[slot] != empty_slot && cells_[slots_[slot]].number() != number)
    slot = (slot + 1) & mask;
  return slot;
}

} // namespace redial
