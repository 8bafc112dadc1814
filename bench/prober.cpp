#include "bench/prober.hpp"

#include "bench/client.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <stdexcept>

namespace redial::bench {

using std::chrono::steady_clock;

prober::prober(std::uint16_t port, std::string path, double rate, unsigned connections) : askers_(connections) {
  const auto apart = std::chrono::duration_cast<steady_clock::duration>(std::chrono::duration<double>{1 / rate});
  const auto begin = steady_clock::now();
  for (unsigned n = 0; n < connections; ++n) {
    askers_[n].thread =
      std::thread{[this, port, path, connections, apart, first = begin + n * apart, &own = askers_[n]] {
        try {
          client http{port};
          for (auto due = first; !stop_; due += connections * apart) {
            std::this_thread::sleep_until(due);
            http.touch(path);
            own.took.push_back(std::chrono::duration<double, std::milli>{steady_clock::now() - due}.count());
          }
        } catch (const std::exception& e) {
          own.failed = e.what();
        }
      }};
  }
}

prober::~prober() {
  stop_ = true;
  for (auto& each : askers_) {
    if (each.thread.joinable())
      each.thread.join();
  }
}

std::vector<double> prober::stop() {
  stop_ = true;
  std::vector<double> all;
  for (auto& each : askers_) {
    each.thread.join();
    if (!each.failed.empty())
      throw std::runtime_error(each.failed);
    all.insert(all.end(), each.took.begin(), each.took.end());
  }
  std::sort(all.begin(), all.end());
  return all;
}

double quantile(const std::vector<double>& sorted, double share) {
  const auto index = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::clamp<std::size_t>(index, 1, sorted.size()) - 1];
}

} // namespace redial::bench
