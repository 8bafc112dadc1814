/// What a fuzzer demands of its subject.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace redial::fuzz {

/// Ends the process, as libFuzzer wants to be told, unless `wished`.
inline void require(bool wished, std::string_view what) {
  if (wished)
    return;
  std::fprintf(stderr, "broken: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

} // namespace redial::fuzz
