/// A hash table of phones for lists of millions: 8 bytes a phone, or 16 with an instant, and a little air.
#pragma once

#include "domain/phone.hpp"
#include "domain/time.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace redial::actors {

/// A phone, and nothing else.
struct phone_slot {
  std::uint64_t packed = 0; ///< 0: empty; no phone packs to it

  friend bool operator==(const phone_slot&, const phone_slot&) = default;
};

/// A phone, and until when it stands there.
struct expiring_slot {
  std::uint64_t packed = 0;
  time_point until{};

  friend bool operator==(const expiring_slot&, const expiring_slot&) = default;
};

/// Open addressing with linear probing; at most 4/5 full, and grown by half, so that a slot in two is in use at least.
/// Takes as much room as it has to, and gives it back as it empties. Not thread-safe.
template <class Slot>
class packed_table {
public:
  /// @returns the phone's slot, or null. Valid until the table changes.
  const Slot* find(phone number) const noexcept {
    if (slots_.empty())
      return nullptr;
    const auto& slot = slots_[place_of(number.packed())];
    return slot.packed == 0 ? nullptr : &slot;
  }

  /// Puts `slot` in, in place of what the phone had. @returns whether the phone is new.
  bool put(const Slot& slot) {
    if ((size_ + 1) * 5 > slots_.size() * 4)
      resize(slots_.size() + slots_.size() / 2 + smallest);
    auto& place = slots_[place_of(slot.packed)];
    const bool fresh = place.packed == 0;
    place = slot;
    size_ += fresh ? 1 : 0;
    return fresh;
  }

  /// @returns whether the phone was there.
  bool erase(phone number) {
    if (find(number) == nullptr)
      return false;
    auto hole = place_of(number.packed());
    // Whoever was pushed on by the one that goes moves up, so that no search ends at the hole.
    for (auto next = after(hole); slots_[next].packed != 0; next = after(next)) {
      const auto home = home_of(slots_[next].packed);
      const bool stays = hole <= next ? hole < home && home <= next : hole < home || home <= next;
      if (!stays)
        slots_[std::exchange(hole, next)] = slots_[next];
    }
    slots_[hole] = {};
    --size_;
    if (slots_.size() > 64 && size_ * 5 < slots_.size())
      resize(size_ * 2 + smallest);
    return true;
  }

  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const auto& slot : slots_) {
      if (slot.packed != 0)
        visit(slot);
    }
  }

  std::size_t size() const noexcept { return size_; }
  /// @returns bytes held.
  std::size_t memory() const noexcept { return slots_.capacity() * sizeof(Slot); }

private:
  static constexpr std::size_t smallest = 8;

  /// Where the search for a phone begins: the upper half of a mixed hash, scaled to the number of slots.
  std::size_t home_of(std::uint64_t packed) const noexcept {
    const auto mixed = static_cast<std::uint64_t>(std::hash<phone>{}(phone::from_packed(packed)));
    return static_cast<std::size_t>(((mixed * 0xd6e8feb86659fd93ULL) >> 32U) * slots_.size() >> 32U);
  }
  std::size_t after(std::size_t place) const noexcept { return place + 1 == slots_.size() ? 0 : place + 1; }
  /// The slot that holds `packed`, or the empty one where it would go.
  std::size_t place_of(std::uint64_t packed) const noexcept {
    auto place = home_of(packed);
    while (slots_[place].packed != 0 && slots_[place].packed != packed)
      place = after(place);
    return place;
  }
  void resize(std::size_t slots) {
    auto former = std::exchange(slots_, std::vector<Slot>(slots));
    for (const auto& slot : former) {
      if (slot.packed != 0)
        slots_[place_of(slot.packed)] = slot;
    }
  }

  std::vector<Slot> slots_;
  std::size_t size_ = 0;
};

} // namespace redial::actors
