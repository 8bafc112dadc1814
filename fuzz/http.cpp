// Any bytes on a connection, up to the engine. A byte 0xFF, which no request has any use for, parts what comes in one
// piece from what comes in the next. Where the word Authorization stands in them, callers need a key.
#include "fuzz/http_room.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input{reinterpret_cast<const char*>(data), size};
  std::vector<std::string_view> pieces;
  while (!input.empty()) {
    const auto piece = input.substr(0, input.find('\xFF'));
    pieces.push_back(piece);
    input.remove_prefix(std::min(piece.size() + 1, input.size()));
  }
  const bool guarded =
    std::string_view{reinterpret_cast<const char*>(data), size}.find("Authorization") != std::string_view::npos;
  redial::fuzz::http_room room{guarded};
  const auto heard = room.say(pieces);
  redial::fuzz::take_apart(heard);
  return 0;
}
