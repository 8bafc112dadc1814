// A query string, read as the routes read theirs.
#include "http/query.hpp"

#include "fuzz/require.hpp"

#include <algorithm>

using namespace redial::http;
using redial::fuzz::require;

namespace {

std::string percent_encode(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += hex[byte >> 4U];
    out += hex[byte & 15U];
  }
  return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view query{reinterpret_cast<const char*>(data), size};
  for (const bool plus_is_space : {false, true}) {
    if (const auto decoded = percent_decode(query, plus_is_space)) {
      require(decoded->size() <= query.size(), "decoding makes it longer");
      require(
        percent_decode(percent_encode(*decoded), plus_is_space) == decoded, "decoding is not what encoding undoes");
    }
  }
  query_reader reader{query};
  const auto limit = reader.number("limit", 1, 100, 20);
  require(limit >= 1 && limit <= 100, "a number is out of its range");
  const auto status = reader.text("status");
  const auto phones = reader.all("phones");
  const auto wrong = reader.finish();
  if (!wrong) {
    const auto pairs = static_cast<std::size_t>(std::count(query.begin(), query.end(), '&')) + 1;
    require(phones.size() + (status ? 1U : 0U) <= pairs, "there are more values than pairs");
    return 0;
  }
  require(wrong->status == 400 && !wrong->faults.empty(), "a query is refused without a reason");
  require(!to_json(*wrong).empty(), "a refusal cannot be told");
  return 0;
}
