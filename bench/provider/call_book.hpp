/// Every call the provider ever placed, in memory as in its ledger: what guarantees one call under one attempt id.
#pragma once

#include "bench/provider/ledger.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace redial::provider {

/// What a POST /calls asks for.
struct call_order {
  call_id attempt_id;
  phone to;
  std::uint8_t attempt = 1;
  std::string campaign; ///< its id, without spaces
  std::uint16_t ring_timeout_s = 30;
  std::uint16_t max_duration_s = 600;
  std::string callback_url; ///< without spaces
};

/// A call, in progress or over: 48 bytes, and 40 more to find it by its attempt id.
struct known_call {
  call_id attempt_id;
  phone to;
  std::int64_t placed_ms = 0;
  std::int64_t cancelled_ms = 0; ///< 0: it was not
  std::uint16_t ring_timeout_s = 0;
  std::uint16_t max_duration_s = 0;
  std::uint16_t url = 0;
  std::uint8_t attempt = 1;
  bool ended : 1 = false; ///< its end stands in the ledger
  bool told : 1 = false;  ///< nothing is left to be called back
};

/// Not thread-safe.
class call_book {
public:
  /// Reads what `ledger` holds and goes on in it. @throws std::runtime_error, std::system_error.
  explicit call_book(const std::filesystem::path& ledger);

  struct placement {
    std::uint64_t number = 0;
    bool fresh = false; ///< placed just now; otherwise it was before, under the same attempt id
  };
  /// Places a call, unless its id is fenced: then nullopt. It is in the ledger when this returns.
  /// @throws std::system_error where the ledger cannot be written; nothing was placed then.
  std::optional<placement> place(const call_order& order);

  /// @returns the number of the call placed under `id`.
  std::optional<std::uint64_t> find(call_id id) const;
  /// Makes sure that nothing is ever placed under `id`, which must not have been placed.
  void fence(call_id id);
  void refuse(const call_order& order, unsigned status);
  /// @returns whether there was something left to cancel.
  bool cancel(std::uint64_t number);
  void note_end(std::uint64_t number, call_outcome outcome);
  void note_told(std::uint64_t number);
  /// Hands to the kernel what may be forgotten: ends, and what was told.
  void flush() { writer_.flush(); }

  std::uint64_t size() const noexcept { return calls_.size(); }
  /// @param number from 1 to `size()`
  const known_call& at(std::uint64_t number) const { return calls_.at(number - 1); }
  const std::string& url(const known_call& call) const { return urls_.at(call.url); }
  std::size_t fenced() const noexcept { return fenced_.size(); }

private:
  struct loader;
  known_call& call(std::uint64_t number) { return calls_.at(number - 1); }
  std::uint16_t index_of(const std::string& url);

  ledger_writer writer_;
  std::vector<known_call> calls_;
  std::unordered_map<call_id, std::uint32_t> by_id_;
  std::unordered_set<call_id> fenced_;
  std::vector<std::string> urls_;
  std::map<std::string, std::uint16_t> url_index_;
};

/// @returns the id that callers see of call `number`, and back; nullopt where it cannot be one.
std::string shown_id(std::uint64_t number);
std::optional<std::uint64_t> parse_shown_id(std::string_view text);

} // namespace redial::provider
