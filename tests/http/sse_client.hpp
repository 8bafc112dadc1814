/// Server-Sent Events as a client reads them.
#pragma once

#include "tests/http/raw_client.hpp"

#include <optional>
#include <string>
#include <vector>

namespace redial::test {

struct sse_event {
  std::string id; ///< as the client would give it when it comes back
  std::string type;
  std::string data;
};

/// One stream: asks on construction, then reads event by event.
class sse_client {
public:
  /// @throws std::runtime_error where the answer is no stream.
  sse_client(std::uint16_t port, std::string_view target, std::string_view last_event_id = {},
    std::string_view more_headers = {}, int receive_buffer = 0);

  /// @returns the next event; nullopt where the stream has ended, in good order or not.
  std::optional<sse_event> next();
  /// What a client would come back with.
  const std::string& last_id() const noexcept { return id_; }
  std::size_t comments() const noexcept { return comments_; }
  /// Whether the stream came to its end in good order.
  bool ended() const noexcept { return ended_; }
  /// Reads on until the place, a comment or an event has come. @returns false where the stream has ended.
  bool read_line();
  void close() { connection_.close(); }

private:
  raw_client connection_;
  std::string text_; ///< not yet read
  std::string id_;
  std::string type_;
  std::string data_;
  std::vector<sse_event> events_;
  std::size_t comments_ = 0;
  bool ended_ = false;
};

} // namespace redial::test
