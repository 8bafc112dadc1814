#include "fuzz/http_room.hpp"

#include "fuzz/require.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <nlohmann/json.hpp>

#include <array>
#include <charconv>

#include <sys/socket.h>
#include <unistd.h>

namespace redial::fuzz {

namespace {

/// @returns the value of a header field of `head`, empty where there is none.
std::string_view field(std::string_view head, std::string_view name) {
  const auto at = head.find("\r\n" + std::string{name} + ": ");
  if (at == std::string_view::npos)
    return {};
  const auto begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

template <class T = std::size_t>
T number(std::string_view text, int base = 10) {
  T value{};
  const auto* end = text.data() + text.size();
  require(std::from_chars(text.data(), end, value, base).ptr == end && !text.empty(), "a number in an answer is none");
  return value;
}

void check(const answer& one, bool whole) {
  require(one.status != 500, "an answer is 500");
  require(!field(one.head, "X-Request-Id").empty(), "an answer has no request id");
  const auto type = field(one.head, "Content-Type");
  if (!whole || (type != "application/json" && type != "application/problem+json"))
    return;
  const auto json = nlohmann::json::parse(one.body, nullptr, false);
  require(!json.is_discarded(), "an answer's JSON is none");
  require(one.status < 400 || (type == "application/problem+json" && json.at("status") == one.status),
    "an error is not told as a problem");
}

} // namespace

http_room::http_room(bool guarded)
  : time_{time_point{milliseconds{1'700'000'000'000}}}, engine_{time_, test::memory_engine::answers::at_once},
    keys_{time_}, callback_{[](std::string_view, std::string_view, const std::function<void(result<void>)>& done) {
      done({});
    }},
    connections_{std::make_shared<std::atomic<std::size_t>>(0)},
    worker_{std::make_shared<http::worker>(options_, engine_, keys_, time_, callback_, streams_, figures_,
      std::make_shared<http::gate_rules>(keys_, !guarded, guarded ? 1000 : 0), connections_)} {
  keys_.add("default", access_scope::admin, "admin");
  contact_profile contact;
  contact.phone = phone::parse("+919876543210").value();
  contact.name = "Asha";
  campaign_definition definition;
  definition.name = "Renewals";
  definition.script_id = "scr_1";
  definition.language = "hi-IN";
  auto upload = engine_.begin_upload({}).value();
  upload->add({contact}, [](const result<void>&) {});
  upload->finish(std::move(definition), {}, [](const result<actors::created_campaign>& created) {
    require(created && created->campaign->state.definition->id.view() == campaign, "the campaign has another id: ");
  });
}

std::string http_room::say(std::span<const std::string_view> pieces) {
  std::array<int, 2> ends{};
  require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0, "no pair of sockets");
  const auto [client, served] = ends;
  worker_->adopt(http::tcp_socket{worker_->io, boost::asio::ip::tcp::v4(), served});
  std::string heard;
  for (auto piece : pieces) {
    while (!piece.empty()) {
      const auto said = send(client, piece.data(), piece.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (said <= 0)
        break; // the other end has closed, or reads no more
      piece.remove_prefix(static_cast<std::size_t>(said));
      work(client, heard);
    }
  }
  shutdown(client, SHUT_WR);
  work(client, heard);
  close(client);
  while (worker_->io.poll() > 0) {
  }
  require(*connections_ == 0, "the connection outlives its client");
  return heard;
}

/// Has the worker do all that it can do, and hears what it says.
void http_room::work(int client, std::string& heard) {
  std::array<char, 16 * 1024> buffer{};
  for (bool goes_on = true; goes_on;) {
    worker_->io.restart();
    goes_on = worker_->io.poll() > 0;
    while (true) {
      const auto got = recv(client, buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (got <= 0)
        break;
      heard.append(buffer.data(), static_cast<std::size_t>(got));
      goes_on = true;
    }
  }
}

std::vector<answer> take_apart(std::string_view heard) {
  std::vector<answer> answers;
  while (!heard.empty()) {
    require(heard.starts_with("HTTP/1.1 "), "what was heard is no answer");
    const auto end = heard.find("\r\n\r\n");
    require(end != std::string_view::npos, "the head of an answer does not end");
    answer one{number<unsigned>(heard.substr(9, 3)), heard.substr(0, end + 2), {}};
    heard.remove_prefix(end + 4);
    bool whole = false;
    // An answer to HEAD ends here: no body begins as an answer does.
    if (one.status >= 200 && !heard.starts_with("HTTP/1.1 ") && !heard.empty()) {
      const auto length = field(one.head, "Content-Length");
      whole = !length.empty();
      if (whole) {
        require(number(length) <= heard.size(), "a body is shorter than its head says");
        one.body = heard.substr(0, number(length));
        heard.remove_prefix(one.body.size());
      }
      while (!whole) { // chunks
        const auto line = heard.find("\r\n");
        require(line != std::string_view::npos, "a chunk has no length");
        const auto size = number(heard.substr(0, line), 16);
        require(line + 2 + size + 2 <= heard.size(), "a chunk is shorter than it says");
        heard.remove_prefix(line + 2 + size + 2);
        if (size == 0)
          break;
      }
    }
    if (one.status >= 200)
      check(one, whole);
    answers.push_back(one);
  }
  return answers;
}

std::string request_text(
  std::string_view method, std::string_view target, std::string_view type, std::string_view body) {
  std::string text{method};
  text.append(" ").append(target).append(" HTTP/1.1\r\nHost: fuzz\r\nConnection: close\r\n");
  text.append("Content-Type: ").append(type).append("\r\nContent-Length: ").append(std::to_string(body.size()));
  text.append("\r\n\r\n").append(body);
  return text;
}

} // namespace redial::fuzz
