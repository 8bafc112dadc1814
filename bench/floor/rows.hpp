/// The rows that the attempts of a campaign write, made beforehand: what is left for a measurement is to store them.
#pragma once

#include "bench/samples.hpp"
#include "persistence/engine.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace redial::bench {

/// All attempts of a campaign with the workload "peers", in the order in which a campaign without waits would make
/// them: everybody once, then those who were not reached, and again. Rows are exactly those of `persistence::project`.
class attempt_rows {
public:
  explicit attempt_rows(std::uint64_t contacts);

  std::uint64_t attempts() const noexcept { return starts_.size() - 1; }
  std::uint64_t events() const noexcept { return events_; }
  std::uint64_t bytes() const noexcept { return arena_.size(); }
  std::uint64_t rows() const noexcept { return rows_.size(); }

  /// Puts the rows of the starts of attempts [from, to) into `changes`, and appends what the journal has of them.
  void put_starts(std::uint64_t from, std::uint64_t to, persistence::batch& changes, std::string& journal) const {
    put(starts_[from], starts_[to], changes, journal);
  }
  /// The same for all that follows the starts, to the ends of these attempts.
  void put_ends(std::uint64_t from, std::uint64_t to, persistence::batch& changes, std::string& journal) const {
    put(ends_[from], ends_[to], changes, journal);
  }
  /// Puts the rows that each commit has besides: of the journal, the commit log and the campaign.
  void put_commit(
    std::uint64_t number, std::uint64_t first_seq, const std::string& journal, persistence::batch& changes) const;

private:
  attempt_rows() = default;
  struct row {
    persistence::table where;
    std::uint32_t key = 0; ///< sizes; the bytes follow each other in the arena
    std::uint32_t value = 0;
    std::uint64_t at = 0;
  };
  /// Where the rows of an attempt begin, each kind in a run of its own.
  using run = std::uint64_t;
  class recorder;
  void put(run from, run to, persistence::batch& changes, std::string& journal) const;

  std::string arena_;
  std::vector<row> rows_;
  std::vector<run> starts_;
  std::vector<run> ends_;
  std::uint64_t events_ = 0;
  std::string head_;
};

} // namespace redial::bench
