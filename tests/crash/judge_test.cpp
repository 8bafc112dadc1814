/// Whether the judge of the crash test finds what it is there to find: forged ledgers, notes and files.
#include "tests/crash/judge.hpp"

#include "bench/provider/ledger.hpp"
#include "bench/provider/session.hpp"
#include "domain/time.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <stdlib.h>

#include <fstream>
#include <functional>
#include <set>
#include <thread>

using namespace redial;
using namespace redial::crash;
using boost::asio::ip::tcp;
using nlohmann::json;

namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t wall_ms = 1'700'000'000'000;
const std::string id = "cmp_000000001";

/// Answers GETs as a redial would that has this on file.
class forged_redial {
public:
  json campaigns = json::array();
  json contacts = json::array();
  std::set<std::string> listed; ///< on the do-not-call list: digits

  forged_redial()
    : acceptor_{io_, tcp::endpoint{boost::asio::ip::address_v4::loopback(), 0}},
      handle_{[this](const provider::incoming& request, bool, const provider::react& respond) {
        const std::string target{request.target()};
        if (const std::string entry = "/v1/dnc/%2B"; target.starts_with(entry)) {
          const bool there = listed.contains(target.substr(entry.size()));
          respond(provider::answer{there ? 200U : 404U, "{}", 0});
          return;
        }
        const auto& list = request.target().find("/contacts") == boost::beast::string_view::npos ? campaigns : contacts;
        respond(provider::answer{200, json{{"data", list}, {"total", list.size()}}.dump(), 0});
      }} {
    accept();
    thread_ = std::thread{[this] { io_.run(); }};
  }
  ~forged_redial() {
    io_.stop();
    thread_.join();
  }
  forged_redial(const forged_redial&) = delete;
  forged_redial& operator=(const forged_redial&) = delete;

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

private:
  void accept() {
    acceptor_.async_accept([this](boost::system::error_code error, tcp::socket socket) {
      if (error)
        return;
      provider::serve(std::move(socket), handle_);
      accept();
    });
  }

  boost::asio::io_context io_{1};
  tcp::acceptor acceptor_;
  provider::handler handle_;
  std::thread thread_;
};

/// A campaign of three: the first was busy and answered a minute later, the second was removed, the third is pending.
struct forgery {
  telephony::simulator_options network;
  campaign_note note;
  std::vector<dnc_note> do_not_call;
  std::vector<provider::fact> ledger;
  forged_redial redial;

  forgery() {
    network.seed = 3;
    note.name = "Campaign";
    note.id = id;
    note.created = fate::acknowledged;
    note.contacts = 3;
    note.max_attempts = 2;
    for (std::uint64_t n = 919'000'000'000;; ++n) {
      note.first = phone::from_packed(n);
      if (telephony::plan_call(network, note.first, 1).outcome == call_outcome::busy
          && telephony::plan_call(network, note.first, 2).outcome == call_outcome::answered)
        break;
    }
    note.actions.push_back({action::start, fate::acknowledged, 1 * second_ns, 2 * second_ns, {}, 0});
    note.actions.push_back({action::remove, fate::acknowledged, 3 * second_ns, 4 * second_ns, {note.contact(1)}, 1});
    ledger.emplace_back(provider::url_fact{0, "http://127.0.0.1:1/"});
    place(1, 1, 10);
    place(2, 2, 80);
    const auto disposition = telephony::plan_call(network, note.first, 2).disposition;
    if (disposition == "dnd")
      put_on_list(note.first);
    redial.contacts = {
      {{"phone", note.contact(0).to_string()}, {"status", "done"}, {"attempts", 2}, {"disposition", disposition},
        {"calls", {call(1, "busy", nullptr, 11), call(2, "answered", disposition, 85)}}},
      {{"phone", note.contact(1).to_string()}, {"status", "removed"}, {"attempts", 0}, {"disposition", nullptr},
        {"calls", json::array()}},
      {{"phone", note.contact(2).to_string()}, {"status", "pending"}, {"attempts", 0}, {"disposition", nullptr},
        {"calls", json::array()}}};
    redial.campaigns.push_back({{"id", id}, {"name", note.name}, {"status", "running"}, {"calls_attempted", 2},
      {"calls_connected", 1}, {"dispositions", {{disposition, 1}}},
      {"contacts", {{"pending", 1}, {"in_progress", 0}, {"waiting_retry", 0}, {"done", 1}, {"removed", 1}}}});
  }

  /// The n-th call of the ledger: an attempt at the first contact, `s` seconds after everything began.
  void place(std::uint64_t n, std::uint8_t attempt, std::int64_t s) {
    ledger.emplace_back(
      provider::placed_fact{n, {1, n}, note.first, attempt, id, {s * second_ns, wall_ms + s * 1000}, 1, 1, 0});
  }

  static json call(std::uint64_t n, const char* outcome, json disposition, std::int64_t ended_s) {
    const auto at = format_rfc3339(time_point{milliseconds{wall_ms + ended_s * 1000}});
    return {{"id", call_id{1, n}.to_string()}, {"attempt", n}, {"outcome", outcome},
      {"disposition", std::move(disposition)}, {"answered_at", outcome == std::string{"answered"} ? json(at) : json()},
      {"ended_at", at}};
  }

  json& first_calls() { return redial.contacts[0]["calls"]; }
  json& campaign() { return redial.campaigns[0]; }

  verdict judged() const {
    auto directory = (std::filesystem::temp_directory_path() / "redial-judge-XXXXXX").string();
    REQUIRE(::mkdtemp(directory.data()));
    const auto file = std::filesystem::path{directory} / "ledger";
    {
      std::ofstream out{file, std::ios::binary};
      for (const auto& each : ledger)
        out << provider::to_line(each);
    }
    auto result = judge({file, {note}, do_not_call, network, redial.port()});
    std::filesystem::remove_all(directory);
    return result;
  }

  void put_on_list(phone number) { redial.listed.insert(number.to_string().substr(1)); }

  void change_list(bool adds, fate went, std::int64_t sent_s, std::int64_t answered_s, std::vector<phone> phones) {
    do_not_call.push_back({adds, went, sent_s * second_ns, answered_s * second_ns, std::move(phones)});
  }

  void act(action what, fate went, std::int64_t sent_s, std::int64_t answered_s) {
    note.actions.push_back({what, went, sent_s * second_ns, answered_s * second_ns, {}, 0});
  }
};

/// Checks that the judge finds something of this kind.
void finds(const forgery& forged, const std::string& what) {
  const auto found = forged.judged();
  CHECK(found.fault_count > 0);
  bool named = false;
  for (const auto& each : found.faults) {
    UNSCOPED_INFO(each);
    named = named || each.find(what) != std::string::npos;
  }
  INFO("wanted: " << what);
  CHECK(named);
}

void finds_nothing(const forgery& forged) {
  const auto found = forged.judged();
  for (const auto& each : found.faults)
    UNSCOPED_INFO(each);
  CHECK(found.fault_count == 0);
}

} // namespace

TEST_CASE("what is as it should be is clean") {
  const forgery forged;
  finds_nothing(forged);
  const auto found = forged.judged();
  CHECK(found.contacts == 3);
  CHECK(found.calls == 2);
  CHECK(found.placed == 2);
  CHECK(found.retries == 1);
}

TEST_CASE("calls to a number on the do-not-call list are found, to the instant") {
  forgery forged;
  const auto first = forged.note.contact(0); // called at 10 and at 80 s
  const std::string fault = "after the answer that its number is on the do-not-call list";
  forged.put_on_list(first);
  SECTION("between its calls") {
    forged.change_list(true, fate::acknowledged, 70, 79, {first});
    finds(forged, fault);
  }
  SECTION("answered after the last call") {
    forged.change_list(true, fate::acknowledged, 70, 81, {first});
    finds_nothing(forged);
  }
  SECTION("not answered") {
    forged.change_list(true, fate::open, 70, 79, {first});
    finds_nothing(forged);
  }
  SECTION("taken off again before the call") {
    forged.change_list(true, fate::acknowledged, 70, 75, {first});
    forged.change_list(false, fate::open, 79, 90, {first});
    finds_nothing(forged);
  }
  SECTION("taken off only afterwards") {
    forged.change_list(true, fate::acknowledged, 70, 75, {first});
    forged.change_list(false, fate::open, 81, 90, {first});
    finds(forged, fault);
  }
  SECTION("taken off, and put there again") {
    forged.change_list(true, fate::acknowledged, 60, 65, {first});
    forged.change_list(false, fate::acknowledged, 66, 67, {first});
    forged.change_list(true, fate::acknowledged, 70, 75, {first});
    finds(forged, fault);
  }
}

TEST_CASE("a do-not-call list that is not as it was answered is found") {
  forgery forged;
  const std::vector<phone> others{phone::from_packed(919'111'111'111), phone::from_packed(919'111'111'112)};
  SECTION("acknowledged, and lost") {
    forged.change_list(true, fate::acknowledged, 90, 91, others);
    forged.put_on_list(others[0]);
    finds(forged, "was acknowledged to be on the do-not-call list, and is not");
    forged.put_on_list(others[1]);
    finds_nothing(forged);
  }
  SECTION("taken off, and still there") {
    forged.change_list(false, fate::acknowledged, 90, 91, others);
    finds_nothing(forged);
    forged.put_on_list(others[1]);
    finds(forged, "was acknowledged to be off the do-not-call list, and is on it");
  }
  SECTION("cut off: all or nothing") {
    forged.change_list(true, fate::open, 90, 91, others);
    finds_nothing(forged);
    forged.put_on_list(others[1]);
    finds(forged, "a part is there");
    forged.put_on_list(others[0]);
    finds_nothing(forged);
  }
  SECTION("asked for in a call") {
    forged.redial.contacts[2]["status"] = "done";
    forged.redial.contacts[2]["disposition"] = "dnd";
    finds(forged, "asked not to be called again, and is not on the do-not-call list");
  }
}

TEST_CASE("a list that is not what the answers to additions say is found") {
  forgery forged;
  const addition_note two{phone::from_packed(919'111'111'111), 2, fate::acknowledged};
  forged.note.additions.push_back(two);
  auto& note = forged.note.additions.back();
  const auto list = [&](phone who) {
    forged.redial.contacts.push_back({{"phone", who.to_string()}, {"status", "pending"}, {"attempts", 0},
      {"disposition", nullptr}, {"calls", json::array()}});
    auto& pending = forged.campaign()["contacts"]["pending"];
    pending = pending.get<int>() + 1;
  };
  SECTION("acknowledged, and lost") {
    list(two.contact(0));
    finds(forged, "a contact is lost: " + two.contact(1).to_string());
    list(two.contact(1));
    finds_nothing(forged);
    CHECK(forged.judged().additions == 1);
  }
  SECTION("cut off: all or nothing") {
    note.went = fate::open;
    finds_nothing(forged);
    list(two.contact(1));
    finds(forged, "1 contacts of 2 are there");
    list(two.contact(0));
    finds_nothing(forged);
  }
  SECTION("refused, and there") {
    note.went = fate::refused;
    finds_nothing(forged);
    list(two.contact(0));
    finds(forged, "has 4 contacts instead of 3");
  }
  SECTION("there twice") {
    list(two.contact(0));
    list(two.contact(1));
    list(two.contact(1));
    finds(forged, "stands twice on the list");
  }
}

TEST_CASE("calls after a pause, a stop or a removal are found, to the instant") {
  forgery forged;
  SECTION("after a pause") {
    forged.act(action::pause, fate::acknowledged, 19, 20);
    forged.campaign()["status"] = "paused";
    finds(forged, "after the answer to pause");
  }
  SECTION("a pause that was not answered binds nobody") {
    forged.act(action::pause, fate::open, 19, 20);
    finds_nothing(forged);
  }
  SECTION("resumed before") {
    forged.act(action::pause, fate::acknowledged, 19, 20);
    forged.act(action::resume, fate::acknowledged, 79, 81);
    finds_nothing(forged);
  }
  SECTION("resumed before, and nobody knows whether") {
    forged.act(action::pause, fate::acknowledged, 19, 20);
    forged.act(action::resume, fate::open, 79, 81);
    finds_nothing(forged);
  }
  SECTION("resumed too late") {
    forged.act(action::pause, fate::acknowledged, 19, 20);
    forged.act(action::resume, fate::acknowledged, 81, 82);
    finds(forged, "after the answer to pause");
  }
  SECTION("a resume that was refused frees nobody") {
    forged.act(action::pause, fate::acknowledged, 19, 20);
    forged.act(action::resume, fate::refused, 21, 22);
    forged.campaign()["status"] = "paused";
    finds(forged, "after the answer to pause");
  }
  SECTION("after a stop") {
    forged.act(action::stop, fate::acknowledged, 78, 79);
    forged.campaign()["status"] = "stopped";
    finds(forged, "after the answer to stop");
  }
  SECTION("after a removal") {
    forged.note.actions.push_back(
      {action::remove, fate::acknowledged, 19 * second_ns, 20 * second_ns, {forged.note.first}, 0});
    finds(forged, "after the answer to its removal");
  }
}

TEST_CASE("what was acknowledged and is lost is found") {
  forgery forged;
  SECTION("a campaign") {
    forged.redial.campaigns = json::array();
    finds(forged, "acknowledged and lost");
  }
  SECTION("a contact") {
    forged.redial.contacts.erase(2);
    finds(forged, "a contact is lost");
  }
  SECTION("a removal") {
    forged.redial.contacts[1]["status"] = "pending";
    finds(forged, "was acknowledged to be removed, but is pending");
  }
  SECTION("a stop") {
    forged.act(action::stop, fate::acknowledged, 90, 91);
    finds(forged, "acknowledged to be stopped, but is running");
  }
  SECTION("nobody asked for it") {
    auto other = forged.campaign();
    other["name"] = "Other";
    forged.redial.campaigns.push_back(other);
    finds(forged, "nobody asked for");
  }
}

TEST_CASE("calls that one side knows and the other does not are found") {
  forgery forged;
  SECTION("placed, not on file") {
    forged.place(3, 3, 150);
    finds(forged, "not on file");
  }
  SECTION("on file, not placed") {
    forged.ledger.pop_back();
    finds(forged, "never placed");
  }
  SECTION("on file, not placed, and honest about it") {
    forged.ledger.pop_back();
    forged.first_calls()[1] = forgery::call(2, "unknown", "unknown", 85);
    forged.redial.contacts[0]["disposition"] = "unknown";
    forged.campaign()["calls_connected"] = 0;
    forged.campaign()["dispositions"] = {{"unknown", 1}};
    finds_nothing(forged);
    CHECK(forged.judged().unknown == 1);
  }
  SECTION("placed twice") {
    forged.place(3, 2, 81);
    finds(forged, "under two ids");
  }
  SECTION("another outcome than the network's") {
    forged.first_calls()[0]["outcome"] = "no_answer";
    finds(forged, "came to no_answer instead of busy");
  }
  SECTION("another disposition") {
    forged.first_calls()[1]["disposition"] = "sold";
    finds(forged, "has the disposition sold");
  }
}

TEST_CASE("rules that were broken are found") {
  forgery forged;
  SECTION("too many calls") {
    forged.note.max_attempts = 1;
    finds(forged, "was called 2 times");
  }
  SECTION("too soon") {
    forged.note.retry_interval_minutes = 2;
    finds(forged, "sooner than its interval");
  }
  SECTION("called after the answer") {
    std::swap(forged.first_calls()[0]["outcome"], forged.first_calls()[1]["outcome"]);
    finds(forged, "after the contact had answered");
  }
  SECTION("in progress for ever") {
    forged.redial.contacts[2]["status"] = "in_progress";
    finds(forged, "is in progress still");
  }
  SECTION("counters") {
    forged.campaign()["calls_attempted"] = 3;
    finds(forged, "counts 3 attempts");
  }
  SECTION("counters of contacts") {
    forged.campaign()["contacts"]["pending"] = 2;
    finds(forged, "counts 2 contacts pending");
  }
}
