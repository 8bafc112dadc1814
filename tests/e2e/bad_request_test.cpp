/// Requests that are wrong before anyone looks at their body: targets, methods, HTTP itself, and slow senders.
#include "campaigns.hpp"

#include <thread>

using namespace redial;
using namespace redial::e2e;
using nlohmann::json;

namespace {

void check_problem(const reply& answer, unsigned status, const std::string& code) {
  INFO(answer.status << " " << answer.body.substr(0, 600));
  CHECK(answer.status == status);
  CHECK(answer.header("Content-Type") == "application/problem+json");
  CHECK_FALSE(answer.header("X-Request-Id").empty());
  const auto problem = answer.json();
  CHECK(problem.at("code") == code);
  CHECK(problem.at("status") == status);
}

/// Sends `bytes` and nothing more. @returns the answer to it.
reply answer_to(std::uint16_t port, const std::string& bytes) {
  raw_socket socket{port};
  socket.send(bytes);
  socket.finish();
  const auto received = socket.receive_all();
  REQUIRE(received);
  return parse_reply(*received);
}

} // namespace

TEST_CASE("bad query parameters are refused by name") {
  scratch_directory directory;
  server_process server{directory, accelerated(1, 10)};
  client http{server.port()};
  const auto id = create(http, campaign_of(2));
  const auto list = std::string{"/v1/campaigns"};
  const auto contacts = "/v1/campaigns/" + id + "/contacts";
  for (const auto& path : {list, contacts})
    for (const auto* query : {"limit=0", "limit=101", "limit=ten", "limit=", "limit=1.5", "limit=-1", "limit=%31%",
           "limit=1&limit=2", "limit=99999999999999999999", "offset=-1", "offset=x", "offset=18446744073709551616",
           "status=dialing", "status=", "unknown=1"}) {
      INFO(path << "?" << query);
      const auto answer = http.get(path + "?" + query);
      check_problem(answer, 400, "invalid_parameter");
      const std::string name{query, std::string_view{query}.find('=')};
      CHECK(answer.json().at("errors").at(0).at("parameter") == name);
    }
  for (const auto* query : {"from=2024-13-01", "to=2024-13-01", "from=2024-02-30", "from=yesterday",
         "to=", "from=2024-01-01T25:00:00Z", "to=2024-01-01T00:00:00", "from=20240101"}) {
    INFO(query);
    check_problem(http.get(list + "?" + query), 400, "invalid_parameter");
  }
  // Far beyond the end there is simply nothing.
  const auto far = http.get(list + "?offset=9223372036854775807");
  CHECK(far.status == 200);
  CHECK(far.json().at("data").empty());
}

TEST_CASE("unknown ids, of whatever length, are not found; unknown paths and methods are told apart") {
  scratch_directory directory;
  server_process server{directory, accelerated(1, 10)};
  client http{server.port()};
  const auto known = create(http, campaign_of(1));
  for (const auto& id :
    {std::string{"cmp_000000000"}, std::string{"cmp_"}, std::string{"cal_000000000"}, std::string{"0"},
      std::string{"%00"}, std::string{"..%2f..%2fetc"}, std::string(10'000, 'x'), "cmp_" + std::string(10'000, '0')}) {
    INFO(id.substr(0, 40));
    const auto path = "/v1/campaigns/" + id;
    check_problem(http.get(path), 404, "not_found");
    check_problem(http.patch(path, R"({"action":"start"})"), 404, "not_found");
    check_problem(http.post(path + "/pause"), 404, "not_found");
    check_problem(http.get(path + "/contacts"), 404, "not_found");
    check_problem(http.get(path + "/contacts/+919000000000"), 404, "not_found");
    check_problem(http.del(path + "/contacts", R"({"phones":["+919000000000"]})"), 404, "not_found");
  }
  const auto campaign = "/v1/campaigns/" + known;
  for (const auto* number : {"+919000000001", "919000000000", "+91", "x"})
    check_problem(http.get(campaign + "/contacts/" + number), 404, "not_found");
  CHECK(http.get(campaign + "/contacts/" + phone_number(0)).status == 200);
  for (const auto* path : {"/", "/v1", "/v1/", "/v2/campaigns", "/v1/campaigns/", "/v1/campaign", "//v1/campaigns"})
    check_problem(http.get(path), 404, "not_found");
  check_problem(http.get("/v1/campaigns/%zz"), 400, "malformed_target");
  // More than the header limit of 16 KiB.
  check_problem(http.get("/v1/campaigns/" + std::string(20'000, 'x')), 431, "header_too_large");

  const auto check_method = [&](verb method, const std::string& path, const std::string& allow) {
    INFO(boost::beast::http::to_string(method) << " " << path);
    const auto answer = http.request(method, path);
    check_problem(answer, 405, "method_not_allowed");
    CHECK(answer.header("Allow") == allow);
  };
  check_method(verb::put, "/v1/campaigns", "GET, HEAD, POST");
  check_method(verb::delete_, "/v1/campaigns", "GET, HEAD, POST");
  check_method(verb::delete_, campaign, "GET, HEAD, PATCH");
  check_method(verb::post, campaign, "GET, HEAD, PATCH");
  check_method(verb::get, campaign + "/start", "POST");
  check_method(verb::patch, campaign + "/contacts", "GET, HEAD, POST, DELETE");
  check_method(verb::trace, "/healthz", "GET, HEAD");
  check_method(verb::post, "/readyz", "GET, HEAD");
  CHECK(show(http, known).at("status") == "scheduled");
}

TEST_CASE("bodies of another type, coding or size are refused unread") {
  scratch_directory directory;
  auto with = accelerated(1, 10);
  with.emplace_back("http.body_limit_mb=1");
  server_process server{directory, with};
  client http{server.port()};
  const auto body = campaign_of(1).dump();
  const auto send = [&](const headers& more) { return http.request(verb::post, "/v1/campaigns", body, more); };
  check_problem(send({{"Content-Type", "text/plain"}}), 415, "unsupported_media_type");
  check_problem(send({{"Content-Type", "application/json; charset=latin1"}}), 415, "unsupported_media_type");
  check_problem(send({{"Content-Encoding", "gzip"}}), 415, "unsupported_media_type");
  check_problem(http.post("/v1/campaigns", campaign_of(20'000).dump()), 413, "body_too_large");
  const auto id = create(http, campaign_of(1));
  check_problem(
    http.patch("/v1/campaigns/" + id, R"({"action":"start")" + std::string(100'000, ' ') + "}"), 413, "body_too_large");
  // As chunks, whose sum nobody announces.
  std::string chunks =
    "POST /v1/campaigns HTTP/1.1\r\nHost: a\r\n" + authorization + "Transfer-Encoding: chunked\r\n\r\n";
  const std::string blank(16 * 1024, ' ');
  for (int i = 0; i < 70; ++i)
    chunks += "4000\r\n" + blank + "\r\n";
  check_problem(answer_to(server.port(), chunks + "0\r\n\r\n"), 413, "body_too_large");
  CHECK(count_campaigns(http) == 1);
}

TEST_CASE("HTTP that is none, and HTTP/1.0") {
  scratch_directory directory;
  server_process server{directory, accelerated(1, 10)};
  const auto port = server.port();
  for (const auto& bytes : std::initializer_list<std::string>{"hello\r\n\r\n", "GET /healthz\r\n\r\n",
         "GET /healthz HTTP/2.0\r\nHost: a\r\n\r\n", "GET /healthz HTTP/1.1\r\n\r\n",
         "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET /healthz HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
         "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 TLS \r\n\r\n",
         "POST /v1/campaigns HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
         "POST /v1/campaigns HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
         "POST /v1/campaigns HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
         "POST /v1/campaigns HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         "POST /v1/campaigns HTTP/1.1\r\nHost: a\r\n" + authorization
           + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
         "POST /v1/campaigns HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}) {
    INFO(bytes);
    check_problem(answer_to(port, bytes), 400, "malformed_http");
  }
  check_problem(answer_to(port, "GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n"),
    431, "header_too_large");
  check_problem(
    answer_to(port, "GET /" + std::string(100'000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n"), 431, "header_too_large");
  check_problem(
    answer_to(port, "POST /v1/campaigns HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), 501,
    "not_implemented");
  check_problem(
    answer_to(port, "POST /v1/campaigns HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\nContent-Length: 2\r\n\r\n{}"), 417,
    "expectation_failed");
  for (const auto& cut :
    std::initializer_list<std::string>{"G", "GET /healthz HTTP/1.1\r\n", "GET /healthz HTTP/1.1\r\nHost: a\r\n",
      "POST /v1/campaigns HTTP/1.1\r\nHost: a\r\n" + authorization + "Content-Length: 100\r\n\r\n{\"name\":"}) {
    INFO(cut);
    check_problem(answer_to(port, cut), 400, "incomplete_request");
  }

  const auto old = answer_to(port, "GET /v1/campaigns HTTP/1.0\r\n" + authorization + "\r\n");
  CHECK(old.status == 200);
  CHECK_FALSE(old.keep_alive);
  CHECK(old.json().at("total") == 0);
  check_problem(answer_to(port, "POST /v1/campaigns HTTP/1.0\r\n" + authorization + "\r\n"), 400, "malformed_json");
  const auto body = campaign_of(1).dump();
  CHECK(answer_to(port, "POST /v1/campaigns HTTP/1.0\r\n" + authorization
                          + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body)
          .status
        == 201);
  client http{port};
  CHECK(count_campaigns(http) == 1);
  CHECK(server.stop() == 0);
}

TEST_CASE("who sends a byte at a time is cut off, in the head and in the body, and keeps nobody waiting") {
  scratch_directory directory;
  auto with = accelerated(1, 10);
  with.emplace_back("http.header_timeout_s=1");
  with.emplace_back("http.body_timeout_s=1");
  with.emplace_back("http.idle_timeout_s=1");
  server_process server{directory, with};
  client http{server.port()};
  raw_socket silent{server.port()};
  raw_socket in_head{server.port()};
  raw_socket in_body{server.port()};
  REQUIRE(
    in_body.send("POST /v1/campaigns HTTP/1.1\r\nHost: a\r\n" + authorization + "Content-Length: 1000000\r\n\r\n{"));
  const std::string head = "GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + std::string(100'000, 'x');
  std::size_t sent = 0;
  std::string head_answer;
  std::string body_answer;
  // A byte now and then: far too few a second, but never a second without any.
  eventually("both are cut off", [&] {
    constexpr std::chrono::milliseconds pause{100};
    if (head_answer.empty() && sent < head.size()) {
      in_head.send(head.substr(sent++, 1));
      head_answer = in_head.receive(pause);
    }
    if (body_answer.empty()) {
      in_body.send(" ");
      body_answer = in_body.receive(pause);
    }
    CHECK(http.get("/healthz").status == 200);
    return !head_answer.empty() && !body_answer.empty();
  });
  check_problem(parse_reply(head_answer), 408, "request_timeout");
  check_problem(parse_reply(body_answer), 408, "request_timeout");
  CHECK(silent.receive_all() == ""); // closed without a word
  CHECK(count_campaigns(http) == 0);
}
