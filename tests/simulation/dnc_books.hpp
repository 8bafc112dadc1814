/// What a careful client of redial may say of the do-not-call list: which numbers are on it for sure, since when and
/// until when. Of one number it changes one thing at a time, so that no answer is ambiguous.
#pragma once

#include "domain/do_not_call.hpp"
#include "domain/time.hpp"
#include "persistence/store.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace redial::simulation {

/// Each check returns what is wrong, or an empty string.
class dnc_books {
public:
  /// Whether a change of any of `phones` has not been answered.
  bool busy(const std::vector<phone>& phones) const;

  /// A change leaves. @returns its number, which the entries bear as their reason. @param until of an addition
  std::uint64_t add_sent(std::vector<phone> phones, std::optional<time_point> until, time_point now);
  std::uint64_t take_off_sent(std::vector<phone> phones, time_point now);
  /// It was answered: with success, or with anything else.
  void answered(std::uint64_t change, bool well, time_point now);
  /// The process is gone, and with it what it had not answered: of each such addition everything is stored, or nothing.
  std::string lost(const persistence::store& store, time_point now);

  /// The person asked for it in a call that began at `at`, and that is on record.
  void said(phone who, time_point at, time_point now);

  /// The person of a call will ask for it, should anybody come to hear of it.
  void may_say(phone who) { numbers_[who].ever = true; }

  /// Whether anybody ever tried to put the number there.
  bool ever_listed(phone who) const;

  /// A call was placed at `at`.
  std::string placed(phone to, time_point at) const;
  /// A call leaves that was decided at `decided_at`.
  std::string posted(phone to, time_point decided_at) const;
  /// What is on the list for sure must be in the store.
  std::string compare(const persistence::store& store, time_point now) const;
  /// The person of a contact said so in a call that began at `at`: then it is on the list, unless somebody meddled
  /// since.
  std::string check_said(const persistence::store& store, phone who, time_point at, time_point now) const;

private:
  struct claim {
    bool answered = false; ///< an addition was answered: it holds from that very moment
    time_point since{};
    std::optional<time_point> until;
  };
  struct standing {
    std::optional<claim> listed;
    bool busy = false;
    bool ever = false;
    std::optional<time_point> weakened_at; ///< when last it was taken off, or given an end
  };
  struct change {
    std::vector<phone> phones;
    std::optional<time_point> until;
    bool adds = false;
  };

  std::map<phone, standing> numbers_;
  std::map<std::uint64_t, change> open_;
  std::uint64_t last_ = 0;
};

} // namespace redial::simulation
