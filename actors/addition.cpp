#include "actors/addition.hpp"

#include "actors/observed.hpp"

#include <algorithm>
#include <limits>

namespace redial::actors {

namespace {

using contacts_ptr = std::shared_ptr<std::vector<contact_profile>>;

class addition : public observed<addition_actor> {
public:
  addition(caf::actor_config& config, engine_context* context, addition_links links, campaign_id campaign, caller from)
    : observed{config, *context, actor_kind::addition, campaign.to_string()}, context_{*context},
      links_{std::move(links)}, campaign_{campaign}, from_{std::move(from)}, number_{
                                                                               context->store.next_campaign_no()} {}

  const char* name() const override { return "addition"; }

protected:
  behavior_type make_behavior() override {
    // The engine is going: what waits for the writer waits in vain.
    set_down_handler([this](const caf::down_msg&) { quit(); });
    monitor(links_.writer);
    return heed([this](const upload_chunk& c) { stage(c); },
      [this](const addition_finish& f) {
        note_ = f.note;
        finishing_ = f.done;
        if (count_ == 0)
          ask_for_turn();
        else
          caf::anon_send(links_.writer, stage_close{number_, caf::actor_cast<caf::actor>(this)});
      },
      [this](const stage_done& d) { staged(*d.outcome); },
      [this](const addition_news& n) { std::visit([this](const auto& answer) { hear(answer); }, *n.what); },
      [this](upload_abort) { end(); });
  }

  void on_exit() override {
    context_.live_uploads.fetch_sub(1, std::memory_order_relaxed);
    demonitor(links_.writer.address());
    staging_.reset();
    finishing_ = {};
    note_ = {};
    turn_ = {};
    links_ = {};
  }

private:
  // -- as the contacts come -----------------------------------------------------------------------------------------

  void stage(const upload_chunk& c) {
    if (c.contacts->empty())
      return c.done(boost::system::in_place_value);
    if (c.contacts->size() > std::numeric_limits<contact_no>::max() - count_)
      return c.done(problem{error_code::invalid_value, "too many contacts at once", {}});
    const auto first = count_;
    count_ += static_cast<contact_no>(c.contacts->size());
    staging_ = c.done;
    caf::anon_send(links_.writer, stage_request{number_, first, c.contacts, caf::actor_cast<caf::actor>(this)});
  }

  void staged(const result<void>& outcome) {
    if (auto owed = std::exchange(staging_, {}))
      return (*owed)(outcome);
    if (!outcome)
      return fail(outcome.error());
    if (turn_.campaign)
      next_run();
    else
      ask_for_turn();
  }

  // -- when they are complete ---------------------------------------------------------------------------------------

  /// @returns a reply that brings the answer here as `addition_news`. Until then it keeps this actor alive: nobody else
  /// may hold it any more.
  template <class T>
  reply_once<T> to_me() {
    return reply_once<T>{[self = caf::actor_cast<caf::actor>(this)](result<T> answer) {
      caf::anon_send(self,
        addition_news{std::make_shared<const addition_news::answer>(std::in_place_type<result<T>>, std::move(answer))});
    }};
  }

  void ask_for_turn() { caf::anon_send(links_.registry, addition_command{campaign_, number_, to_me<addition_turn>()}); }

  void hear(const result<addition_turn>& turn) {
    if (!turn)
      return fail(turn.error());
    turn_ = *turn;
    next_run();
  }

  void next_run() {
    if (moved_ == count_) {
      caf::anon_send(turn_.campaign,
        admit_contacts{number_, duplicates_, std::exchange(note_, {}), from_.trace, to_me<added_contacts>()});
      return;
    }
    const auto size = std::min(claim_places::run, count_ - moved_);
    caf::anon_send(links_.reader, staged_query{number_, moved_, size, to_me<contacts_ptr>()});
    moved_ += size;
  }

  void hear(const result<contacts_ptr>& run) {
    if (!run)
      return fail(run.error());
    run_ = *run;
    caf::anon_send(turn_.campaign, claim_places{number_, run_, to_me<claimed_places>()});
  }

  void hear(const result<claimed_places>& claimed) {
    if (!claimed)
      return fail(claimed.error());
    auto fresh = std::make_shared<std::vector<contact_profile>>();
    for (std::size_t i = 0; i < run_->size(); ++i) {
      if (claimed->fresh[i])
        fresh->push_back(std::move((*run_)[i]));
      else
        ++duplicates_;
    }
    run_.reset();
    if (fresh->empty())
      return next_run();
    caf::anon_send(links_.writer,
      stage_request{turn_.number, claimed->first, std::move(fresh), caf::actor_cast<caf::actor>(this), number_});
  }

  void hear(const result<added_contacts>& outcome) {
    if (!outcome)
      return fail(outcome.error());
    finishing_(*outcome);
    end();
  }

  void fail(const problem& why) {
    context_.log.warn(
      "campaign={} request={} contacts could not be added: {}", campaign_.view(), from_.trace, why.detail);
    note_ = {};
    finishing_(why);
    end();
  }

  void end() {
    if (count_ > 0)
      caf::anon_send(links_.writer, stage_request{number_, 0, nullptr, nullptr});
    quit();
  }

  engine_context& context_;
  addition_links links_;
  campaign_id campaign_;
  caller from_;
  campaign_no number_; ///< under which the contacts are staged
  contact_no count_ = 0;
  contact_no moved_ = 0;
  std::uint64_t duplicates_ = 0;
  std::optional<reply_once<void>> staging_;
  addition_turn turn_;
  contacts_ptr run_;
  answer_note<added_contacts> note_;
  reply_once<added_contacts> finishing_;
};

} // namespace

addition_actor spawn_addition(
  caf::actor_system& system, engine_context& context, addition_links links, const campaign_id& campaign, caller from) {
  return system.spawn<addition>(&context, std::move(links), campaign, std::move(from));
}

} // namespace redial::actors
