#include "actors/courier.hpp"

#include "actors/delivery_lanes.hpp"
#include "actors/delivery_log.hpp"
#include "actors/observed.hpp"
#include "actors/timer_message.hpp"

#include <algorithm>
#include <unordered_map>

namespace redial::actors {

namespace {

using persistence::record_change;

/// So many messages are read at once.
constexpr std::size_t page_size = 64;
/// After so many messages of different campaigns in a row were refused, it is the receiver that fails, not a message.
constexpr unsigned failures_of_receiver = 3;

class courier : public observed<courier_actor> {
public:
  courier(caf::actor_config& config, engine_context* context, writer_actor writer, feed_actor feed,
    caf::actor_addr desk, persistence::webhook_row row)
    : observed{config, *context, actor_kind::courier, row.hook.id}, context_{*context},
      settings_{context->settings.webhooks}, writer_{std::move(writer)}, feed_{std::move(feed)}, desk_{std::move(desk)},
      hook_{std::move(row.hook)}, main_{row.commit, row.index, row.sub}, replayed_at_{row.replayed_at},
      log_{hook_.id, settings_.most_deliveries}, lanes_{settings_.lanes}, allowed_{settings_.parallel} {
    lanes_.restore(row.lanes);
    if (auto loaded = log_.load(context_.store, row.next_delivery); !loaded)
      context_.log.error("webhook={} {}", hook_.id, loaded.error().detail);
  }

  const char* name() const override { return "courier"; }

protected:
  behavior_type make_behavior() override {
    go_on();
    return heed([this](const courier_page& p) { page(p); }, [this](const courier_lane_page& p) { lane_page(p); },
      [this](const courier_answered& a) { answered(a); }, [this](const courier_saved& s) { saved(*s.outcome); },
      [this](feed_woke) {
        waiting_.reset();
        behind_ = true;
        go_on();
      },
      [this](tick) {
        armed_.reset();
        go_on();
      },
      [this](const courier_replay& r) { replay(r); },
      [this](const courier_remove& r) {
        removing_ = r.done;
        save();
      },
      [this](const courier_drain& d) {
        draining_ = d.done;
        drain_until_ = now() + settings_.drain;
        go_on();
      },
      [this](const deliveries_query& q) {
        q.done(delivery_page{log_.newest(q.offset, q.limit), log_.size()});
      });
  }

  void on_exit() override {
    waiting_.reset();
    lanes_.clear();
    under_way_.clear();
    answer_saved_.clear();
    removing_.reset();
    draining_.reset();
    writer_ = nullptr;
    feed_ = nullptr;
  }

private:
  struct sent_message {
    feed_event_ptr what;
    std::uint64_t delivery = 0;
  };

  time_point now() const { return context_.time.now(); }
  bool at_work() const { return !hook_.disabled_at && !removing_ && !draining_; }

  /// Sends a message to this actor from wherever it is called, if it still lives.
  template <class Make>
  auto to_self(Make make) {
    return [address = address(), make = std::move(make)](auto&& said) {
      if (auto self = caf::actor_cast<caf::actor>(address))
        caf::anon_send(self, make(std::forward<decltype(said)>(said)));
    };
  }

  // -- at the end of every step --------------------------------------------------------------------------------------

  void go_on() {
    if (at_work()) {
      send_messages();
      load_lanes();
      read_on();
    }
    const bool drained = draining_ && !saving_ && (under_way_.empty() || now() >= drain_until_);
    if (drained && drain_saved_) {
      (*std::exchange(draining_, std::nullopt))(boost::system::in_place_value);
      return quit();
    }
    drain_saved_ = drained;
    if (drained || (save_due_ && now() >= *save_due_))
      save();
    const auto last = context_.bell.last();
    show({lanes_.buffered(), last > main_.commit ? last - main_.commit : 0, under_way_.size()});
    arm();
  }

  void arm() {
    std::optional<time_point> due;
    // What was due and was not done waits for something else by now: a message will come of it.
    const auto also = [&](std::optional<time_point> at) {
      if (at && *at > now())
        due = due ? std::min(*due, *at) : *at;
    };
    also(save_due_);
    if (draining_)
      also(drain_until_);
    if (at_work()) {
      also(pause_until_);
      also(lanes_.next_due());
      also(next_read_);
    }
    if (due && (!armed_ || *due < *armed_)) {
      armed_ = due;
      arm_tick(context_.timers, *due, this);
    }
  }

  // -- reading -------------------------------------------------------------------------------------------------------

  void read_on() {
    if (!behind_ || reading_ || lanes_.full() || now() < next_read_)
      return;
    reading_ = true;
    next_read_ = now() + settings_.read_pause;
    feed_query query{hook_.workspace, std::nullopt, hook_.wants(), main_, page_size};
    caf::anon_send(
      feed_, feed_read{std::move(query), reply_once<feed_page>{to_self([epoch = epoch_](auto page) {
                         return courier_page{epoch, std::make_shared<const result<feed_page>>(std::move(page))};
                       })}});
  }

  void page(const courier_page& p) {
    if (p.epoch != epoch_)
      return;
    reading_ = false;
    if (!*p.page) {
      next_read_ = now() + settings_.retry.first;
      return go_on();
    }
    const auto& read = p.page->value();
    for (const auto& e : read.events)
      lanes_.put(e);
    if (read.upto != main_) {
      main_ = read.upto;
      // What others' events move it by is no news: after a crash they are passed by once more.
      save_within(read.events.empty() ? settings_.save_idle : settings_.save);
    }
    behind_ = read.more;
    if (read.more)
      next_read_ = now();
    else if (!waiting_)
      waiting_ = context_.bell.await(main_, [address = address()] {
        if (auto self = caf::actor_cast<caf::actor>(address))
          caf::anon_send(self, feed_woke{});
      });
    go_on();
  }

  void load_lanes() {
    while (auto wanted = lanes_.next_load(now())) {
      campaign_feed_query query{
        wanted->campaign, hook_.wants(), wanted->after.seq, wanted->after.sub, wanted->upto_seq, settings_.lanes.lane};
      caf::anon_send(
        feed_, campaign_feed_read{
                 query, reply_once<campaign_feed_page>{to_self([asked = *wanted](auto page) {
                   return courier_lane_page{asked, std::make_shared<const result<campaign_feed_page>>(std::move(page))};
                 })}});
    }
  }

  void lane_page(const courier_lane_page& p) {
    if (!p.page)
      lanes_.not_loaded(p.asked);
    else if (*p.page)
      lanes_.loaded(p.asked, p.page->value());
    if (!p.page || *p.page) {
      save_within(settings_.save);
      return go_on();
    }
    // Not at once: what cannot be read now may be readable soon, or never.
    context_.timers.arm(now() + settings_.retry.first, [address = address(), asked = p.asked] {
      if (auto self = caf::actor_cast<caf::actor>(address))
        caf::anon_send(self, courier_lane_page{asked, nullptr});
    });
  }

  // -- sending -------------------------------------------------------------------------------------------------------

  void send_messages() {
    while (under_way_.size() < allowed_ && now() >= pause_until_) {
      auto next = lanes_.take(now());
      if (!next)
        return;
      const auto& e = *next;
      const auto serial = ++serials_;
      const auto id = e->id.to_string();
      under_way_[serial] = {e, log_.open(e->id, e->type).number};
      context_.sender->send({hook_.url, hook_.secret, id, e->json}, to_self([serial](webhooks::answer said) {
        return courier_answered{serial, std::make_shared<const webhooks::answer>(std::move(said))};
      }));
    }
  }

  void answered(const courier_answered& a) {
    const auto known = under_way_.find(a.serial);
    if (known == under_way_.end())
      return; // of a time before it was disabled
    const auto [what, number] = std::move(known->second);
    under_way_.erase(known);
    const auto campaign = what->id.campaign;
    const auto& said = *a.said;
    auto& tried = *log_.find(number);
    ++tried.attempts;
    tried.status = said.status;
    tried.error = said.error;
    tried.last_attempt_at = now();
    tried.next_attempt_at.reset();
    if (said.status / 100 == 2) {
      tried.outcome = delivery_outcome::delivered;
      lanes_.finished(campaign);
      reached();
    } else if (said.status == 410) {
      tried.outcome = delivery_outcome::failed;
      log_.changed(tried);
      return disable();
    } else {
      refused(*what, tried, said);
    }
    log_.changed(tried);
    save_within(settings_.save);
    go_on();
  }

  void refused(const feed_event& what, delivery& tried, const webhooks::answer& said) {
    const auto campaign = what.id.campaign;
    const milliseconds asked_for{
      static_cast<std::int64_t>(static_cast<double>(said.retry_after.count()) * context_.time.speed())};
    const auto since = std::max(what.created_at, replayed_at_.value_or(what.created_at));
    const auto give_up_at = since + settings_.retry.give_up;
    if (now() >= give_up_at) {
      tried.outcome = delivery_outcome::failed;
      context_.log.warn("webhook={} event={} given up after {} attempts: {}", hook_.id, what.id.to_string(),
        tried.attempts, said.status == 0 ? said.error : "answered " + std::to_string(said.status));
      lanes_.finished(campaign);
    } else {
      const auto delay = retry_delay(settings_.retry, lanes_.attempts(campaign) + 1, asked_for, context_.random);
      tried.next_attempt_at = std::min(now() + delay, give_up_at);
      lanes_.failed(campaign, *tried.next_attempt_at);
    }
    // A receiver that fails gets less at once, and then a rest; a message that nobody wants holds up its campaign
    // alone.
    allowed_ = std::max<std::size_t>(1, allowed_ / 2);
    if (campaign != last_refused_) {
      last_refused_ = campaign;
      ++refused_in_a_row_;
    }
    if (refused_in_a_row_ >= failures_of_receiver) {
      pause_ = std::clamp(2 * pause_, settings_.retry.first, settings_.longest_pause);
      pause_until_ = now() + pause_;
    }
    if (said.status == 429 || said.status == 503)
      pause_until_ = std::max(pause_until_, now() + std::min(asked_for, settings_.longest_pause));
  }

  void reached() {
    allowed_ = std::min(settings_.parallel, allowed_ + 1);
    last_refused_ = 0;
    refused_in_a_row_ = 0;
    pause_ = milliseconds{0};
    pause_until_ = {};
  }

  void disable() {
    hook_.disabled_at = now();
    context_.log.warn("webhook={} disabled: its receiver answered 410", hook_.id);
    log_.give_up_all("the webhook was disabled");
    stop_all();
    tell_desk();
    save();
    go_on();
  }

  /// Forgets what is under way and what is owed.
  void stop_all() {
    lanes_.clear();
    under_way_.clear();
    waiting_.reset();
    reading_ = false;
    ++epoch_;
  }

  void replay(const courier_replay& r) {
    ++epoch_;
    reading_ = false;
    waiting_.reset();
    behind_ = true;
    next_read_ = now();
    main_ = r.from;
    replayed_at_ = now();
    reached();
    if (std::exchange(hook_.disabled_at, std::nullopt)) {
      allowed_ = settings_.parallel;
      tell_desk();
    }
    // The lanes stay: what is owed from before that place is still owed.
    answer_next_save_.push_back(r.done);
    save();
    go_on();
  }

  void tell_desk() {
    if (auto desk = caf::actor_cast<caf::actor>(desk_))
      caf::anon_send(desk, webhook_changed{std::make_shared<const webhook>(hook_)});
  }

  // -- the store -----------------------------------------------------------------------------------------------------

  void save_within(milliseconds time) {
    const auto due = now() + time;
    save_due_ = save_due_ ? std::min(*save_due_, due) : due;
  }

  /// Writes what it stands at, or takes it away; one write at a time.
  void save() {
    if (saving_) {
      save_due_ = save_due_.value_or(now());
      return;
    }
    saving_ = true;
    save_due_.reset();
    auto changes = std::make_shared<std::vector<record_change>>();
    auto& own = changes->emplace_back();
    own.where = persistence::table::webhook;
    own.key = persistence::webhook_key_of(hook_.workspace, hook_.id);
    erasing_ = removing_.has_value();
    if (erasing_) {
      log_.erase(*changes);
    } else {
      encode(persistence::webhook_row{hook_, main_.commit, main_.index, main_.sub, lanes_.rows(), replayed_at_,
               log_.next_number()},
        own.value.emplace());
      log_.save(*changes);
      answer_saved_ = std::exchange(answer_next_save_, {});
    }
    caf::anon_send(writer_, change_request{std::move(changes), reply_once<void>{to_self([](auto outcome) {
                                             return courier_saved{
                                               std::make_shared<const result<void>>(std::move(outcome))};
                                           })}});
  }

  void saved(const result<void>& outcome) {
    saving_ = false;
    if (erasing_) {
      (*std::exchange(removing_, std::nullopt))(outcome);
      if (outcome)
        return quit();
      // It stays, and goes on.
      save_within(settings_.save);
      return go_on();
    }
    for (const auto& owed : std::exchange(answer_saved_, {})) {
      if (outcome)
        owed(hook_);
      else
        owed(outcome.error());
    }
    if (outcome) {
      log_.stored();
    } else {
      log_.not_stored();
      save_within(settings_.retry.first);
      if (draining_) { // at the next start some is delivered a second time
        (*std::exchange(draining_, std::nullopt))(boost::system::in_place_value);
        return quit();
      }
    }
    if (removing_ || !answer_next_save_.empty())
      save();
    go_on();
  }

  engine_context& context_;
  const webhook_settings& settings_;
  writer_actor writer_;
  feed_actor feed_;
  caf::actor_addr desk_;
  webhook hook_;
  feed_position main_; ///< read up to here; what is not delivered of it is in the lanes
  std::optional<time_point> replayed_at_;
  delivery_log log_;
  delivery_lanes lanes_;

  // reading
  std::uint64_t epoch_ = 0; ///< goes up when what is being read is void
  bool behind_ = true;      ///< there may be more to read
  bool reading_ = false;
  time_point next_read_{};
  std::shared_ptr<void> waiting_;

  // sending
  std::uint64_t serials_ = 0;
  std::unordered_map<std::uint64_t, sent_message> under_way_;
  std::size_t allowed_; ///< at a time
  campaign_no last_refused_ = 0;
  unsigned refused_in_a_row_ = 0;
  milliseconds pause_{0};
  time_point pause_until_{};

  // saving
  bool saving_ = false;
  bool erasing_ = false; ///< what is being saved is its end
  std::optional<time_point> save_due_;
  std::vector<reply_once<webhook>> answer_next_save_;
  std::vector<reply_once<webhook>> answer_saved_;
  std::optional<reply_once<void>> removing_;
  std::optional<reply_once<void>> draining_;
  time_point drain_until_{};
  bool drain_saved_ = false;
  std::optional<time_point> armed_;
};

} // namespace

courier_actor spawn_courier(caf::actor_system& system, engine_context& context, writer_actor writer, feed_actor feed,
  caf::actor_addr desk, persistence::webhook_row row) {
  return system.spawn<courier>(&context, std::move(writer), std::move(feed), std::move(desk), std::move(row));
}

} // namespace redial::actors
