#include "config/load.hpp"

#include <catch2/catch.hpp>

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

using namespace redial;
using namespace redial::config;

namespace {

/// A file of its own for each test process, gone with the test.
class settings_file {
public:
  explicit settings_file(const std::string& content)
    : path_{std::filesystem::temp_directory_path() / ("redial-config-" + std::to_string(::getpid()) + ".toml")} {
    std::ofstream{path_} << content;
  }
  ~settings_file() { std::filesystem::remove(path_); }
  settings_file(const settings_file&) = delete;
  settings_file& operator=(const settings_file&) = delete;
  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

result<settings> load_text(const std::string& content) {
  const settings_file file{content};
  return load(file.path(), {}, {});
}

/// @returns what loading says against `content`, from the line number on; "none" if nothing.
std::string refusal_of(const std::string& content) {
  const settings_file file{content};
  const auto loaded = load(file.path(), {}, {});
  if (loaded)
    return "none";
  CHECK(loaded.error().code == error_code::invalid_value);
  const auto& detail = loaded.error().detail;
  const auto prefix = file.path().string() + ":";
  CHECK_THAT(detail, Catch::StartsWith(prefix));
  return detail.substr(prefix.size());
}

} // namespace

TEST_CASE("without any source the defaults hold") {
  const auto loaded = load({}, {}, {});
  REQUIRE(loaded.has_value());
  CHECK(*loaded == settings{});
  CHECK(*load_text("") == settings{});
  CHECK(*load_text("# nothing but words\n[http]\n") == settings{});
}

TEST_CASE("a file sets keys of every type") {
  const auto loaded = load_text(R"(
[http]
listen = "[::1]:9000"
threads = 4
[storage]
sync = false
[lines]
calls_per_second = 3 # a whole number will do
[gateway.simulator]
dispositions = { yes = 1, no = 2.5 }
overrides = [{ suffix = "07", outcome = "busy" }, { suffix = "1", outcome = "answered", disposition = "yes" }]
outcomes.answered = 0.30
outcomes.no_answer = 0.34
)");
  REQUIRE(loaded.has_value());
  settings expected;
  expected.http.listen = "[::1]:9000";
  expected.http.threads = 4;
  expected.storage.sync = false;
  expected.lines.calls_per_second = 3;
  expected.gateway.simulator.dispositions = {{"yes", 1}, {"no", 2.5}};
  expected.gateway.simulator.overrides = {{"07", call_outcome::busy, ""}, {"1", call_outcome::answered, "yes"}};
  expected.gateway.simulator.outcomes.answered = 0.30;
  expected.gateway.simulator.outcomes.no_answer = 0.34;
  CHECK(*loaded == expected);
}

TEST_CASE("the environment goes before the file, the command line before both") {
  const settings_file file{"[http]\nthreads = 2\nmax_uploads = 2\n[lines]\nmax_concurrent_calls = 2\n"};
  const assignments environment{{"REDIAL_HTTP_MAX_UPLOADS", "3"}, {"REDIAL_LINES_MAX_CONCURRENT_CALLS", "3"},
    {"REDIAL_STORAGE_DATA_DIR", "/some/where"}, {"PATH", "/bin"}, {"NOT_REDIAL_X", "1"}};
  const assignments flags{{"lines.max_concurrent_calls", "4"}, {"clock.speed", "5"}, {"clock.speed", "600.5"},
    {"gateway.simulator.dispositions", "{ dnd = 1.0 }"}, {"storage.sync", "false"}};
  const auto loaded = load(file.path(), environment, flags);
  REQUIRE(loaded.has_value());
  CHECK(loaded->http.threads == 2);
  CHECK(loaded->http.max_uploads == 3);
  CHECK(loaded->lines.max_concurrent_calls == 4);
  CHECK(loaded->storage.data_dir == "/some/where");
  CHECK(loaded->clock.speed == 600.5);
  CHECK(loaded->gateway.simulator.dispositions == std::map<std::string, double>{{"dnd", 1}});
  CHECK_FALSE(loaded->storage.sync);
}

TEST_CASE("what a file gets wrong is named by line and key") {
  using Catch::Contains;
  using Catch::StartsWith;
  CHECK_THAT(
    refusal_of("[http]\n\nthreads = 0\n"), StartsWith("3: http.threads: must be a whole number, 1 to 256, is 0"));
  CHECK_THAT(refusal_of("[http]\nthreads = 257\n"), StartsWith("2: http.threads: "));
  CHECK_THAT(refusal_of("[http]\nthreads = -1\n"), StartsWith("2: http.threads: "));
  CHECK_THAT(refusal_of("[http]\nthreads = 1.0\n"), StartsWith("2: http.threads: "));
  CHECK_THAT(refusal_of("[http]\nthreads = \"1\"\n"), StartsWith("2: http.threads: "));
  CHECK_THAT(refusal_of("[http]\nlisten = 80\n"), StartsWith("2: http.listen: must be a string"));
  CHECK_THAT(refusal_of("[storage]\nsync = 1\n"), StartsWith("2: storage.sync: must be true or false"));
  CHECK_THAT(
    refusal_of("[clock]\nspeed = 0.5\n"), StartsWith("2: clock.speed: must be a number, 1 to 1000000, is 0.5"));
  CHECK_THAT(refusal_of("[clock]\nspeed = nan\n"), StartsWith("2: clock.speed: "));
  CHECK_THAT(refusal_of("[lines]\ncalls_per_second = inf\n"), StartsWith("2: lines.calls_per_second: "));
  CHECK_THAT(refusal_of("[log]\nlevel = \"loud\"\n"), StartsWith("2: log.level: must be one of \"trace\""));
  CHECK_THAT(
    refusal_of("[gateway]\nkind = \"sip\"\n"), StartsWith("2: gateway.kind: must be one of \"simulator\", \"http\""));
  CHECK_THAT(
    refusal_of("[gateway.simulator]\ndispositions = { dnd = \"1\" }\n"), StartsWith("2: gateway.simulator.disp"));
  CHECK_THAT(refusal_of("[gateway.simulator]\ndispositions = 1\n"), Contains("a table of numbers"));
  CHECK_THAT(refusal_of("[gateway.simulator]\noverrides = 1\n"), Contains("an array of tables"));
  CHECK_THAT(refusal_of("[gateway.simulator]\noverrides = [1]\n"), Contains("an array of tables"));
  CHECK_THAT(refusal_of("[gateway.simulator]\noverrides = [{ suffix = 7, outcome = \"busy\" }]\n"),
    Contains("suffix must be a string"));
  CHECK_THAT(refusal_of("[gateway.simulator]\noverrides = [{ suffix = \"7\", outcome = \"bussy\" }]\n"),
    Contains("\"bussy\" is no outcome"));
  CHECK_THAT(refusal_of("[gateway.simulator]\noverrides = [{ sufix = \"7\", outcome = \"busy\" }]\n"),
    Contains("no member sufix"));
}

TEST_CASE("unknown keys are named, the first in the file first, and the likely one is offered") {
  CHECK(refusal_of("[http]\nthread = 1\nalso = 2\n")
        == "2: http.thread: is not a key of redial (did you mean http.threads?)");
  CHECK(refusal_of("[http]\nzzzzzzzzz = 1\naaaaaaaa = 2\n") == "2: http.zzzzzzzzz: is not a key of redial");
  CHECK(refusal_of("\n[telephone]\nlisten = 1\n") == "2: telephone: is not a key of redial");
  CHECK(refusal_of("http = 3\n") == "1: http: is a section, not a key");
  CHECK(refusal_of("listen = \"x\"\n") == "1: listen: is not a key of redial");
}

TEST_CASE("faults that show only together bear the line of the key to be changed") {
  using Catch::StartsWith;
  CHECK_THAT(refusal_of("[http]\nlisten = \"0.0.0.0:80\"\ninsecure_no_auth = true\n"),
    StartsWith("3: http.insecure_no_auth: is refused unless"));
  CHECK_THAT(refusal_of("[gateway.simulator.outcomes]\nanswered = 0.5\n"),
    StartsWith("2: gateway.simulator.outcomes.answered: "));
}

TEST_CASE("text that is no TOML is refused with its line") {
  CHECK_THAT(refusal_of("[http]\nthreads = \n"), Catch::StartsWith("2: "));
  CHECK_THAT(refusal_of("[http]\nthreads = 1\nthreads = 2\n"), Catch::StartsWith("3: "));
  CHECK_THAT(refusal_of("\xff\xfe"), Catch::StartsWith("1: "));
}

TEST_CASE("a file that cannot be read is an error, not a file without keys") {
  for (const auto* path : {"/nonexistent/redial.toml", "/"}) {
    const auto loaded = load(path, {}, {});
    REQUIRE(loaded.has_error());
    CHECK(loaded.error().detail == std::string{path} + ": cannot be read");
  }
}

TEST_CASE("faults of the environment and the command line are named by their source") {
  const auto from_environment = [](const char* name, const char* value) {
    const auto loaded = load({}, {{name, value}}, {});
    return loaded ? "none" : loaded.error().detail;
  };
  CHECK(from_environment("REDIAL_HTTP_THREDS", "1")
        == "environment variable REDIAL_HTTP_THREDS stands for no key of redial (did you mean REDIAL_HTTP_THREADS?)");
  CHECK(from_environment("REDIAL_HTTP_THREADS", "0")
        == "environment variable REDIAL_HTTP_THREADS: http.threads: must be a whole number, 1 to 256, is 0");
  CHECK(from_environment("REDIAL_HTTP_THREADS", "two")
        == "environment variable REDIAL_HTTP_THREADS: http.threads: \"two\" is not a value in TOML");
  CHECK(from_environment("REDIAL_HTTP_THREADS", "2\nmore = 1")
        == "environment variable REDIAL_HTTP_THREADS: http.threads: \"2\nmore = 1\" is not a value in TOML");
  CHECK_THAT(from_environment("REDIAL_HTTP_LISTEN", "1.2.3.4"),
    Catch::StartsWith("environment variable REDIAL_HTTP_LISTEN: http.listen: must be HOST:PORT"));

  const auto unknown = load({}, {}, {{"http.port", "80"}});
  REQUIRE(unknown.has_error());
  CHECK_THAT(unknown.error().detail, Catch::StartsWith("command line: http.port: is not a key of redial"));
}

TEST_CASE("the admin key of the environment is no setting") {
  const assignments environment{{"REDIAL_ADMIN_KEY", "whatever it is"}, {"REDIAL_HTTP_THREADS", "2"}};
  CHECK(admin_key(environment) == "whatever it is");
  CHECK(admin_key({{"REDIAL_HTTP_THREADS", "2"}}) == std::nullopt);
  const auto loaded = load({}, environment, {});
  REQUIRE(loaded.has_value());
  CHECK(loaded->http.threads == 2);
}

TEST_CASE("this process's environment is read by prefix") {
  ::setenv("REDIAL_HTTP_THREADS", "7=7", 1);
  ::setenv("OTHER_REDIAL_HTTP_THREADS", "8", 1);
  const auto variables = redial_environment();
  ::unsetenv("REDIAL_HTTP_THREADS");
  ::unsetenv("OTHER_REDIAL_HTTP_THREADS");
  CHECK(
    std::count(variables.begin(), variables.end(), std::pair<std::string, std::string>{"REDIAL_HTTP_THREADS", "7=7"})
    == 1);
  for (const auto& [name, value] : variables)
    CHECK_THAT(name, Catch::StartsWith("REDIAL_"));
}

TEST_CASE("the demonstration's settings are sound") {
  const auto loaded = load(REDIAL_SOURCE_DIR "/config/demo/redial.toml", {}, {});
  REQUIRE(loaded.has_value());
  CHECK(loaded->clock.speed > 1);
  CHECK(loaded->gateway.simulator.overrides.size() == 3);
}
