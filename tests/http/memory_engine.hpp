/// The engine's interface over the rules of the domain, in memory and without calls: enough to test the HTTP room
/// alone.
#pragma once

#include "actors/service.hpp"
#include "tests/http/memory_feed.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

namespace redial::test {

/// A clock that stands still where it is put.
class fixed_clock final : public clock {
public:
  explicit fixed_clock(time_point at) : at_{at} {}
  time_point now() const noexcept override { return at_; }
  double speed() const noexcept override { return 1; }

private:
  time_point at_;
};

/// Numbers in a row for random ones: ids that a test can count on to differ.
class counting_random final : public random_source {
public:
  void fill(std::span<std::byte> out) override;

private:
  std::uint64_t next_ = 1;
};

/// Keeps campaigns in memory and changes them by `decide` and `evolve`. Answers come from a thread of its own, as the
/// real engine's do, or from within the call.
class memory_engine final : public actors::service {
public:
  enum class answers : std::uint8_t { from_a_thread, at_once };
  explicit memory_engine(const clock& time, answers how = answers::from_a_thread);
  ~memory_engine() override;

  campaign_view_ptr find(std::string_view workspace, const campaign_id& id) const override;
  actors::campaign_page list(const actors::campaign_filter& filter) const override;
  result<actors::key_claim> claim_key(const std::string& key) override;
  result<std::unique_ptr<actors::campaign_upload>> begin_upload(actors::caller from) override;
  result<std::unique_ptr<actors::contact_addition>> begin_addition(actors::caller from, const campaign_id& id) override;
  void act(const actors::caller& from, const campaign_id& id, campaign_action action,
    actors::reply<campaign_view_ptr> done) override;
  void remove_contacts(const actors::caller& from, const campaign_id& id, std::vector<phone> phones,
    actors::reply<actors::removal_summary> done) override;
  void list_contacts(const actors::caller& from, const campaign_id& id, std::optional<contact_status> status,
    std::uint64_t offset, std::size_t limit, actors::reply<contact_page> done) override;
  void find_contact(
    const actors::caller& from, const campaign_id& id, phone number, actors::reply<contact_detail> done) override;
  result<std::unique_ptr<actors::contact_export>> begin_export(
    const actors::caller& from, const campaign_id& id) override;
  void add_dnc(const actors::caller& from, std::vector<dnc_entry> entries, actors::answer_note<actors::dnc_added> note,
    actors::reply<actors::dnc_added> done) override;
  void clear_dnc(const actors::caller& from, actors::reply<void> done) override;
  void remove_dnc(
    const actors::caller& from, std::vector<phone> phones, actors::reply<actors::dnc_removed> done) override;
  void list_dnc(
    const actors::caller& from, std::uint64_t offset, std::size_t limit, actors::reply<actors::dnc_page> done) override;
  void find_dnc(const actors::caller& from, phone number, actors::reply<dnc_entry> done) override;
  actors::feed_service* feed() noexcept override { return &events; }
  void explain_contact(const actors::caller& from, const campaign_id& id, phone number,
    actors::reply<actors::explained_contact> done) override;
  void list_calls(const actors::caller& from, const std::optional<campaign_id>& id, const call_filter& filter,
    actors::reply<call_page> done) override;
  void find_call(const actors::caller& from, call_id id, actors::reply<call_detail> done) override;
  void find_phone(const actors::caller& from, phone number, std::uint64_t offset, std::size_t limit,
    actors::reply<phone_history> done) override;
  void start_call(const actors::caller& from, actors::one_off_call call, actors::answer_note<call_detail> note,
    actors::reply<call_detail> done) override;
  std::optional<std::string> not_ready() const override;

  std::atomic<std::size_t> clearings{0}; ///< how often it was asked whether calls are on their way

  memory_feed events{[this](std::function<void()> work) { answer_later(std::move(work)); }};

  // What tests ask and arrange; any thread.
  void set_not_ready(std::optional<std::string> why);
  /// While true no command is answered; what was held back is answered once it is false again.
  void hold_answers(bool hold);
  void refuse_uploads(bool refuse);
  /// From now on commands are dropped without an answer, as a dying engine might.
  void drop_commands(bool drop);
  std::size_t campaigns() const;
  /// The custom fields of the first contact that has this phone.
  std::string fields_of(phone number) const;
  /// Claims of idempotency keys that live.
  std::size_t keys_in_use() const;
  std::size_t open_uploads() const;
  /// How many contacts a stretch of an export has.
  void set_stretch(std::size_t contacts);
  /// From now on the next stretch but `after` of every export fails.
  void fail_exports(std::size_t after);
  std::size_t open_exports() const;
  /// How many stretches have been asked for, in all.
  std::size_t stretches() const;
  bool wait_for_open_exports(std::size_t count) const;
  std::size_t largest_chunk() const;
  /// Waits until there are `count` open uploads; false after ten seconds.
  bool wait_for_open_uploads(std::size_t count) const;
  /// Waits until `count` commands have come in and not been answered; false after ten seconds.
  bool wait_for_held(std::size_t count) const;
  /// Sets the moving part of a contact and its calls, as if it had been called.
  void place_contact(const campaign_id& id, phone number, contact_state state, std::vector<ended_call> calls);

private:
  struct campaign;
  class upload;
  class addition;
  template <class T>
  void keep(const actors::answer_note<T>& note, const T& outcome) { // the mutex is held
    if (note)
      given_[note.request->key] = {note.word(outcome), note.request->fingerprint};
  }
  class reading;
  std::vector<call_detail> calls_of(std::string_view workspace, const std::optional<campaign_id>& id) const;
  std::shared_ptr<campaign> own(std::string_view workspace, const campaign_id& id) const;
  void answer_later(std::function<void()> work);
  /// Answers with what `work` finds out while the mutex is held, and lets go of it first.
  template <class T, class Work>
  void answer(actors::reply<T> done, Work work) {
    answer_later([this, done = std::move(done), work = std::move(work)] {
      auto outcome = [&]() -> result<T> {
        std::lock_guard lock{mutex_};
        return work();
      }();
      done(std::move(outcome));
    });
  }
  static problem no_such_campaign() { return {error_code::not_found, "no such campaign", {}}; }
  void serve();

  const clock& time_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::map<campaign_id, std::shared_ptr<campaign>> campaigns_;
  std::map<workspace_name, std::map<phone, dnc_entry>> lists_;
  std::deque<std::function<void()>> answers_;
  std::map<std::string, actors::given_answer> given_;
  std::map<std::string, std::weak_ptr<const void>> held_keys_;
  counting_random random_;
  std::optional<std::string> not_ready_;
  std::size_t open_uploads_ = 0;
  std::size_t largest_chunk_ = 0;
  std::size_t open_exports_ = 0;
  std::size_t stretches_ = 0;
  std::size_t stretch_ = 100;
  std::optional<std::size_t> exports_fail_after_;
  bool hold_ = false;
  bool refuse_uploads_ = false;
  bool drop_ = false;
  bool stop_ = false;
  std::thread thread_; ///< none where answers are given at once
};

} // namespace redial::test
