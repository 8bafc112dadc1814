/// What a careful client of redial would hold it to, written down while a run goes on, and compared with the provider's
/// ledger and with the store.
#pragma once

#include "domain/campaign.hpp"
#include "domain/contact.hpp"
#include "persistence/store.hpp"
#include "tests/simulation/call_books.hpp"
#include "tests/simulation/dnc_books.hpp"
#include "tests/simulation/list_book.hpp"
#include "tests/simulation/provider.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace redial::simulation {

/// Everything here happens in one order: `moment` counts on with each command sent and each answer taken.
class books {
public:
  struct campaign {
    std::string id;
    list_book list;
    unsigned max_attempts = 1;
    std::chrono::minutes retry_interval{};
    bool may_dial = false;          ///< a start or resume has been sent since the last pause that was answered
    bool stopped = false;           ///< a stop was answered
    std::uint64_t last_release = 0; ///< moment of the last start or resume that was sent
    std::set<phone> asked_off;      ///< removals that were sent
    std::set<phone> off;            ///< those that were answered
    std::set<phone> never;          ///< of these, those that were said never to have been called
    std::map<phone, std::vector<placement>> calls;
  };

  /// The creation of a campaign was answered.
  void created(campaign fresh);
  campaign* find(const std::string& id);
  std::map<std::string, campaign>& all() noexcept { return campaigns_; }

  /// A command is on its way. @returns the moment.
  std::uint64_t sent(campaign& of, campaign_action action);
  /// It was answered with success.
  void acted(campaign& of, campaign_action action, std::uint64_t sent_at);
  void removed(campaign& of, const phone& who, bool was_pending);

  /// Of a campaign whose creation was never answered nothing is expected, but that nobody is called twice.
  void placed(const placement& call, bool creation_known);
  /// The process is gone: of additions and one-off calls that it had not answered, the store shows what came of them.
  void lost(const persistence::store& store);
  /// After a restart, at `now`: what was answered must have lasted.
  void compare(const persistence::store& store, time_point now);
  /// At the end, when nothing is under way any more: store and ledger must tell the same story.
  void settle_accounts(const persistence::store& store, const provider& network, bool fences, time_point now);

  dnc_books do_not_call;
  call_books one_offs;

  /// The first thing that broke, or an empty string.
  const std::string& fault() const noexcept { return fault_; }
  void blame(std::string what) {
    if (fault_.empty())
      fault_ = std::move(what);
  }
  /// Blames what a check found, if it did.
  void blame(const std::string& where, const std::string& fault) {
    if (!fault.empty())
      blame(where + fault);
  }

private:
  void compare(const persistence::store& store, const campaign_view& shown);
  void check_do_not_call(const persistence::store& store, const campaign_view& shown, time_point now);
  void settle_accounts(
    const persistence::store& store, const campaign_view& shown, const provider& network, bool fences);

  std::map<std::string, campaign> campaigns_;
  std::uint64_t moment_ = 0;
  std::string fault_;
};

} // namespace redial::simulation
