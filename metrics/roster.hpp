/// Who lives in the engine, what each actor is doing, and how busy it is. Read without asking any of them: an actor
/// that hangs is shown hanging, and a million questions cost the actors nothing.
#pragma once

#include "domain/time.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace redial::metrics {

enum class actor_kind : std::uint8_t {
  registry,
  campaign,
  store_writer,
  line_pool,
  front,
  reader,
  feed_reader,
  webhook_desk,
  courier,
  upload,
  addition,
  exporter,
  one_off,
  answer_sweep,
  dnc_keeper,
};
inline constexpr std::array all_actor_kinds{actor_kind::registry, actor_kind::campaign, actor_kind::store_writer,
  actor_kind::line_pool, actor_kind::front, actor_kind::reader, actor_kind::feed_reader, actor_kind::webhook_desk,
  actor_kind::courier, actor_kind::upload, actor_kind::addition, actor_kind::exporter, actor_kind::one_off,
  actor_kind::answer_sweep, actor_kind::dnc_keeper};
inline constexpr std::size_t actor_kinds = all_actor_kinds.size();

std::string_view to_string(actor_kind kind) noexcept;
std::optional<actor_kind> parse_actor_kind(std::string_view text) noexcept;

/// @returns who starts actors of this kind, and hears of their end; nullopt: the engine itself.
std::optional<actor_kind> parent_of(actor_kind kind) noexcept;

enum class actor_activity : std::uint8_t {
  idle,  ///< no mail
  ready, ///< mail, and waiting for a thread
  busy,  ///< at work
  slow,  ///< at work on one thing for over a second
};
std::string_view to_string(actor_activity activity) noexcept;

/// What one actor shows of itself. Its owner writes (one thread at a time), senders count their mail, anyone reads.
class actor_record {
public:
  using steady_point = std::chrono::steady_clock::time_point;
  /// So long at one thing is slow.
  static constexpr std::chrono::milliseconds slow_after{1000};

  /// @param id says which one among its kind; empty where there is only one
  actor_record(actor_kind kind, std::string id, std::uint32_t restarts = 0)
    : kind_{kind}, id_{std::move(id)}, restarts_{restarts} {}
  actor_record(const actor_record&) = delete;
  actor_record& operator=(const actor_record&) = delete;

  actor_kind kind() const noexcept { return kind_; }
  const std::string& id() const noexcept { return id_; }
  std::uint32_t restarts() const noexcept { return restarts_; }
  steady_point born() const noexcept { return born_; }

  // by senders
  void received() noexcept { received_.fetch_add(1, std::memory_order_relaxed); }

  // by the owner
  void begin_turn() noexcept { since_.store(ticks(), std::memory_order_relaxed); }
  void end_turn(std::int64_t began) noexcept;
  /// Takes one message up. @param stamp whether to note when: for actors whose turns are long
  void take_up(bool stamp) noexcept {
    handled_.store(handled_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    if (stamp)
      took_up_.store(ticks(), std::memory_order_relaxed);
  }
  std::int64_t turn_began() const noexcept { return since_.load(std::memory_order_relaxed); }
  /// Remembers why it is about to die. @param own whether by a fault of its own
  void note_failure(std::string why, bool own = true);
  /// @returns what `note_failure` was told last, empty where nothing.
  std::string failure() const;
  /// @returns false where the last failure was somebody else's.
  bool own_failure() const;

  /// What it has in hand, in figures that mean something for its kind.
  struct load_figures {
    std::uint64_t ready = 0;   ///< campaign: retries that are due; courier: messages that it holds
    std::uint64_t waiting = 0; ///< campaign: contacts that wait without an actor; courier: commits that it is behind
    std::uint64_t live = 0;    ///< campaign: contacts with an actor; courier: attempts under way
  };
  void show(const load_figures& load) noexcept {
    ready_.store(load.ready, std::memory_order_relaxed);
    waiting_.store(load.waiting, std::memory_order_relaxed);
    live_.store(load.live, std::memory_order_relaxed);
  }

  // by anyone
  load_figures load() const noexcept {
    return {ready_.load(std::memory_order_relaxed), waiting_.load(std::memory_order_relaxed),
      live_.load(std::memory_order_relaxed)};
  }
  std::uint64_t handled() const noexcept { return handled_.load(std::memory_order_relaxed); }
  /// @returns how many messages wait, the one at work included.
  std::uint64_t mailbox() const noexcept;
  /// @returns for how long it has been at work since it was born.
  std::chrono::nanoseconds busy() const noexcept;
  actor_activity activity() const noexcept;

private:
  static std::int64_t ticks() noexcept { return std::chrono::steady_clock::now().time_since_epoch().count(); }

  const actor_kind kind_;
  const std::string id_;
  const std::uint32_t restarts_;
  const steady_point born_ = std::chrono::steady_clock::now();
  std::atomic<std::uint64_t> received_{0};
  std::atomic<std::uint64_t> handled_{0};
  std::atomic<std::int64_t> busy_{0};    ///< ns, of turns that are over
  std::atomic<std::int64_t> since_{0};   ///< when the turn under way began; 0: there is none
  std::atomic<std::int64_t> took_up_{0}; ///< when the message at work was taken up, where that is noted
  std::atomic<std::uint64_t> ready_{0};
  std::atomic<std::uint64_t> waiting_{0};
  std::atomic<std::uint64_t> live_{0};
  mutable std::mutex mutex_;
  std::string failure_;
  bool own_failure_ = true;
};
using actor_record_ptr = std::shared_ptr<actor_record>;

struct roster_filter {
  std::optional<actor_kind> kind;
  std::optional<actor_activity> activity;
  std::uint64_t offset = 0;
  std::size_t limit = 20;
};

struct roster_page {
  std::vector<actor_record_ptr> actors; ///< the eldest first
  std::uint64_t total = 0;              ///< how many match the filter
};

/// All actors that live, but for contacts: those are in their campaign's keeping. Thread-safe.
class roster {
public:
  /// One actor's place; given up with it.
  class place {
  public:
    place() = default;
    place(roster& in, actor_record_ptr record);
    ~place() { give_up(); }
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    void give_up() noexcept;

  private:
    roster* in_ = nullptr;
    std::uint64_t number_ = 0;
  };

  roster_page list(const roster_filter& filter) const;

  /// @returns the eldest that lives of this kind and id; null where there is none.
  actor_record_ptr find(actor_kind kind, std::string_view id) const;

  /// What all of a kind come to together; those that are gone count for what they handled.
  struct totals {
    std::uint64_t live = 0;
    std::uint64_t mailbox = 0;
    std::uint64_t longest_mailbox = 0;
    std::uint64_t handled = 0;
    std::chrono::nanoseconds busy{0};
    std::uint64_t slow = 0;
    actor_record::load_figures load; ///< of those that live
  };
  totals sum(actor_kind kind) const;

  /// What became of an actor that died.
  struct casualty {
    unsigned deaths = 0;   ///< in a row
    std::string why;       ///< of the last one
    time_point at{};       ///< of the last one
    bool given_up = false; ///< it is started again only for a command of a caller
    time_point again_at{}; ///< otherwise when it is started again
  };
  /// Puts on record that a campaign's actor died. Kept until `forget`.
  void note(std::string_view campaign, casualty what);
  void forget(std::string_view campaign);
  std::optional<casualty> casualty_of(std::string_view campaign) const;
  /// @returns how many actors have died since the start, of a kind.
  std::uint64_t deaths(actor_kind kind) const noexcept {
    return deaths_[static_cast<std::size_t>(kind)].load(std::memory_order_relaxed);
  }
  /// The same of contacts, which stand in no roster.
  std::uint64_t contact_deaths() const noexcept { return contact_deaths_.load(std::memory_order_relaxed); }
  void count_contact_death() noexcept { contact_deaths_.fetch_add(1, std::memory_order_relaxed); }
  void count_death(actor_kind kind) noexcept {
    deaths_[static_cast<std::size_t>(kind)].fetch_add(1, std::memory_order_relaxed);
  }

private:
  mutable std::mutex mutex_;
  std::uint64_t next_ = 1;
  std::map<std::uint64_t, actor_record_ptr> live_;
  struct gone_figures {
    std::uint64_t handled = 0;
    std::chrono::nanoseconds busy{0};
  };
  gone_figures gone_[actor_kinds];
  std::map<std::string, casualty, std::less<>> casualties_;
  std::atomic<std::uint64_t> contact_deaths_{0};
  std::atomic<std::uint64_t> deaths_[actor_kinds] = {};
};

} // namespace redial::metrics
