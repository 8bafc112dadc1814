#include "tests/http/sse_client.hpp"

#include <stdexcept>

namespace redial::test {

namespace {

std::string request(std::string_view target, std::string_view last_event_id, std::string_view more_headers) {
  std::string headers{more_headers};
  if (!last_event_id.empty())
    headers += "Last-Event-ID: " + std::string{last_event_id} + "\r\n";
  return request_text("GET", target, {}, headers);
}

} // namespace

sse_client::sse_client(std::uint16_t port, std::string_view target, std::string_view last_event_id,
  std::string_view more_headers, int receive_buffer)
  : connection_{port, receive_buffer}, id_{last_event_id} {
  connection_.send(request(target, last_event_id, more_headers));
  const auto head = connection_.receive_head();
  if (!head.starts_with("HTTP/1.1 200 ") || head.find("\r\nContent-Type: text/event-stream") == std::string::npos)
    throw std::runtime_error{"no stream of events: " + head};
}

bool sse_client::read_line() {
  auto end = text_.find('\n');
  for (; end == std::string::npos; end = text_.find('\n')) {
    std::string chunk;
    try {
      chunk = connection_.receive_chunk();
      ended_ = chunk.empty();
    } catch (const closed_early&) {
    }
    if (chunk.empty())
      return false;
    text_ += chunk;
  }
  const auto line = text_.substr(0, end);
  text_.erase(0, end + 1);
  if (line.empty()) {
    if (!data_.empty()) {
      data_.pop_back();
      events_.push_back({id_, type_, data_});
    }
    type_.clear();
    data_.clear();
    return true;
  }
  if (line.front() == ':') {
    ++comments_;
    return true;
  }
  const auto colon = line.find(": ");
  const auto name = line.substr(0, colon);
  const auto value = line.substr(colon + 2);
  if (name == "id")
    id_ = value;
  else if (name == "event")
    type_ = value;
  else if (name == "data")
    data_ += value + "\n";
  else if (name != "retry")
    throw std::runtime_error{"what is this: " + line};
  return true;
}

std::optional<sse_event> sse_client::next() {
  while (events_.empty()) {
    if (!read_line())
      return std::nullopt;
  }
  auto first = std::move(events_.front());
  events_.erase(events_.begin());
  return first;
}

} // namespace redial::test
