/// The running engine: all actors, and the service they give to the HTTP room.
#pragma once

#include "actors/context.hpp"
#include "actors/feed_reader.hpp"
#include "actors/front.hpp"
#include "actors/messages.hpp"
#include "actors/webhook_desk.hpp"

#include <atomic>
#include <future>

namespace redial::actors {

/// Spawns the actors on construction and ends them on destruction. Thread-safe, but for construction, destruction,
/// `recover` and `drain`, which belong to the thread that owns it.
class engine final : public service, public ops_service {
public:
  /// @param system and @param context must outlive the engine.
  engine(caf::actor_system& system, engine_context& context);
  ~engine() override;
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  /// Brings the campaigns of the store back to life; `not_ready` is nullopt from then on.
  /// @returns a future that is ready when all of them are.
  std::future<void> recover();

  /// Takes no further command, dials nobody and begins no delivery any more. @returns a future that is ready when no
  /// call is in progress and everything decided, and up to where webhooks were told, is committed.
  std::future<void> drain();

  /// @returns who writes the store, for those that keep records.
  const writer_actor& writer() const noexcept { return writer_; }

  campaign_view_ptr find(std::string_view workspace, const campaign_id& id) const override;
  campaign_page list(const campaign_filter& filter) const override;
  result<key_claim> claim_key(const std::string& key) override;
  result<std::unique_ptr<campaign_upload>> begin_upload(caller from) override;
  result<std::unique_ptr<contact_addition>> begin_addition(caller from, const campaign_id& id) override;
  void act(const caller& from, const campaign_id& id, campaign_action action, reply<campaign_view_ptr> done) override;
  void remove_contacts(
    const caller& from, const campaign_id& id, std::vector<phone> phones, reply<removal_summary> done) override;
  void list_contacts(const caller& from, const campaign_id& id, std::optional<contact_status> status,
    std::uint64_t offset, std::size_t limit, reply<contact_page> done) override;
  void find_contact(const caller& from, const campaign_id& id, phone number, reply<contact_detail> done) override;
  void add_dnc(
    const caller& from, std::vector<dnc_entry> entries, answer_note<dnc_added> note, reply<dnc_added> done) override;
  void clear_dnc(const caller& from, reply<void> done) override;
  void remove_dnc(const caller& from, std::vector<phone> phones, reply<dnc_removed> done) override;
  void list_dnc(const caller& from, std::uint64_t offset, std::size_t limit, reply<dnc_page> done) override;
  void find_dnc(const caller& from, phone number, reply<dnc_entry> done) override;
  feed_service* feed() noexcept override { return &feed_; }
  result<std::unique_ptr<contact_export>> begin_export(const caller& from, const campaign_id& id) override;
  webhook_service* webhooks() noexcept override { return webhooks_ ? &*webhooks_ : nullptr; }
  void explain_contact(const caller& from, const campaign_id& id, phone number, reply<explained_contact> done) override;
  void list_calls(const caller& from, const std::optional<campaign_id>& id, const call_filter& filter,
    reply<call_page> done) override;
  void find_call(const caller& from, call_id id, reply<call_detail> done) override;
  void find_phone(
    const caller& from, phone number, std::uint64_t offset, std::size_t limit, reply<phone_history> done) override;
  void start_call(
    const caller& from, one_off_call call, answer_note<call_detail> note, reply<call_detail> done) override;
  std::optional<std::string> not_ready() const override;
  std::optional<std::string> not_serving() const override;
  ops_service* ops() noexcept override { return this; }
  const roster& who() const noexcept override { return context_.who; }
  campaign_view_ptr campaign(const campaign_id& id) const override { return context_.board.find(id); }
  std::vector<campaign_view_ptr> campaigns() const override { return context_.board.all(); }
  void inspect(const campaign_id& id, std::uint64_t offset, std::size_t limit, reply<campaign_insight> done) override;
  line_figures lines() const override { return context_.lines.read(); }
  line_limits limits() const override { return context_.settings.lines; }
  std::vector<bounded_count> under_way() const override;
  store_figures store() const override;
  std::vector<prometheus::MetricFamily> metrics() const override;

private:
  /// Entries of do-not-call lists under way: no more than a few of the largest requests are held in memory at once.
  static constexpr std::size_t max_pending_dnc_entries = 5 * max_dnc_request;
  enum class phase : std::uint8_t { starting, serving, stopping };
  std::vector<caf::actor> singles() const;
  void watch_singles();
  std::optional<problem> closed() const;
  std::optional<problem> unreadable() const;
  result<std::shared_ptr<void>> count_dnc(std::size_t entries);
  std::optional<problem> open_upload();

  caf::actor_system& system_;
  engine_context& context_;
  std::atomic<phase> phase_{phase::starting};
  writer_actor writer_;
  line_pool_actor lines_;
  readers readers_;
  feed_actor feed_reader_;
  actors::feed feed_;
  registry_actor registry_;
  front_actor front_;
  sweep_actor sweep_;
  dnc_keeper_actor dnc_keeper_;
  webhook_desk_actor desk_; ///< null where there is no sender
  std::optional<webhook_front> webhooks_;
};

} // namespace redial::actors
