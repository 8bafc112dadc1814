/// Which contact of a campaign is next: retries that are due before contacts that were never called, these in list
/// order.
#pragma once

#include "actors/engine_metrics.hpp"
#include "domain/contact_table.hpp"
#include "domain/time.hpp"

#include <deque>
#include <optional>
#include <vector>

namespace redial::actors {

/// Holds waiting contacts only (16 bytes each); contacts never called cost a position in the list. An entry may be
/// stale (its retry was cancelled meanwhile): the rules refuse it when its turn comes. Not thread-safe.
class dial_queue {
public:
  /// `contact` is to be tried again at `due`.
  void wait(time_point due, contact_no contact);
  /// `contact` is to be tried again now.
  void ready(contact_no contact) { ready_.push_back(contact); }
  /// `contact` is pending again, as its attempt was none: not to be called before `due`, or, where the list has not
  /// come to it yet, in its turn.
  void give_back(time_point due, contact_no contact);
  /// Moves what is due at `now` to the ready ones, at most `max_ripe` contacts: others want their turn, too, when a
  /// million retries are due at one instant. Where more is due, `next_due` lies in the past.
  /// @param late is told of each retry how late it is
  void ripen(time_point now, lateness_tally& late);
  static constexpr std::size_t max_ripe = 8192;

  /// @returns the next contact: the one ready for longest, else the first pending one of `contacts`; nullopt if none.
  std::optional<contact_no> take(const contact_table& contacts);

  std::size_t ready_count() const noexcept { return ready_.size(); }
  std::size_t waiting_count() const noexcept { return waiting_.size(); }
  /// @returns how many of those that wait are pending.
  std::size_t given_back_count() const noexcept { return given_back_; }
  /// @returns when the first waiting contact is due.
  std::optional<time_point> next_due() const;
  /// Forgets all that waits, and gives its memory back.
  void clear();

private:
  struct entry {
    time_point due;
    contact_no contact;
    bool given_back;
  };
  void push(entry e);
  static bool later(const entry& a, const entry& b) noexcept {
    return a.due != b.due ? a.due > b.due : a.contact > b.contact;
  }

  std::vector<entry> waiting_; // a heap, the earliest first
  std::deque<contact_no> ready_;
  std::size_t given_back_ = 0;
  contact_no cursor_ = 0; // contacts before it are pending only if they were given back
};

} // namespace redial::actors
