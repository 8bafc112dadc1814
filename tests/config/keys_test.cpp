#include "config/keys.hpp"
#include "config/load.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>
#include <set>

using namespace redial::config;

TEST_CASE("the default file is what the table says: every key, its meaning and its default") {
  std::ifstream in{REDIAL_SOURCE_DIR "/config/redial.toml"};
  const std::string content{std::istreambuf_iterator<char>{in}, {}};
  REQUIRE_FALSE(content.empty());
  CHECK(content == reference_file());
}

TEST_CASE("the default file sets every key, to its default") {
  const auto loaded = load(REDIAL_SOURCE_DIR "/config/redial.toml", {}, {});
  REQUIRE(loaded.has_value());
  CHECK(*loaded == settings{});
  const auto file = reference_file();
  for (const auto& k : keys()) {
    const auto dot = k.name.rfind('.');
    const auto section = file.find("\n[" + std::string{k.name.substr(0, dot)} + "]\n");
    REQUIRE(section != std::string::npos);
    const auto line = file.find("\n" + std::string{k.name.substr(dot + 1)} + " = ", section);
    INFO(k.name);
    CHECK(line < file.find("\n[", section + 1));
  }
}

TEST_CASE("names of keys and of environment variables are unique") {
  std::set<std::string> names;
  for (const auto& k : keys()) {
    CHECK(find_key(k.name) == &k);
    CHECK(names.insert(k.environment_name()).second);
  }
  CHECK(find_key("http") == nullptr);
  CHECK(find_key("") == nullptr);
  CHECK(find_key("http.body_limit_mb")->environment_name() == "REDIAL_HTTP_BODY_LIMIT_MB");
  CHECK(find_key("gateway.simulator.outcomes.busy")->environment_name() == "REDIAL_GATEWAY_SIMULATOR_OUTCOMES_BUSY");
}

TEST_CASE("no two keys stand for one setting, and each default is within its range") {
  settings s;
  std::set<const void*> members;
  for (const auto& k : keys()) {
    std::visit(
      [&](auto of) {
        auto& value = of(s);
        CHECK(members.insert(&value).second);
        if constexpr (requires { static_cast<double>(value); } && !std::is_same_v<decltype(of), member<bool>>) {
          INFO(k.name);
          CHECK(static_cast<double>(value) >= k.min);
          CHECK(static_cast<double>(value) <= k.max);
        }
      },
      k.of);
  }
}
