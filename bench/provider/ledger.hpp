/// The provider's ledger: one line of text a fact, handed to the kernel before anybody hears of the fact, so that a
/// kill -9 of the provider forgets nothing.
#pragma once

#include "domain/contact.hpp"
#include "domain/ids.hpp"
#include "domain/phone.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace redial::provider {

/// When something happened, on two clocks: one that never jumps and that all processes of the machine share
/// (CLOCK_BOOTTIME, nanoseconds), and the system's (milliseconds since the Unix epoch).
struct stamp {
  std::int64_t boot_ns = 0;
  std::int64_t wall_ms = 0;

  friend bool operator==(const stamp&, const stamp&) = default;
};
stamp stamp_now();

/// Gives a callback URL a number, so that lines need not repeat it. Without spaces.
struct url_fact {
  std::uint16_t index = 0;
  std::string url;
  friend bool operator==(const url_fact&, const url_fact&) = default;
};

/// A phone rings from now on.
struct placed_fact {
  std::uint64_t number = 0; ///< of the call, from 1, in order, without gaps
  call_id attempt_id;
  phone to;
  std::uint8_t attempt = 1;
  std::string campaign; ///< its id, without spaces
  stamp at;
  std::uint16_t ring_timeout_s = 0;
  std::uint16_t max_duration_s = 0;
  std::uint16_t url = 0;
  friend bool operator==(const placed_fact&, const placed_fact&) = default;
};

/// A look-up was answered "never heard of it": nothing will ever be placed under this id.
struct fenced_fact {
  call_id attempt_id;
  stamp at;
  friend bool operator==(const fenced_fact&, const fenced_fact&) = default;
};

/// A call was turned down with this status.
struct refused_fact {
  call_id attempt_id;
  phone to;
  std::uint8_t attempt = 1;
  std::string campaign;
  unsigned status = 0;
  stamp at;
  friend bool operator==(const refused_fact&, const refused_fact&) = default;
};

/// The caller cancelled a call before its end.
struct cancelled_fact {
  std::uint64_t number = 0;
  stamp at;
  friend bool operator==(const cancelled_fact&, const cancelled_fact&) = default;
};

struct ended_fact {
  std::uint64_t number = 0;
  call_outcome outcome{};
  stamp at;
  friend bool operator==(const ended_fact&, const ended_fact&) = default;
};

/// All callbacks of a call have been taken, or given up.
struct told_fact {
  std::uint64_t number = 0;
  friend bool operator==(const told_fact&, const told_fact&) = default;
};

using fact = std::variant<url_fact, placed_fact, fenced_fact, refused_fact, cancelled_fact, ended_fact, told_fact>;

/// @returns the line of `what`, with its newline.
std::string to_line(const fact& what);
/// @returns the fact in a line without its newline, or nullopt if it is none.
std::optional<fact> parse_line(std::string_view line);

/// Reads a ledger from its first line to its last whole one: what follows the last newline was being written when its
/// writer was killed, and nobody has heard of it.
/// @returns the length of all whole lines in bytes; 0 where there is no such file.
/// @throws std::runtime_error naming the line that makes no sense.
std::uint64_t read_ledger(const std::filesystem::path& file, const std::function<void(const fact&)>& take);

/// Appends to a ledger. One at a time may have a file open. Not thread-safe.
class ledger_writer {
public:
  /// Goes on in `file`, or begins it. @throws std::system_error, also where another process has it open.
  explicit ledger_writer(const std::filesystem::path& file);
  ~ledger_writer();
  ledger_writer(const ledger_writer&) = delete;
  ledger_writer& operator=(const ledger_writer&) = delete;

  /// Cuts off all behind the first `bytes`: a line that never became whole.
  void cut(std::uint64_t bytes);

  /// Hands a fact to the kernel, and those put off before it. @throws std::system_error; then it is not in the ledger.
  void append(const fact& what);
  /// Keeps a fact for the next `append` or `flush`: one that may be forgotten by a kill.
  void put_off(const fact& what) { waiting_ += to_line(what); }
  void flush();

private:
  void write_waiting();
  int file_ = -1;
  std::uint64_t size_ = 0;
  std::string waiting_;
};

} // namespace redial::provider
