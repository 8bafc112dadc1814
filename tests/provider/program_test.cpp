/// The program redial-provider, as it is run.
#include "bench/provider/ledger.hpp"
#include "tests/provider/support.hpp"

#include <catch2/catch.hpp>

#include <sys/wait.h>

#include <cstdlib>
#include <fstream>

using namespace redial;
using namespace redial::provider;
using namespace redial::test;

namespace {

/// @returns its exit status.
int run(const std::string& arguments) {
  std::string command = PROVIDER_BINARY;
  command += " " + arguments + " > /dev/null 2>&1";
  const int status = std::system(command.c_str());
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

} // namespace

TEST_CASE("ledger-check says by its exit status what it found") {
  const scratch_file file;
  const placed_fact once{1, attempt_id(1), number_of(1), 1, "cmp_000000001", {1, 1}, 30, 600, 0};
  auto twice = once;
  twice.number = 2;
  const auto write = [&](const std::string& text) { std::ofstream{file.path(), std::ios::binary} << text; };
  const auto check = [&] { return run("ledger-check " + file.path().string()); };
  CHECK(check() == 2); // there is none
  write(to_line(once));
  CHECK(check() == 0);
  write(to_line(once) + to_line(twice));
  CHECK(check() == 1);
  write("nonsense\n");
  CHECK(check() == 2);
}

TEST_CASE("what makes no sense on the command line is refused") {
  const scratch_file file;
  const auto ledger = "--listen 127.0.0.1:0 --ledger " + file.path().string();
  CHECK(run(ledger) == 2); // no secret
  CHECK(run("--listen 127.0.0.1:0 --secret x") == 2);
  CHECK(run("--listen nowhere --secret x --ledger " + file.path().string()) == 2);
  CHECK(run(ledger + " --secret x --fault reject=2") == 2);
  CHECK(run(ledger + " --secret x --fault rejects=1") == 2);
  CHECK(run(ledger + " --secret x --restart-after 1") == 2);
  CHECK(run(ledger + " --secret x --ring-mean-ms 1") == 2);
  CHECK(run(ledger + " --secret x --tell little") != 0);
}
