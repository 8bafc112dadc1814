/// A day's callers: campaigns are created, started, looked at, paused, resumed, added to, cut and stopped, all of it
/// mixed. Made out of a seed; what it does next depends on the answers only through the campaigns that it knows of.
#pragma once

#include "bench/load/open_loop.hpp"

#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <vector>

namespace redial::bench {

/// How often what is asked for, as weights.
struct mix_weights {
  double create = 1;
  double get = 60;
  double list = 8;
  double calls = 4;
  double contacts = 4;
  double pause = 2; ///< each is followed by a resume
  double add = 1;
  double remove = 3;
  double stop = 0;
};

struct mix_shape {
  mix_weights weights{};
  std::uint64_t contacts = 50; ///< of each campaign
  int retry_interval_minutes = 240;
  std::size_t known = 200; ///< campaigns that are asked about: the latest so many
};

class mix {
public:
  mix(mix_shape shape, std::uint64_t seed);

  /// For `open_loop::run`; `follow` must stay valid while requests are made.
  ask make(std::uint64_t n);
  void told(const ask& asked, unsigned status, const std::string& body, open_loop& callers);

  /// @returns how many campaigns have been created.
  std::uint64_t created() const noexcept { return created_; }

private:
  struct campaign {
    std::uint64_t number = 0; ///< in the order of creation, from 0: decides its phones
    std::string path;
    bool asked = false; ///< an action on it is under way
  };
  ask create();
  campaign* find(std::uint64_t number);
  campaign& any() { return known_[random_() % known_.size()]; }

  mix_shape shape_;
  std::mt19937_64 random_;
  std::discrete_distribution<int> choose_;
  std::deque<campaign> known_;
  std::uint64_t made_ = 0;
  std::uint64_t created_ = 0;
};

} // namespace redial::bench
