#include "outbound/retry_after.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <string>
#include <time.h>

namespace redial::outbound {

milliseconds read_retry_after(std::string_view value, std::chrono::system_clock::time_point now) {
  using namespace std::chrono;
  constexpr seconds longest = hours{24};
  const auto* end = value.data() + value.size();
  if (!value.empty() && std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    std::uint32_t count = 0;
    // What does not fit is more than a day.
    const bool fits = std::from_chars(value.data(), end, count).ec == std::errc{};
    return fits ? std::min(seconds{count}, longest) : longest;
  }
  const std::string text{value};
  std::tm parts{};
  const auto* rest = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (!rest || *rest != '\0')
    return milliseconds{0};
  const auto until = system_clock::from_time_t(::timegm(&parts));
  return std::clamp(ceil<milliseconds>(until - now), milliseconds{0}, milliseconds{longest});
}

} // namespace redial::outbound
