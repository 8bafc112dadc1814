/// An engine on a disk that fails, and does not tell the truth about it.
#pragma once

#include "persistence/engine.hpp"

#include <memory>
#include <utility>

namespace redial::persistence::test {

/// Passes everything on to the engine below, but for writes that it was told to fail.
class lying_engine final : public engine {
public:
  enum class lie : std::uint8_t {
    none,
    fails,            ///< the next write is not stored, and said to have failed
    fails_but_writes, ///< the next write is stored, and said to have failed
  };

  explicit lying_engine(std::shared_ptr<engine> below) : below_{std::move(below)} {}

  std::unique_ptr<batch> new_batch() override { return below_->new_batch(); }
  result<void> write(batch& changes, bool sync) override {
    const auto now = std::exchange(next, lie::none);
    if (broken || now == lie::fails)
      return problem{error_code::storage_failed, "the disk is full", {}};
    ++writes;
    auto done = below_->write(changes, sync);
    if (now == lie::fails_but_writes)
      return problem{error_code::storage_failed, "the disk did not answer", {}};
    return done;
  }
  result<std::optional<std::string>> get(table where, std::string_view key) const override {
    return below_->get(where, key);
  }
  result<void> scan(table where, std::string_view from, std::string_view to,
    const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    return below_->scan(where, from, to, visit);
  }
  result<std::optional<std::pair<std::string, std::string>>> last_at_most(
    table where, std::string_view key, std::string_view floor) const override {
    return below_->last_at_most(where, key, floor);
  }
  result<std::unique_ptr<reader>> snapshot() const override { return below_->snapshot(); }

  lie next = lie::none;
  bool broken = false; ///< every write fails
  int writes = 0;      ///< that reached the engine below

private:
  std::shared_ptr<engine> below_;
};

} // namespace redial::persistence::test
