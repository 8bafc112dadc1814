/// What a careful client may say of its one-off calls: which were made for sure, and which of them were placed.
#pragma once

#include "domain/call.hpp"
#include "persistence/store.hpp"
#include "tests/simulation/provider.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace redial::simulation {

/// The name of each call's contact says which it is. Each check returns what is wrong, or an empty string.
class call_books {
public:
  static std::string name_of(std::uint64_t number) { return std::string{prefix} + std::to_string(number); }
  /// Whether a contact of this name is that of a one-off call.
  static bool is_one(std::string_view name) noexcept { return name.starts_with(prefix); }

  /// A request leaves. @returns its number.
  std::uint64_t sent(phone to);
  /// It was answered with success: the call is known as `id`.
  std::string made(std::uint64_t number, call_id id);
  /// It was not. @param for_good the call will never be made
  void refused(std::uint64_t number, bool for_good);

  /// A call was placed.
  std::string placed(const placement& call);
  /// The process is gone: what it had not answered is stored, or will never be made.
  std::string lost(const persistence::store& store);
  /// What was answered is on record under its id, and nothing is there that nobody has asked for.
  std::string compare(const persistence::store& store) const;
  /// At the end: each call was made, or given up because of the do-not-call list.
  std::string settle(const persistence::store& store) const;

private:
  static constexpr std::string_view prefix = "one-off call ";

  struct one {
    phone to;
    std::optional<call_id> id; ///< once it is made for sure
    bool refused = false;      ///< for good
    bool placed = false;
  };
  one* find(std::string_view name);

  std::map<std::string, one, std::less<>> calls_; // by name
};

} // namespace redial::simulation
