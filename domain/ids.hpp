/// Identifiers as callers see them ("cmp_4fK2m9Qx1") and as the engine keeps them.
#pragma once

#include "domain/time.hpp"

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

/// One call attempt: "cal_" and 22 base62 characters that hold 128 bits. They say where the call is on record, so that
/// a look-up by id needs no index: when it was begun (48 bits, milliseconds since the epoch), its campaign (32), its
/// contact (32), and the low 16 bits of the number of the event that began it.
///
/// A gateway takes it as idempotency key, and that nobody is called twice for one attempt rests on it: no two attempts
/// share an id. Another campaign or contact makes another id by itself. Of one contact's attempts (one after the other,
/// all decided by the campaign's one actor) each begins with an event of its own, and no event number stands twice in a
/// journal; so two of them could share an id only if both began within one millisecond and a multiple of 65,536 events
/// of that campaign lay between, which is a hundred times what a campaign can do in that time. `started_at` never goes
/// back within a campaign (`next_call_id` in rules.hpp), whatever happens to the machine's clock. An attempt that was
/// taken back and is made again, be it within the same millisecond, therefore has another id. Event numbers that are
/// given a second time after a restore from a backup meet another instant. Ids of calls that were made before ids said
/// where a call is are 128 random bits.
class call_id {
public:
  static constexpr std::size_t length = 26;

  constexpr call_id() = default;
  constexpr call_id(std::uint64_t high, std::uint64_t low) noexcept : high_{high}, low_{low} {}

  /// @param seq the number of the event that begins the attempt. Campaign numbers beyond 2^32 would wrap; nobody has
  ///   that many.
  static constexpr call_id make(
    time_point started_at, campaign_no campaign, contact_no contact, std::uint64_t seq) noexcept {
    const auto ms = static_cast<std::uint64_t>(started_at.time_since_epoch().count());
    return {ms << 16U | (campaign >> 16U & 0xffffU),
      (campaign & 0xffffU) << 48U | std::uint64_t{contact} << 16U | (seq & 0xffffU)};
  }
  static std::optional<call_id> parse(std::string_view text) noexcept;

  /// Where the call is on record, if it is one that `make` made.
  constexpr campaign_no campaign() const noexcept { return (high_ & 0xffffU) << 16U | low_ >> 48U; }
  constexpr contact_no contact() const noexcept { return static_cast<contact_no>(low_ >> 16U & 0xffffffffU); }

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
  std::size_t operator()(const redial::call_id& id) const noexcept {
    // Ids of one campaign differ in a few bits only: mix.
    auto z = (id.high() ^ id.low() * 0x9e3779b97f4a7c15ULL) * 0xbf58476d1ce4e5b9ULL;
    return static_cast<std::size_t>(z ^ (z >> 32U));
  }
};
