#include "http/json_body.hpp"
#include "http/phones_body.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using namespace redial::http;

namespace {

unsigned status_of_json(std::string_view text) {
  auto parsed = parse_json(text);
  auto* wrong = std::get_if<problem_details>(&parsed);
  return wrong != nullptr ? wrong->status : 200;
}

unsigned status_of_phones(std::string_view text) {
  auto parsed = read_phones(text);
  auto* wrong = std::get_if<problem_details>(&parsed);
  return wrong != nullptr ? wrong->status : 200;
}

} // namespace

TEST_CASE("small JSON bodies are read strictly") {
  CHECK(status_of_json(R"({"a":{"b":1},"c":{"b":1}})") == 200);
  for (auto malformed :
    {"", " ", "{", "{\"a\":NaN}", "{\"a\":\"\\ud800\"}", "{\"a\":\"\xFF\"}", "{\"a\":1}x", "{'a':1}"}) {
    INFO(malformed);
    CHECK(status_of_json(malformed) == 400);
  }
  // The parser takes a NUL for the end of the text.
  CHECK(status_of_json(std::string{"{}\0", 3}) == 400);
  CHECK(status_of_json(std::string{"{}\0nonsense", 11}) == 400);
  CHECK(status_of_json(R"({"a":1e999})") == 422);
  CHECK(status_of_json(std::string(10'000, '[') + std::string(10'000, ']')) == 400);
  auto repeated = parse_json(R"({"a":{"b/c":1,"b/c":2}})");
  CHECK(std::get<problem_details>(repeated).status == 422);
  CHECK(std::get<problem_details>(repeated).faults.first().at(0).pointer == "/a/b~1c");
}

TEST_CASE("phones to remove") {
  auto phones = read_phones(R"({"phones":["+919812345678","+14155550100"]})");
  REQUIRE(std::holds_alternative<std::vector<phone>>(phones));
  CHECK(std::get<std::vector<phone>>(phones).at(1) == phone::parse("+14155550100"));
  CHECK(status_of_phones(R"({"phones":[]})") == 200);
  for (auto invalid : {"{}", "[]", "1", R"({"phones":"+919812345678"})", R"({"phones":{"a":"+919812345678"}})",
         R"({"phones":[1]})", R"({"phones":[null]})", R"({"phones":[["+919812345678"]]})", R"({"phones":["x"]})",
         R"({"phones":[],"x":1})", R"({"phones":[],"phones":[]})", R"({"phones":null})"}) {
    INFO(invalid);
    CHECK(status_of_phones(invalid) == 422);
  }
  for (auto malformed : {"", "{", R"({"phones":[)", R"({"phones":["+91981234)", "nope", "{\"phones\":[]}{}"})
    CHECK(status_of_phones(malformed) == 400);
  CHECK(status_of_phones({"{\"phones\":[]}\0nonsense", 22}) == 400);
  CHECK(status_of_phones("{\"phones\":" + std::string(10'000, '[')) == 400);
}

TEST_CASE("phones at fault are named, and at most 100,000 are taken") {
  auto wrong = std::get<problem_details>(read_phones(R"({"phones":["+919812345678","x",7]})"));
  CHECK(wrong.faults.count() == 2);
  CHECK(wrong.faults.first()[0].pointer == "/phones/1");
  CHECK(wrong.faults.first()[1].pointer == "/phones/2");
  std::string many = R"({"phones":["+919812345678")";
  for (int i = 1; i < 100'000; ++i)
    many += ",\"+919812345678\"";
  CHECK(status_of_phones(many + "]}") == 200);
  CHECK(status_of_phones(many + ",\"+919812345678\"]}") == 422);
}
