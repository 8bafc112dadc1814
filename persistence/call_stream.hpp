/// The calls of one campaign, the latest first, read from an index as far as somebody asks.
#pragma once

#include "persistence/call_index.hpp"

#include <optional>
#include <vector>

namespace redial::persistence {

/// Reads nothing before the first call is asked for, then a few index rows at a time, twice as many each time: a list
/// of many campaigns takes a few calls of most, and many of few. Not thread-safe.
class call_stream {
public:
  /// @param data outlives the stream.
  call_stream(const reader& data, index_range range) : data_{&data}, range_{std::move(range)} {}

  /// @returns the call at the front, or nullopt at the end.
  result<std::optional<indexed_call>> front();
  /// Takes it away. There is one.
  void pop() noexcept { ++at_; }

private:
  result<void> read_on();

  const reader* data_;
  index_range range_;
  std::vector<indexed_call> read_;
  std::size_t at_ = 0;
  std::size_t part_ = 8;
  bool ended_ = false;
};

} // namespace redial::persistence
