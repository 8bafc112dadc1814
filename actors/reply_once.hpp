/// An answer that is owed: given once, and never forgotten.
#pragma once

#include "actors/service.hpp"

#include <atomic>
#include <memory>

namespace redial::actors {

/// Wraps the callback of a command. Copies share it. If the last copy goes without an answer having been given (an
/// actor died with the command in its mailbox), the caller is told `unavailable`: nobody waits for ever. Not
/// thread-safe; it travels from actor to actor.
template <class T>
class reply_once {
public:
  reply_once() = default;

  /// @param pending counts the answers owed, for the bound on them; may be null. Must outlive the reply.
  explicit reply_once(reply<T> callback, std::atomic<std::size_t>* pending = nullptr)
    : owed_{std::make_shared<owed>(std::move(callback), pending)} {}

  /// Gives the answer. The first one counts; further ones are dropped.
  void operator()(result<T> answer) const {
    if (owed_)
      owed_->give(std::move(answer));
  }

private:
  struct owed {
    owed(reply<T> f, std::atomic<std::size_t>* n) : callback{std::move(f)}, pending{n} {
      if (pending)
        pending->fetch_add(1, std::memory_order_relaxed);
    }
    owed(const owed&) = delete;
    owed& operator=(const owed&) = delete;
    ~owed() {
      if (callback)
        give(problem{error_code::unavailable, "the engine gave up on this command; its effect is not known", {}});
    }
    void give(result<T> answer) {
      if (!callback)
        return;
      auto run = std::move(callback);
      callback = nullptr;
      if (pending)
        pending->fetch_sub(1, std::memory_order_relaxed);
      run(std::move(answer));
    }
    reply<T> callback;
    std::atomic<std::size_t>* pending;
  };
  std::shared_ptr<owed> owed_;
};

/// Held by everybody who has something to do; when the last of them drops it, it is answered.
class when_all_are_done {
public:
  explicit when_all_are_done(reply_once<void> done) : done_{std::move(done)} {}
  ~when_all_are_done() { done_(boost::system::in_place_value); }
  when_all_are_done(const when_all_are_done&) = delete;
  when_all_are_done& operator=(const when_all_are_done&) = delete;

private:
  reply_once<void> done_;
};

} // namespace redial::actors
