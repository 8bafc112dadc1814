// From any reachable state, random commands and reports never break a campaign.
#include "tests/domain/campaign_driver.hpp"

#include <catch2/catch.hpp>

using namespace redial;

TEST_CASE("random commands never break a campaign") {
  sample::campaign_driver::coverage all;
  for (std::uint64_t seed = 1; seed <= 4000; ++seed) {
    sample::campaign_driver driver{seed};
    int step = 0;
    std::string fault;
    while (fault.empty() && step < 400) {
      ++step;
      fault = driver.step();
    }
    if (fault.empty())
      fault = driver.replay();
    if (!fault.empty()) {
      CAPTURE(seed, step);
      FAIL(fault);
    }
    const auto& c = driver.covered();
    all.events += c.events;
    all.refusals += c.refusals;
    all.answers += c.answers;
    all.late_ends += c.late_ends;
    all.retries += c.retries;
    all.removals += c.removals;
    all.cancelled += c.cancelled;
    all.completions += c.completions;
    all.dispositions += c.dispositions;
    all.overdue += c.overdue;
    all.taken_back += c.taken_back;
    all.listed_pending += c.listed_pending;
    all.listed_waiting += c.listed_waiting;
    all.lapsed += c.lapsed;
    all.asked_off += c.asked_off;
    all.joined += c.joined;
    for (auto [status, times] : c.finals)
      all.finals[status] += times;
  }
  // That nothing broke says little if little was tried.
  CHECK(all.events > 100'000);
  CHECK(all.refusals > 100'000);
  CHECK(all.answers > 5'000);
  CHECK(all.late_ends > 500);
  CHECK(all.retries > 5'000);
  CHECK(all.removals > 500);
  CHECK(all.cancelled > 500);
  CHECK(all.completions > 100);
  CHECK(all.dispositions > 500);
  CHECK(all.overdue > 40);
  CHECK(all.taken_back > 500);
  CHECK(all.listed_pending > 500);
  CHECK(all.listed_waiting > 500);
  CHECK(all.lapsed > 100);
  CHECK(all.asked_off > 500);
  CHECK(all.joined > 2'000);
  CHECK(all.finals[campaign_status::completed] > 500);
  CHECK(all.finals[campaign_status::stopped] > 500);
}
