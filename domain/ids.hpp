/// Identifiers as callers see them ("cmp_4fK2m9Qx1") and as the engine keeps them.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace redial {

/// Where random bytes come from. The engine gives a CSPRNG, a simulation its seed. Implementations are thread-safe.
class random_source {
public:
  virtual ~random_source() = default;
  /// Fills `out` with random bytes. @throws std::runtime_error if the system has none to give.
  virtual void fill(std::span<std::byte> out) = 0;
};

/// Position of a campaign in the store, from 1, never given twice: the engine's own, unseen by callers.
using campaign_no = std::uint64_t;
/// Position of a contact in its campaign's list, from 0.
using contact_no = std::uint32_t;

/// "cmp_" and 9 base62 characters (53.6 random bits).
class campaign_id {
public:
  static constexpr std::size_t length = 13;

  campaign_id() = default;
  static campaign_id make(random_source& random);
  static std::optional<campaign_id> parse(std::string_view text) noexcept;

  std::string_view view() const noexcept { return {text_.data(), text_.size()}; }
  std::string to_string() const { return std::string{view()}; }

  friend auto operator<=>(const campaign_id&, const campaign_id&) = default;

private:
  std::array<char, length> text_{};
};

/// One call attempt: "cal_" and 22 base62 characters that hold 128 random bits, so that it can serve a gateway as
/// idempotency key over any number of calls.
class call_id {
public:
  static constexpr std::size_t length = 26;

  constexpr call_id() = default;
  constexpr call_id(std::uint64_t high, std::uint64_t low) noexcept : high_{high}, low_{low} {}
  static call_id make(random_source& random);
  static std::optional<call_id> parse(std::string_view text) noexcept;

  constexpr std::uint64_t high() const noexcept { return high_; }
  constexpr std::uint64_t low() const noexcept { return low_; }
  constexpr bool empty() const noexcept { return high_ == 0 && low_ == 0; }
  std::string to_string() const;

  friend constexpr auto operator<=>(const call_id&, const call_id&) = default;

private:
  std::uint64_t high_ = 0;
  std::uint64_t low_ = 0;
};

} // namespace redial

template <>
struct std::hash<redial::campaign_id> {
  std::size_t operator()(const redial::campaign_id& id) const noexcept {
    return std::hash<std::string_view>{}(id.view());
  }
};

template <>
struct std::hash<redial::call_id> {
  std::size_t operator()(const redial::call_id& id) const noexcept { return static_cast<std::size_t>(id.low()); }
};
