/// Requests at instants that are fixed before anything is known of the answers, as callers come who know nothing of
/// each other. What a request takes is counted from when it was due: one that had to wait for a connection because
/// those before it were slow has waited all the same (no coordinated omission).
#pragma once

#include "bench/client.hpp"
#include "bench/histogram.hpp"

#include <boost/beast/http/verb.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace redial::bench {

/// One request. `kind` is its row in the table.
struct ask {
  std::string kind;
  boost::beast::http::verb verb = boost::beast::http::verb::get;
  std::string path;
  std::shared_ptr<const std::string> body{}; ///< JSON, or null
  std::uint64_t tag = 0;                     ///< whatever its maker wants to find again at the answer
};

/// What came of the requests of one kind.
struct tally {
  histogram took;                         ///< nanoseconds from due to the last byte of the answer
  std::map<unsigned, std::uint64_t> seen; ///< by status; 0: the connection broke, or no answer came in time
  std::uint64_t good() const;             ///< answered 2xx
};

/// What one run came to.
struct load_outcome {
  double seconds = 0; ///< from the first to the last instant at which a request was due
  std::map<std::string, tally> kinds;
  std::uint64_t refused() const; ///< requests of all kinds that were not answered 2xx
};

/// A caller in one thread with some connections, kept open.
class open_loop {
public:
  /// Makes the n-th request, n from 0; called when it is due. One with an empty path is left out.
  using source = std::function<ask(std::uint64_t n)>;
  /// Told of every answer; status 0 as in `tally`.
  using sink = std::function<void(const ask& asked, unsigned status, const std::string& body)>;

  open_loop(target server, unsigned connections);
  ~open_loop();
  open_loop(const open_loop&) = delete;
  open_loop& operator=(const open_loop&) = delete;

  /// Asks for `length`, `rate` times a second on average with exponential gaps (`seed` decides them), then waits for
  /// the last answers, ten seconds at most. @throws boost::system::system_error where nobody listens.
  load_outcome run(double rate, std::chrono::duration<double> length, std::uint64_t seed, source make, sink told = {});

  /// From within `told` or `make`: asks for this too, due now.
  void follow(ask also);

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace redial::bench
