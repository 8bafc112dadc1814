#include "http/event_stream.hpp"

#include <spdlog/spdlog.h>

namespace redial::http {

namespace {

/// Read at once, and held until it has been sent.
constexpr std::size_t page_events = 100;

/// A line break within the text would end the field: each line is a field of its own, which the client joins again.
void append_data(std::string& out, std::string_view text) {
  for (;;) {
    const auto end = text.find_first_of("\r\n");
    out += "data: ";
    out += text.substr(0, end);
    out += '\n';
    if (end == std::string_view::npos)
      return;
    text.remove_prefix(end + (text.substr(end).starts_with("\r\n") ? 2 : 1));
  }
}

} // namespace

std::shared_ptr<event_stream> event_stream::open(
  live_streams& streams, actors::feed_service& feed, actors::feed_query from, session_link_ptr link) {
  if (streams.open.fetch_add(1) >= streams.most) {
    streams.open.fetch_sub(1);
    return nullptr;
  }
  return std::shared_ptr<event_stream>{new event_stream{streams, feed, std::move(from), std::move(link)}};
}

event_stream::event_stream(
  live_streams& streams, actors::feed_service& feed, actors::feed_query from, session_link_ptr link)
  : streams_{streams}, feed_{feed}, link_{std::move(link)}, query_{std::move(from)}, told_{query_.after} {
  query_.limit = page_events;
}

event_stream::~event_stream() { streams_.open.fetch_sub(1); }

pulled event_stream::pull(std::string& out) {
  if (!begun_) {
    // A client that loses its connection before the first event goes on from here all the same.
    out += "retry: 2000\n";
    append_place(out);
    out += '\n';
    begun_ = true;
  }
  for (; next_ < events_.size() && out.size() < piece_size; ++next_) {
    const auto& event = *events_[next_];
    told_ = event.at;
    append_place(out);
    out += "event: ";
    out += to_string(event.type);
    out += '\n';
    append_data(out, *event.json);
    out += '\n';
  }
  if (next_ == events_.size()) {
    events_.clear();
    next_ = 0;
    if (state_ == state::behind)
      more_ ? read() : wait();
  }
  if (!out.empty())
    return pulled::piece;
  return state_ == state::failed ? pulled::failed : pulled::later;
}

/// Where much was passed over since the last event, the place is told: who comes back with it need not pass over it
/// again.
void event_stream::beat(std::string& out) {
  out += ":\n";
  if (events_.empty() && told_ != query_.after) {
    told_ = query_.after;
    append_place(out);
  }
  out += '\n';
}

void event_stream::append_place(std::string& out) {
  out += "id: ";
  out += told_.to_string();
  out += '\n';
}

/// @returns what runs `work(*this, arguments…)` in the connection's io thread, if the stream still lives then, and has
/// it asked for more.
template <class Work>
auto event_stream::later(Work work) {
  return [link = link_, self = weak_from_this(), work](auto... arguments) {
    link->post([link, self, work, ... arguments = std::move(arguments)]() mutable {
      if (const auto stream = self.lock()) {
        work(*stream, std::move(arguments)...);
        link->resume();
      }
    });
  };
}

void event_stream::read() {
  state_ = state::reading;
  feed_.read(query_, later([](event_stream& stream, result<actors::feed_page> page) { stream.take(std::move(page)); }));
}

void event_stream::take(result<actors::feed_page> page) {
  if (!page) {
    state_ = state::failed;
    spdlog::error("http: a stream of events is cut: {}", page.error().detail);
    return;
  }
  state_ = state::behind;
  events_ = std::move(page->events);
  query_.after = page->upto;
  more_ = page->more;
}

void event_stream::wait() {
  state_ = state::waiting;
  waiting_ = feed_.await(query_.after, later([](event_stream& stream) {
    stream.waiting_.reset();
    stream.state_ = state::behind;
    stream.more_ = true;
  }));
}

} // namespace redial::http
