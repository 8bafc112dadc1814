/// All contacts of one campaign at rest: 8 bytes each, and 4 to 11 more for the lookup by phone.
#pragma once

#include "domain/contact.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace redial {

/// One contact in 8 bytes: the phone in 50 bits, the rest in the 14 above. What else there is to know of a contact is
/// in the store, or in the actor of its call.
class contact_cell {
public:
  constexpr contact_cell() = default;
  constexpr explicit contact_cell(phone of) noexcept : bits_{of.packed()} {}

  constexpr phone number() const noexcept { return phone::from_packed(bits_ & phone_mask); }
  constexpr contact_status status() const noexcept { return static_cast<contact_status>((bits_ >> status_shift) & 7U); }
  constexpr std::uint8_t attempts() const noexcept { return static_cast<std::uint8_t>((bits_ >> attempts_shift) & 7U); }
  constexpr bool suppressed() const noexcept { return ((bits_ >> suppressed_shift) & 1U) != 0; }

  /// Takes over what a cell holds of `state`.
  constexpr void set(const contact_state& state) noexcept {
    bits_ = (bits_ & phone_mask) | (static_cast<std::uint64_t>(state.status) << status_shift)
            | (static_cast<std::uint64_t>(state.attempts) << attempts_shift)
            | (static_cast<std::uint64_t>(state.suppressed ? 1 : 0) << suppressed_shift);
  }

private:
  static constexpr int status_shift = phone::bits;
  static constexpr int attempts_shift = status_shift + 3;
  static constexpr int suppressed_shift = attempts_shift + 3;
  static constexpr std::uint64_t phone_mask = (std::uint64_t{1} << phone::bits) - 1;
  std::uint64_t bits_ = 0;
};
static_assert(sizeof(contact_cell) == 8);

/// The contacts of a campaign in list order, each phone once. Behind the list there may be phones that are claimed: of
/// contacts that are being added, which nobody sees before they are listed. Not thread-safe.
class contact_table {
public:
  /// Adds a contact at the end. @returns its number, or nullopt where the phone is in the table already.
  /// Nothing may be claimed.
  std::optional<contact_no> add(phone number);
  /// Adds a contact that is known to be new (recovery from the store): builds no index.
  void append(phone number) {
    cells_.emplace_back(number);
    ++listed_;
    slots_.clear(); // it does not know this contact
  }

  /// @returns the contact with this phone. Builds the index first if it is not there: linear then, constant after.
  std::optional<contact_no> find(phone number);

  /// Claims a place behind the list. @returns the number that the contact will have, or nullopt where the phone is
  /// listed or claimed already.
  std::optional<contact_no> claim(phone number);
  /// What was claimed joins the list.
  void list_claimed() noexcept { listed_ = static_cast<contact_no>(cells_.size()); }
  /// What was claimed is forgotten.
  void drop_claimed();
  contact_no claimed() const noexcept { return static_cast<contact_no>(cells_.size()) - listed_; }

  contact_cell& operator[](contact_no number) { return cells_[number]; }
  const contact_cell& operator[](contact_no number) const { return cells_[number]; }
  contact_no size() const noexcept { return listed_; }
  bool empty() const noexcept { return listed_ == 0; }

  /// Gives back memory that further `add`s would have used, the index included; `find` builds it again when asked.
  void settle();
  /// @returns bytes held.
  std::size_t memory() const noexcept {
    return cells_.capacity() * sizeof(contact_cell) + slots_.capacity() * sizeof(contact_no);
  }

private:
  static constexpr contact_no empty_slot = ~contact_no{0};
  void rebuild(std::size_t contacts);
  std::size_t slot_of(phone number) const noexcept;

  std::vector<contact_cell> cells_;
  contact_no listed_ = 0;
  std::vector<contact_no> slots_; // open addressing, linear probing, a power of two, at most 3/4 full
};

} // namespace redial
