/// Keys of the store's rows. Numbers are big-endian, so that the order of bytes is theirs; every row of a campaign, in
/// whatever table, lies in [of(campaign), of(campaign + 1)).
#pragma once

#include "domain/ids.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace redial::persistence::keys {

/// A key held in place: building one allocates nothing.
class key {
public:
  constexpr std::string_view view() const noexcept { return {bytes_.data(), size_}; }
  constexpr operator std::string_view() const noexcept { return view(); }

  template <std::unsigned_integral T>
  constexpr key& add(T number) noexcept {
    for (std::size_t shift = sizeof(T) * 8; shift > 0; shift -= 8)
      bytes_[size_++] = static_cast<char>(static_cast<unsigned char>((number >> (shift - 8)) & 0xffU));
    return *this;
  }

private:
  std::array<char, 16> bytes_{};
  std::size_t size_ = 0;
};

constexpr key of(campaign_no campaign) noexcept { return key{}.add(campaign); }
constexpr key of_events(campaign_no campaign, std::uint64_t first_seq) noexcept {
  return key{}.add(campaign).add(first_seq);
}
/// A contact's own row, or the row of the run that begins with it.
constexpr key of_contact(campaign_no campaign, contact_no contact) noexcept { return key{}.add(campaign).add(contact); }
constexpr key of_call(campaign_no campaign, contact_no contact, std::uint8_t attempt) noexcept {
  return key{}.add(campaign).add(contact).add(attempt);
}
constexpr key of_commit(std::uint64_t number) noexcept { return key{}.add(number); }

inline constexpr std::string_view format = "format"; ///< in table::meta
inline constexpr std::string_view clock = "clock";   ///< in table::meta
/// Above every key of every table but meta: no campaign bears the number 2^64 - 1.
inline constexpr key beyond_all = of(~campaign_no{0});

/// Above every key of every table of records: none of them begins with 33 such bytes.
inline constexpr std::string_view beyond_all_records =
  "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
  "\xff\xff\xff\xff\xff";

inline constexpr std::size_t contact_size = sizeof(campaign_no) + sizeof(contact_no);
inline constexpr std::size_t call_size = contact_size + 1;
inline constexpr std::size_t events_size = sizeof(campaign_no) + sizeof(std::uint64_t);

/// @returns the number of type `T` that stands at `offset`; the caller has checked the size.
template <std::unsigned_integral T>
constexpr T read(std::string_view bytes, std::size_t offset) noexcept {
  T number = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    number = static_cast<T>((number << 7U << 1U) | static_cast<unsigned char>(bytes[offset + i]));
  return number;
}
constexpr campaign_no campaign_in(std::string_view bytes) noexcept { return read<campaign_no>(bytes, 0); }
constexpr contact_no contact_in(std::string_view bytes) noexcept {
  return read<contact_no>(bytes, sizeof(campaign_no));
}
constexpr std::uint64_t seq_in(std::string_view bytes) noexcept {
  return read<std::uint64_t>(bytes, sizeof(campaign_no));
}
constexpr std::uint8_t attempt_in(std::string_view bytes) noexcept { return read<std::uint8_t>(bytes, contact_size); }

/// How many contacts share one row. Both are promises of the stored format.
inline constexpr contact_no contacts_per_phone_row = 1024;
inline constexpr contact_no contacts_per_profile_row = 32;

} // namespace redial::persistence::keys
