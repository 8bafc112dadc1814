/// What a careful client may say of one campaign's list: who stands on it for sure, and of which additions it was not
/// told what came of them.
#pragma once

#include "domain/contact.hpp"
#include "domain/phone.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace redial::simulation {

/// Contacts bear the name of the addition that brought them, so that of two additions of one phone it can be told which
/// came to pass. Each check returns what is wrong, or an empty string.
class list_book {
public:
  /// The name of a contact that was there from the beginning.
  static constexpr std::string_view first_name = "Name";
  static std::string name_of(std::uint64_t addition) { return "addition " + std::to_string(addition); }

  list_book() = default;
  explicit list_book(std::vector<phone> created_with) : sure_{std::move(created_with)} {}

  /// Who is on the list for sure, each once.
  const std::vector<phone>& sure() const noexcept { return sure_; }
  bool has(phone who) const;
  /// Whether an answer, or one that is still to come, may have put `who` there.
  bool may_have(phone who) const;

  /// An addition of `who` leaves.
  /// @param ended whether it was answered before that the campaign has ended
  void sent(std::uint64_t addition, std::vector<phone> who, bool ended);
  /// It was answered with success: so many were added, so many were there before.
  std::string listed(std::uint64_t addition, std::uint64_t added, std::uint64_t duplicates);
  /// It was not. @param for_good nothing of it can come to pass any more
  void refused(std::uint64_t addition, bool for_good);
  /// The process is gone, and with it what it had not answered: each such addition is in `stored` whole, or not at all.
  std::string lost(const std::vector<contact_profile>& stored);

  /// Holds what is stored against all of that, when nothing is under way.
  std::string compare(const std::vector<contact_profile>& stored) const;

private:
  enum class outcome : std::uint8_t { open, listed, refused };
  struct addition {
    std::vector<phone> who;
    bool ended = false;
    std::uint64_t fresh = 0; ///< of `who`, those that were not on the list for sure when it left
    bool alone = true;       ///< no other addition may have come in between
    outcome came_to = outcome::open;
  };
  void settle(addition& one);

  std::vector<phone> sure_;
  std::map<std::uint64_t, addition> additions_;
};

} // namespace redial::simulation
