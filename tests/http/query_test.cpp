#include "http/head_check.hpp"
#include "http/media_type.hpp"
#include "http/query.hpp"
#include "http/router.hpp"

#include <catch2/catch.hpp>

using namespace redial::http;

TEST_CASE("percent decoding") {
  CHECK(percent_decode("a%20b+c", true) == "a b c");
  CHECK(percent_decode("a%2Bb+c", false) == "a+b+c");
  for (auto broken : {"%", "%1", "%zz", "a%2"})
    CHECK_FALSE(percent_decode(broken, true));
}

TEST_CASE("numbers in a query") {
  for (auto bad : {"limit=0", "limit=101", "limit=ten", "limit=", "limit", "limit=-1", "limit=1.5", "limit=+5",
         "limit=5x", "limit=99999999999999999999", "limit=1&limit=2"}) {
    INFO(bad);
    query_reader query{bad};
    query.number("limit", 1, 100, 20);
    auto wrong = query.finish();
    REQUIRE(wrong);
    CHECK(wrong->status == 400);
    CHECK(wrong->code == "invalid_parameter");
    CHECK(wrong->faults.first().at(0).parameter == "limit");
  }
  query_reader query{"limit=100&offset=7"};
  CHECK(query.number("limit", 1, 100, 20) == 100);
  CHECK(query.number("offset", 0, 1000, 0) == 7);
  CHECK(query.number("absent", 0, 10, 3) == 3);
  CHECK_FALSE(query.finish());
}

TEST_CASE("a query parameter that nobody asked for is refused by name") {
  query_reader query{"stauts=running&x=%zz"};
  CHECK_FALSE(query.text("status"));
  auto wrong = query.finish();
  REQUIRE(wrong);
  CHECK(wrong->faults.count() == 2);
  CHECK(wrong->faults.first()[1].parameter == "stauts");
}

TEST_CASE("repeated parameters") {
  query_reader query{"phones=%2B911&phones=+912&&phones="};
  CHECK(query.all("phones") == std::vector<std::string_view>{"+911", " 912", ""});
  CHECK_FALSE(query.finish());
}

TEST_CASE("media types") {
  for (auto good : {"", "application/json", "Application/JSON ; Charset=UTF-8", "application/json;charset=\"utf-8\"",
         "application/json;"})
    CHECK(media_of(good) == media::json);
  for (auto bad :
    {"text/plain", "application/jsonx", "application/json; charset=latin1", "application/x-www-form-urlencoded", ";"})
    CHECK(media_of(bad) == std::nullopt);
  CHECK(media_of("application/x-ndjson") == media::ndjson);
  CHECK(media_of("application/ndjson; charset=utf-8") == media::ndjson);
  CHECK(media_of("text/csv") == media::csv);
  CHECK(media_of("Text/CSV; header=present; charset=UTF-8") == media::csv);
  CHECK(media_of("text/csv; header=absent") == std::nullopt);
  CHECK(media_of("text/csv; charset=iso-8859-1") == std::nullopt);
  CHECK(media_of("application/json; header=present") == std::nullopt);
  CHECK(to_string(media::json | media::csv) == "application/json or text/csv");
  CHECK_FALSE((media::json | media::csv).contains(media::ndjson));
}

TEST_CASE("targets") {
  CHECK(split("/a?b=1?2").path == "/a");
  CHECK(split("/a?b=1?2").query == "b=1?2");
  CHECK(split("http://host:1/a?b").path == "/a");
  CHECK(split("http://host").path == "/");
  CHECK(split("*").path == "*");
}

TEST_CASE("routing") {
  auto found = find_route(verb::get, "/v1/campaigns/cmp_1/contacts/%2B91");
  REQUIRE(std::holds_alternative<routed>(found));
  CHECK(std::get<routed>(found).path_values == std::array<std::string, 2>{"cmp_1", "+91"});
  CHECK(std::holds_alternative<routed>(find_route(verb::head, "/healthz")));
  for (auto path : {"", "/", "*", "/v1", "/v1/campaigns/", "/v1/campaigns//contacts", "/v1/campaigns/a/b",
         "/v1/campaigns/a/contacts/b/c", "v1/campaigns", "/V1/campaigns"}) {
    INFO(path);
    auto none = find_route(verb::get, path);
    REQUIRE(std::holds_alternative<problem_details>(none));
    CHECK(std::get<problem_details>(none).status == 404);
  }
  auto wrong = std::get<problem_details>(find_route(verb::put, "/v1/campaigns"));
  CHECK(wrong.status == 405);
  CHECK(wrong.allow == "GET, HEAD, POST");
  CHECK(std::get<problem_details>(find_route(verb::get, "/v1/campaigns/%zz")).status == 400);
}

TEST_CASE("request ids that may be repeated") {
  CHECK(is_sane_request_id("abc-123"));
  CHECK(is_sane_request_id(std::string(128, 'a')));
  CHECK_FALSE(is_sane_request_id(std::string(129, 'a')));
  CHECK_FALSE(is_sane_request_id(""));
  CHECK_FALSE(is_sane_request_id("a b"));
  CHECK_FALSE(is_sane_request_id("caf\xC3\xA9"));
}
