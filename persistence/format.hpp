/// The version of what is stored, and the way from older ones to it.
#pragma once

#include "domain/result.hpp"
#include "persistence/engine.hpp"

#include <cstdint>
#include <span>

namespace redial::persistence {

/// What this version of redial writes.
/// 0: as 1, but without the row that says so.
/// 1: as 2, but without `call_start` and `call_label`, and an attempt that is taken back does not say when it began.
inline constexpr std::uint32_t format_version = 2;

/// One step from version `from` to the next.
struct migration {
  std::uint32_t from;
  /// Adds to `changes` what turns the rows of `data` into the next version's; the new version number is written with
  /// them. A step too large for one batch may write by itself before, if it can be run again after a crash half way.
  result<void> (*run)(engine& data, batch& changes);
};

/// The steps there are, by `from`, without a gap, up to `format_version`.
std::span<const migration> migrations() noexcept;

/// Brings `data` to `format_version`, synced: a new store gets its version, an older one is migrated step by step.
/// @returns `storage_failed` where a newer version of redial has written it, or a step fails; the data are then as they
/// were before that step.
result<void> ensure_format(engine& data);

/// As `ensure_format`, but changes nothing. @returns `storage_failed` also where the data would have to be migrated, or
/// are none.
result<void> check_format(const reader& data);

} // namespace redial::persistence
