#include "bench/watch.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

namespace redial::bench {

namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// @returns processor seconds of this process and of its children that have been waited for.
double own_processor_time() {
  double sum = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage use{};
    getrusage(who, &use);
    sum += seconds_of(use.ru_utime) + seconds_of(use.ru_stime);
  }
  return sum;
}

/// @returns processor seconds that all processes have used since the machine started, and those the host took away.
double machine_processor_time() {
  std::ifstream in{"/proc/stat"};
  std::string name;
  double user = 0, nice = 0, system = 0, idle = 0, io_wait = 0, irq = 0, soft_irq = 0, steal = 0;
  in >> name >> user >> nice >> system >> idle >> io_wait >> irq >> soft_irq >> steal;
  return (user + nice + system + irq + soft_irq + steal) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::string busiest(
  const std::map<std::string, double>& before, const std::map<std::string, double>& after, double wall) {
  std::vector<std::pair<double, std::string>> shares;
  for (const auto& [thread, used] : after) {
    const auto found = before.find(thread);
    const auto share = (used - (found == before.end() ? 0 : found->second)) / wall * 100;
    if (share >= 1)
      shares.emplace_back(share, thread.substr(thread.find(' ') + 1));
  }
  std::sort(shares.rbegin(), shares.rend());
  std::ostringstream text;
  for (const auto& [share, name] : shares)
    text << (text.str().empty() ? "" : ", ") << name << ' ' << static_cast<int>(share + 0.5);
  return text.str();
}

} // namespace

watch::watch(pid_t server)
  : server_{server}, begin_{std::chrono::steady_clock::now()}, server_time_{time_of(server)},
    own_time_{own_processor_time()}, machine_time_{machine_processor_time()}, threads_{threads_of(server)} {}

lap watch::read() const {
  lap now;
  now.wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  const auto server = time_of(server_);
  now.server = {server.user - server_time_.user, server.system - server_time_.system};
  now.threads = busiest(threads_, threads_of(server_), now.wall);
  const auto known = now.server.total() + own_processor_time() - own_time_;
  now.others = std::max(0.0, (machine_processor_time() - machine_time_ - known) / now.wall);
  return now;
}

} // namespace redial::bench
