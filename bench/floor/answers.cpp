#include "bench/client.hpp"
#include "bench/contact_list.hpp"
#include "bench/floor/answer_server.hpp"
#include "bench/floor/floor.hpp"
#include "bench/watch.hpp"
#include "bench/wrk.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <iostream>
#include <sstream>

namespace redial::bench {

namespace {

namespace http = boost::beast::http;

/// What redial answers: the fields of the head but for its length, and the body.
struct sample_answer {
  std::string head;
  std::string body;
};

sample_answer answer_of(std::uint16_t port, const std::string& path) {
  boost::asio::io_context io;
  boost::asio::ip::tcp::socket socket{io};
  socket.connect({boost::asio::ip::address_v4::loopback(), port});
  http::request<http::empty_body> request{http::verb::get, path, 11};
  request.set(http::field::host, "127.0.0.1");
  request.set(http::field::authorization, "Bearer " + std::string{admin_key});
  http::write(socket, request);
  boost::beast::flat_buffer buffer;
  http::response<http::string_body> answer;
  http::read(socket, buffer, answer);
  std::ostringstream head;
  for (const auto& field : answer) {
    if (field.name() != http::field::content_length)
      head << field.name_string() << ": " << field.value() << "\r\n";
  }
  return {head.str(), answer.body()};
}

struct pace {
  double rate = 0;
  double processor_us = 0;
};

pace ask(pid_t process, std::uint16_t port, const std::string& path, unsigned seconds) {
  const watch began{process};
  const auto rate = wrk_gets_a_second(port, path, seconds);
  const auto run = began.read();
  return {rate, run.server.total() / (rate * run.wall) * 1e6};
}

} // namespace

void measure_answers(const floor_options& options, report& into) {
  if (!have_wrk()) {
    std::cerr << "  wrk is not installed (apt-get install wrk): answers a second are left out\n";
    return;
  }
  const server_process redial{fresh_plan(options.redial, {{"http.threads", "1"}})};
  client http{redial.port()};
  const auto path = path_of(http.post("/v1/campaigns", campaign_json({1000, 3, 240})));
  const auto sample = answer_of(redial.port(), path);
  const answer_server plain{1, sample.head, sample.body};
  const auto bare = ask(plain.pid(), plain.port(), path, options.get_seconds);
  const auto own = ask(redial.pid(), redial.port(), path, options.get_seconds);
  into.add("Beast alone: the same answer, one thread", "1/s", bare.rate);
  into.add("Beast alone: the same answer, processor time", "us", bare.processor_us);
  into.add("redial: GET of a campaign, one thread", "1/s", own.rate);
  into.add("redial: GET of a campaign, processor time", "us", own.processor_us);
  into.add("redial's GET against bare Beast", "", own.rate / bare.rate, "0.8");
}

} // namespace redial::bench
