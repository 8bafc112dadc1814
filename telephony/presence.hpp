/// Who is inside: lets `shut_down` wait until nobody tells news any more.
#pragma once

#include <atomic>
#include <cstddef>

namespace redial::telephony {

/// The door of one object that tells listeners. Thread-safe.
class door {
public:
  /// @returns whether it has been closed: who sees this tells nothing more.
  bool closed() const noexcept { return closed_.load(); }

  /// Closes it and waits until all threads have left that came in before. May be called repeatedly, by several threads,
  /// and from within: a thread does not wait for itself.
  void close() noexcept;

private:
  friend class presence;
  std::atomic<std::size_t> inside_{0};
  std::atomic<bool> closed_{false};
};

/// While one exists, its thread is inside. Nests.
class presence {
public:
  explicit presence(door& of) noexcept;
  ~presence();
  presence(const presence&) = delete;
  presence& operator=(const presence&) = delete;

  /// @returns how many this thread has in `of`: more than one where a listener called back.
  static std::size_t of_this_thread(const door& of) noexcept;

private:
  static thread_local const presence* innermost;
  door& door_;
  const presence* outer_;
};

} // namespace redial::telephony
