#include "app/control.hpp"
#include "tests/persistence/temp_directory.hpp"
#include "tests/show_result.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace redial;
using namespace redial::app;
using nlohmann::json;
using persistence::test::temp_directory;

namespace {

bool is_long(const json& asked) { return asked.value("command", std::string{}) == "long"; }

json answer_to(const temp_directory& where, const json& asked) {
  const auto answer = ask_control(where.path(), asked);
  return answer && *answer ? **answer : json{};
}

/// So long that a test fails only where what it waits for never comes.
constexpr std::chrono::seconds patience{30};

} // namespace

TEST_CASE("a question that takes long keeps nobody waiting who asks a short one") {
  const temp_directory where;
  std::promise<void> begun;
  std::promise<void> over;
  const auto server = control_server::start(
    where.path(),
    [&, done = over.get_future().share()](const json& asked, const std::function<bool()>&) -> json {
      if (is_long(asked)) {
        begun.set_value();
        done.wait_for(patience);
      }
      return {{"ok", true}, {"to", asked.at("command")}};
    },
    is_long);
  REQUIRE(server);
  auto slow = std::async(std::launch::async, [&] { return answer_to(where, {{"command", "long"}}); });
  REQUIRE(begun.get_future().wait_for(patience) == std::future_status::ready);
  CHECK(answer_to(where, {{"command", "short"}}).value("to", "") == "short");
  CHECK(slow.wait_for(std::chrono::seconds{0}) == std::future_status::timeout);
  over.set_value();
  CHECK(slow.get().value("to", "") == "long");
}

TEST_CASE("long questions wait for each other, and not too many of them") {
  const temp_directory where;
  std::promise<void> over;
  std::atomic<unsigned> answered = 0;
  const auto server = control_server::start(
    where.path(),
    [&, done = over.get_future().share()](const json&, const std::function<bool()>&) -> json {
      done.wait_for(patience);
      ++answered;
      return {{"ok", true}};
    },
    is_long);
  REQUIRE(server);
  std::vector<std::future<json>> asked;
  for (unsigned i = 0; i < max_long_questions + 3; ++i)
    asked.push_back(std::async(std::launch::async, [&] { return answer_to(where, {{"command", "long"}}); }));
  // Those that are too many are told so while the others still wait: three, whichever they are.
  const auto told = [&] {
    return std::count_if(asked.begin(), asked.end(),
      [](const auto& each) { return each.wait_for(std::chrono::seconds{0}) == std::future_status::ready; });
  };
  for (const auto until = std::chrono::steady_clock::now() + patience;
       told() < 3 && std::chrono::steady_clock::now() < until;)
    std::this_thread::yield();
  CHECK(told() == 3);
  CHECK(answered == 0);
  over.set_value();
  unsigned good = 0;
  for (auto& each : asked)
    good += each.get().value("ok", false) ? 1 : 0;
  CHECK(good == max_long_questions);
  CHECK(answer_to(where, {{"command", "long"}}).value("ok", false)); // there is room again
}

TEST_CASE("a question that is none, and one that fails, are told so") {
  const temp_directory where;
  const auto server = control_server::start(
    where.path(),
    [](const json& asked, const std::function<bool()>&) -> json {
      if (asked.value("command", std::string{}) == "fail")
        throw std::runtime_error{"it failed"};
      return {{"ok", true}};
    },
    is_long);
  REQUIRE(server);
  for (const auto& asked : {json{{"command", 7}}, json{{"command", "fail"}}, json::array(), json{"long"}, json{}}) {
    INFO(asked);
    CHECK(answer_to(where, asked).value("ok", true) == false);
  }
  CHECK(answer_to(where, {{"command", "any"}}).value("ok", false));
}

TEST_CASE("who stops waits for the long question that is answered, and tells it to come to an end") {
  const temp_directory where;
  std::promise<void> begun;
  auto server = control_server::start(
    where.path(),
    [&](const json&, const std::function<bool()>& go_on) -> json {
      begun.set_value();
      while (go_on())
        std::this_thread::yield();
      return {{"ok", false}, {"error", "stopping"}};
    },
    is_long);
  REQUIRE(server);
  auto slow = std::async(std::launch::async, [&] { return answer_to(where, {{"command", "long"}}); });
  REQUIRE(begun.get_future().wait_for(patience) == std::future_status::ready);
  server.value().reset();
  CHECK(slow.get().value("error", "") == "stopping");
  CHECK_FALSE(std::filesystem::exists(where.path() / "control"));
}
