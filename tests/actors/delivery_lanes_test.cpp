#include "actors/delivery_lanes.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <random>

using namespace redial;
using namespace redial::actors;

namespace {

constexpr time_point epoch{std::chrono::hours{24 * 365 * 55}};

feed_event_ptr event_of(campaign_no campaign, std::uint64_t seq, std::uint8_t sub = 0) {
  auto made = std::make_shared<feed_event>();
  made->id = {campaign, seq, sub};
  return made;
}

/// All that happened: one event after the other, of several campaigns; every third has two notices.
struct history {
  std::vector<feed_event_ptr> all;
  std::map<campaign_no, std::vector<feed_event_ptr>> by_campaign;

  history(std::mt19937& luck, std::size_t campaigns, std::size_t events) {
    std::map<campaign_no, std::uint64_t> last;
    for (std::size_t i = 0; i < events; ++i) {
      const campaign_no campaign = 1 + luck() % campaigns;
      const auto seq = last[campaign] += 1 + luck() % 3; // not every event is told
      for (std::uint8_t sub = 0; sub < (seq % 3 == 0 ? 2 : 1); ++sub) {
        all.push_back(event_of(campaign, seq, sub));
        by_campaign[campaign].push_back(all.back());
      }
    }
  }

  campaign_feed_page page(const lane_load& asked, std::size_t limit) const {
    campaign_feed_page page;
    for (const auto& e : by_campaign.at(asked.campaign)) {
      if (notice_place{e->id.seq, e->id.sub} <= asked.after || e->id.seq > asked.upto_seq)
        continue;
      if (page.events.size() == limit) {
        page.more = true;
        return page;
      }
      page.events.push_back(e);
    }
    page.read_seq = asked.upto_seq;
    return page;
  }
};

} // namespace

TEST_CASE("whatever is refused, read late or begun anew: each lane delivers all of its own, in order") {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    std::mt19937 luck{seed};
    const auto chance = [&](unsigned percent) { return luck() % 100 < percent; };
    const delivery_lanes::lane_limits limits{2 + luck() % 6, 1 + luck() % 12, 1 + luck() % 4};
    const history past{luck, 1 + luck() % 8, luck() % 400};
    const auto refusals = static_cast<unsigned>(luck() % 40);
    delivery_lanes lanes{limits};
    std::size_t read = 0;
    std::map<campaign_no, std::size_t> delivered;
    std::vector<feed_event_ptr> under_way;
    std::vector<lane_load> loading;
    auto now = epoch;
    // What was written down, and could be gone back to.
    auto saved = lanes.rows();
    auto saved_read = read;
    auto saved_delivered = delivered;

    const auto done = [&] { return read == past.all.size() && lanes.empty(); };
    for (int step = 0; !done(); ++step) {
      REQUIRE(step < 200'000);
      now += milliseconds{luck() % 50};
      if (!lanes.full() && read < past.all.size() && chance(60))
        lanes.put(past.all[read++]);
      if (chance(70)) {
        if (auto next = lanes.take(now)) {
          const auto campaign = (*next)->id.campaign;
          const auto& own = past.by_campaign.at(campaign);
          REQUIRE(delivered[campaign] < own.size());
          REQUIRE((*next)->id == own[delivered[campaign]]->id);
          for (const auto& other : under_way)
            REQUIRE(other->id.campaign != campaign); // one at a time
          under_way.push_back(*next);
        }
      }
      REQUIRE(lanes.under_way() == under_way.size());
      if (!under_way.empty() && chance(60)) {
        const auto it = under_way.begin() + static_cast<std::ptrdiff_t>(luck() % under_way.size());
        const auto e = *it;
        under_way.erase(it);
        if (chance(refusals)) {
          const auto before = lanes.attempts(e->id.campaign);
          lanes.failed(e->id.campaign, now + milliseconds{luck() % 2000});
          REQUIRE(lanes.attempts(e->id.campaign) == before + 1);
        } else {
          lanes.finished(e->id.campaign);
          ++delivered[e->id.campaign];
        }
      }
      if (chance(50)) {
        if (auto wanted = lanes.next_load(now))
          loading.push_back(*wanted);
      }
      if (!loading.empty() && chance(50)) {
        const auto asked = loading.back();
        loading.pop_back();
        if (chance(10))
          lanes.not_loaded(asked);
        else
          lanes.loaded(asked, past.page(asked, 1 + luck() % limits.lane));
      }
      REQUIRE(lanes.size() <= limits.lanes);
      if (chance(5)) {
        saved = lanes.rows();
        saved_read = read;
        saved_delivered = delivered;
      } else if (chance(1)) {
        // kill -9: what was delivered since is delivered once more, and nothing else changes.
        under_way.clear();
        loading.clear();
        lanes.restore(saved);
        read = saved_read;
        delivered = saved_delivered;
      }
      // Somebody waits for something, or there is something to be done.
      if (lanes.under_way() == 0 && loading.empty() && !lanes.empty()) {
        if (const auto due = lanes.next_due(); due && *due > now && chance(20))
          now = *due;
      }
    }
    for (const auto& [campaign, own] : past.by_campaign)
      REQUIRE(delivered[campaign] == own.size());
  }
}

TEST_CASE("a lane that is refused holds up no other, and goes behind those that are not") {
  delivery_lanes lanes{{}};
  for (std::uint64_t seq = 1; seq <= 3; ++seq) {
    for (campaign_no campaign = 1; campaign <= 3; ++campaign)
      lanes.put(event_of(campaign, seq));
  }
  REQUIRE((*lanes.take(epoch))->id == notice_id{1, 1, 0});
  lanes.failed(1, epoch + milliseconds{10});
  CHECK(lanes.attempts(1) == 1);
  CHECK(lanes.next_due() == epoch + milliseconds{10});
  const auto later = epoch + milliseconds{10};
  CHECK((*lanes.take(later))->id == notice_id{2, 1, 0});
  CHECK((*lanes.take(later))->id == notice_id{3, 1, 0});
  CHECK((*lanes.take(later))->id == notice_id{1, 1, 0});
  CHECK_FALSE(lanes.take(later));
}

TEST_CASE("what was delivered before and comes again is owed again, with all that followed") {
  delivery_lanes lanes{{}};
  for (std::uint64_t seq = 1; seq <= 4; ++seq)
    lanes.put(event_of(1, seq));
  for (std::uint64_t seq = 1; seq <= 2; ++seq) {
    REQUIRE((*lanes.take(epoch))->id.seq == seq);
    lanes.finished(1);
  }
  REQUIRE((*lanes.take(epoch))->id.seq == 3);
  lanes.put(event_of(1, 2)); // a replay from here on
  lanes.put(event_of(1, 3));
  CHECK_FALSE(lanes.take(epoch)); // one at a time, still
  lanes.finished(1);
  const auto wanted = lanes.next_load(epoch);
  REQUIRE(wanted);
  CHECK(wanted->after < notice_place{2, 0});
  CHECK(wanted->upto_seq == 4);
  campaign_feed_page page;
  page.read_seq = 4;
  for (std::uint64_t seq = 2; seq <= 4; ++seq)
    page.events.push_back(event_of(1, seq));
  lanes.loaded(*wanted, page);
  for (std::uint64_t seq = 2; seq <= 4; ++seq) {
    REQUIRE((*lanes.take(epoch))->id.seq == seq);
    lanes.finished(1);
  }
  CHECK(lanes.empty());
}
