/// What a store ought to hold: campaigns kept by `decide` and `evolve` alone, moved by chance under a seed.
#pragma once

#include "domain/event.hpp"
#include "persistence/store.hpp"

#include <cstdint>
#include <random>
#include <vector>

namespace redial::persistence::test {

struct model_campaign {
  campaign_no number = 0;
  campaign_state state;
  std::vector<contact_profile> profiles;
  std::vector<contact_state> contacts;
  std::vector<std::vector<ended_call>> calls;
  std::vector<event> history;

  void apply(const event& e);
  /// @returns contact `contact` as `load_contact` ought to tell it.
  contact_detail detail(contact_no contact) const;
  /// @returns the numbers of the contacts in `status`, or of all.
  std::vector<contact_no> in(std::optional<contact_status> status) const;
};

class chance {
public:
  explicit chance(std::uint64_t seed) : engine_{seed} {}
  /// @returns one of 0 … n - 1.
  std::uint64_t below(std::uint64_t n) { return n < 2 ? 0 : engine_() % n; }
  bool percent(unsigned p) { return below(100) < p; }
  /// @returns up to `most` bytes of any value.
  std::string bytes(std::size_t most);
  call_id call() { return {engine_(), engine_()}; }
  time_point instant();

private:
  std::mt19937_64 engine_;
};

/// @returns a definition with an id of its own.
std::shared_ptr<const campaign_definition> make_definition(chance& luck);
/// @returns `count` contacts, each phone once.
std::vector<contact_profile> make_profiles(chance& luck, contact_no count);

/// @returns up to `most` events that may follow in `campaign` from `now` on, and applies them; moves `now`.
std::vector<event> move_on(model_campaign& campaign, chance& luck, std::size_t most, time_point& now);

/// Stages `profiles` in chunks of random size and creates the campaign.
model_campaign create(store& into, chance& luck, std::vector<contact_profile> profiles);
model_campaign create(store& into, chance& luck, contact_no contacts);

/// Places `profiles`, whose phones must be new to `campaign`, behind its list in chunks of random size, as addition
/// `addition`.
void put_behind(store& into, chance& luck, const model_campaign& campaign, campaign_no addition,
  std::span<const contact_profile> profiles);
/// Places `profiles` and lists them.
void add(store& into, chance& luck, model_campaign& campaign, std::vector<contact_profile> profiles);

bool same(const campaign_state& a, const campaign_state& b);
bool same(const event& a, const event& b);
bool same(const contact_detail& a, const contact_detail& b);

} // namespace redial::persistence::test
