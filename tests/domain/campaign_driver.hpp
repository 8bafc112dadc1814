/// Drives one campaign at random and keeps books of its own, to be compared with what the rules say.
#pragma once

#include "domain/do_not_call.hpp"
#include "tests/domain/samples.hpp"

#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace redial::sample {

/// One campaign under random commands, from its creation on. Everything follows from the seed.
class campaign_driver {
public:
  explicit campaign_driver(std::uint64_t seed);

  /// Does one random thing. @returns what broke, or an empty string.
  std::string step();
  /// Replays the journal on an empty campaign. @returns where the result differs, or an empty string.
  std::string replay() const;

  const campaign_state& state() const noexcept { return state_; }
  /// How often anything came to be, so that a test can tell that all was tried.
  struct coverage {
    std::uint64_t events = 0, refusals = 0, answers = 0, late_ends = 0, retries = 0, removals = 0, cancelled = 0;
    std::uint64_t completions = 0, dispositions = 0, overdue = 0, taken_back = 0;
    std::uint64_t listed_pending = 0, joined = 0, listed_waiting = 0, lapsed = 0, asked_off = 0;
    std::map<campaign_status, std::uint64_t> finals;
  };
  const coverage& covered() const noexcept { return covered_; }

private:
  /// What the driver knows of a contact without asking the rules.
  struct ledger {
    unsigned attempts = 0;
    bool barred = false;                  ///< removed, reached, unknown, invalid or used up: never to be dialed again
    std::optional<time_point> not_before; ///< its retry
    std::optional<call_id> open;
    bool answered = false;
    bool completed = false; ///< over, the disposition still awaited
    time_point completed_at{};
    std::string said; ///< disposition returned before the end
    std::string label;
    bool listed = false;                      ///< its number is on the do-not-call list
    std::optional<time_point> listed_until{}; ///< and for good without this
  };
  struct call_place {
    contact_no contact = 0;
    call_id id;
  };

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  contact_no any_contact() { return static_cast<contact_no>(below(contacts_.size())); }
  call_place any_call();
  std::string any_label();

  std::string act();
  std::string attempt();
  std::string answer();
  std::string end();
  std::string dispose();
  std::string finish_completed(const contact_event& e);
  std::string wait_for_result();
  std::string take_back();
  std::string remove();
  std::string join();
  std::string check_explanation(contact_no number, bool accepted) const;
  std::string pass_time();
  std::string change_list();
  std::string lapse(contact_no number);
  std::string listed_turn(contact_no number);
  static phone phone_of(contact_no number) { return phone::from_packed(919'000'000'000ULL + number); }

  /// @param asks_off the event is the one in which the person says not to be called again
  std::string apply(contact_event e, bool asks_off = false);
  std::string apply(const campaign_changed& e);
  std::string check_books() const;
  std::string check_contact(contact_no number) const;

  std::mt19937_64 random_;
  time_point now_ = epoch;
  std::shared_ptr<const campaign_definition> definition_;
  campaign_state state_;
  std::vector<contact_state> contacts_;
  std::vector<ledger> ledgers_;
  std::vector<call_place> past_calls_;
  std::vector<event> journal_;
  std::uint64_t connected_ = 0;
  std::uint64_t next_call_ = 1;
  coverage covered_;
};

/// @returns whether two campaigns stand alike in everything that moves.
bool alike(const campaign_state& a, const campaign_state& b);

} // namespace redial::sample
