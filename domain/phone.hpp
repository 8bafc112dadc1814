/// A phone number in E.164 (ITU-T), packed in 8 bytes.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace redial {

/// `+`, no leading zero, 7 to 15 digits. As no number begins with a zero, its digits read as one integer below 10^15
/// are the number: 50 bits hold it.
class phone {
public:
  static constexpr int bits = 50;

  constexpr phone() = default;

  /// @returns the number, or nullopt where `text` is not `+` followed by 7 to 15 digits of which the first is not 0.
  static std::optional<phone> parse(std::string_view text) noexcept;
  /// @returns the number whose packed form is `value`; the caller vouches that it came from `packed()`.
  static constexpr phone from_packed(std::uint64_t value) noexcept { return phone{value}; }

  constexpr std::uint64_t packed() const noexcept { return value_; }
  /// @returns the E.164 form with its plus sign.
  std::string to_string() const;

  friend constexpr auto operator<=>(phone, phone) = default;

private:
  constexpr explicit phone(std::uint64_t value) noexcept : value_{value} {}
  std::uint64_t value_ = 0;
};

} // namespace redial

template <>
struct std::hash<redial::phone> {
  std::size_t operator()(redial::phone p) const noexcept {
    // Numbers of one list are often consecutive: mix, so that buckets are not.
    auto z = p.packed() * 0x9e3779b97f4a7c15ULL;
    return static_cast<std::size_t>(z ^ (z >> 32U));
  }
};
