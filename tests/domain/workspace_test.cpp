#include "domain/workspace.hpp"

#include <catch2/catch.hpp>

using namespace redial;

TEST_CASE("a workspace has a name that fits into a path, a log line and a key") {
  for (const auto* good : {"default", "a", "7", "acme-india", "acme_2", "0-0"})
    CHECK(is_workspace_name(good));
  CHECK(is_workspace_name(std::string(64, 'a')));
  CHECK_FALSE(is_workspace_name(std::string(65, 'a')));
  for (const auto* bad : {"", "-a", "_a", "Acme", "a b", "a/b", "a.b", "\xc3\xa4"})
    CHECK_FALSE(is_workspace_name(bad));
  CHECK(is_workspace_name(default_workspace));
}
