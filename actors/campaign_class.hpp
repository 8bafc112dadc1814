/// The class behind `campaign.hpp`, shared by its sources: what it is told and what it keeps (campaign.cpp), who joins
/// its list (campaign_add.cpp), whom it calls and what came of it (campaign_dial.cpp), what follows at the end of every
/// step (campaign_settle.cpp), what it shows to operations (campaign_insight.cpp).
#pragma once

#include "actors/campaign.hpp"
#include "actors/dial_queue.hpp"
#include "actors/observed.hpp"
#include "actors/profile_cache.hpp"
#include "actors/start_fence.hpp"
#include "domain/rules.hpp"

#include <deque>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

namespace redial::actors {

class campaign : public observed<campaign_actor> {
public:
  campaign(caf::actor_config& config, engine_context* context, campaign_links links, campaign_no number,
    std::shared_ptr<contact_table> contacts)
    : observed{config, *context, links.record}, context_{*context}, links_{std::move(links)}, number_{number},
      given_{std::move(contacts)}, profiles_{context->store, number} {}

  const char* name() const override { return "campaign"; }

protected:
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  /// A contact whose call is in progress, or that waits with an actor of its own.
  struct live_contact {
    contact_actor actor;
    contact_state state;
    std::shared_ptr<const contact_profile> profile;
    std::uint64_t generation = 0;
  };

  /// A command whose effect is decided and whose answer must wait.
  struct pending_answer {
    std::uint64_t seq = 0;        // until this event is committed
    std::uint64_t generation = 0; // and every attempt up to this generation is placed
    time_point give_up_at{};      // or, at last, it is said that nobody knows
    std::function<void(const problem*)> finish;
  };

  /// The addition whose turn it is.
  struct addition_under_way {
    campaign_no number = 0;
    std::uint64_t listed_by = 0;                       ///< the event that lists its contacts; 0 before that is decided
    std::vector<persistence::record_change> records{}; ///< to be written with that event
    key_hold hold{};
  };

  // commands
  void act(const act_command& c);
  void remove(const remove_command& c);
  void clear(const listed_notice& n);
  /// A refusal, too, tells of a state that must be on disk: "it is completed" may not be said of what a crash can undo.
  template <class T>
  void refuse(const reply_once<T>& answer, const problem& why) {
    answer_when_safe(false, [answer, why](const problem* failed) { answer(failed ? *failed : why); });
    settle();
  }
  void answer_when_safe(bool fenced, std::function<void(const problem*)> finish);
  void answer_pending();
  /// Whoever brought news is told so once all that has been decided so far is committed.
  void confirm_when_safe(const telephony::receipt& owed);

  // contacts that join the list
  void queue_addition(const addition_command& c);
  void next_addition();
  void claim(const claim_places& c);
  void admit(const admit_contacts& c);
  void add_placed(append_request& r);
  void list_added();
  void drop_addition(const addition_over& o);
  void refuse_additions();

  // the dial loop
  void take_grant(std::uint32_t lines);
  bool start_next(time_point now);
  bool take_off_listed(contact_no number, time_point now);
  void dial(const contact_event& started);
  contact_actor hire();
  void let_go(contact_actor one);
  void on_news(contact_no number, call_id call, const telephony::call_news& news, const telephony::receipt& owed);
  void apply(contact_no number, live_contact& live, const telephony::call_news& news);
  void on_not_placed(contact_no number, live_contact& live, const telephony::call_not_placed& news);
  void on_ended(contact_no number, live_contact& live, const telephony::call_ended& news);
  void on_disposition(contact_no number, live_contact& live, std::string_view label, time_point at);
  void step(contact_no number, live_contact& live, contact_event e);
  void close(contact_no number, live_contact& live);
  void await_result(contact_no number, const live_contact& live);
  void give_up_results(time_point now);
  void after_short_wait(contact_no number);
  contact_state state_of(contact_no number, time_point now) const;
  void end_short_wait(live_contact& live);
  void ripen(time_point now) {
    queue_.ripen(now, lateness_);
    lateness_.hand_over(context_.counted.retry_lateness());
  }
  void replace_lost(const contact_lost& l);

  // journal
  template <class Event>
  void record(Event e) {
    evolve(state_, e);
    buffer_.emplace_back(std::move(e));
  }
  void flush();
  void committed(const append_done& d);
  /// @param own false: nothing is wrong with this campaign in particular
  void fail(const problem& why, bool own = true);

  // at the end of every step
  void settle();
  void settle_time();
  void settle_lines();
  std::uint64_t listed_pending() const;
  void settle_timer();
  void settle_end();

  void load();
  campaign_insight insight(std::uint64_t offset, std::size_t limit) const;
  contact_insight insight(contact_no number, const live_contact& live) const;
  bool may_dial_now() const { return !draining_ && may_dial(state_, context_.time.now()); }
  bool keeps_contacts() const { return state_.definition->retry_interval <= context_.settings.passivate_after; }
  bool has_much_to_write() const { return buffer_.size() >= max_append; }
  std::string_view id() const { return state_.definition ? state_.definition->id.view() : "?"; }

  /// So many events go into one append at most: a campaign with much to say must not make the others wait.
  static constexpr std::size_t max_append = 4096;
  /// So many contact actors are kept without work beside as many as have some.
  static constexpr std::size_t spare_contacts = 64;

  engine_context& context_;
  campaign_links links_;
  campaign_no number_;
  std::shared_ptr<contact_table> given_;

  campaign_state state_; // as decided; the store follows
  contact_table contacts_;
  dial_queue queue_;
  lateness_tally lateness_;
  profile_cache profiles_;
  std::shared_ptr<const dnc_list> dnc_; // of its workspace
  std::unordered_map<contact_no, live_contact> live_;
  std::vector<contact_actor> idle_; // contact actors without a contact
  start_fence fence_;
  std::deque<std::pair<time_point, contact_no>> results_; // dispositions awaited, and until when

  std::vector<event> buffer_; // decided, not yet handed to the writer
  bool append_under_way_ = false;
  std::uint64_t committed_seq_ = 0;
  std::deque<pending_answer> pending_;
  std::deque<std::pair<std::uint64_t, telephony::receipt>> confirmations_; // until this event is committed

  std::optional<addition_under_way> addition_;
  std::deque<addition_command> additions_; // wait for their turn

  std::uint64_t lines_wanted_ = 0; // as the pool believes
  std::uint32_t lines_ended_ = 0;  // to be told to the pool
  std::uint32_t lines_unused_ = 0;
  std::uint32_t lines_adopted_ = 0;
  std::uint32_t lines_taken_back_ = 0;
  std::uint32_t lines_refused_ = 0;
  milliseconds retry_after_{};
  std::optional<time_point> armed_;
  bool draining_ = false;
  bool drain_told_ = false;
  bool end_told_ = false;
  bool swept_ = false; // of an ended campaign: nobody waits any more
  bool failed_ = false;
};

} // namespace redial::actors
