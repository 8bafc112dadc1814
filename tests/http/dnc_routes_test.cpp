#include "http/dnc_body.hpp"
#include "http/dnc_csv.hpp"
#include "tests/http/http_client.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using nlohmann::json;
using test::served;

namespace {

constexpr time_point now{std::chrono::hours{24 * 365 * 55}};

/// @returns the pointers at fault, joined, or "ok".
std::string faults_in(std::string_view body) {
  const auto read = http::read_dnc_entries(body, now);
  const auto* wrong = std::get_if<http::problem_details>(&read);
  if (wrong == nullptr)
    return "ok";
  if (wrong->status != 422)
    return std::to_string(wrong->status);
  std::string all;
  for (const auto& one : wrong->faults.first())
    all += (all.empty() ? "" : " ") + (one.pointer.empty() ? "(body)" : one.pointer);
  return all;
}

/// @returns each fault of a CSV body as "line pointer", joined, or "ok".
std::string csv_faults_in(std::string_view body) {
  const auto read = http::read_dnc_csv(body, now);
  const auto* wrong = std::get_if<http::problem_details>(&read);
  if (wrong == nullptr)
    return "ok";
  if (wrong->status != 422)
    return wrong->code;
  std::string all;
  for (const auto& one : wrong->faults.first())
    all += (all.empty() ? "" : ", ") + std::to_string(one.line) + (one.pointer.empty() ? "" : " " + one.pointer);
  return all;
}

} // namespace

TEST_CASE("a number is put on the do-not-call list, shown, and taken off") {
  served at;
  auto made = at.ask("POST", "/v1/dnc", R"({"phone":"+919812345678","reason":"asked by mail","source":"crm"})");
  CHECK(made.status == 200);
  CHECK(made.json() == json{{"added", 1}, {"updated", 0}});
  made = at.ask("POST", "/v1/dnc",
    R"({"entries":[{"phone":"+919812345678"},{"phone":"+14155550100","expires_at":"2099-01-31T09:00:00+05:30"}]})");
  CHECK(made.json() == json{{"added", 1}, {"updated", 1}});

  const auto shown = at.ask("GET", "/v1/dnc/+919812345678").json();
  CHECK(shown["phone"] == "+919812345678");
  CHECK(shown["reason"].is_null());
  CHECK(shown["source"].is_null());
  CHECK(shown["created_at"].is_string());
  CHECK(shown["expires_at"].is_null());
  CHECK(shown.size() == 5);

  const auto page = at.ask("GET", "/v1/dnc?limit=1&offset=1").json();
  CHECK(page["total"] == 2);
  CHECK(page["limit"] == 1);
  CHECK(page["offset"] == 1);
  CHECK(page["data"] == json::array({shown}));
  CHECK(at.ask("GET", "/v1/dnc").json()["data"][0]["expires_at"] == "2099-01-31T03:30:00.000Z");
  CHECK(at.ask("GET", "/v1/dnc?phone=%2B919812345678").json()["data"] == json::array({shown}));
  CHECK(at.ask("GET", "/v1/dnc?phone=+919812345678&offset=1").json()["data"] == json::array());
  CHECK(at.ask("GET", "/v1/dnc?phone=+919812345679").json()["total"] == 0);
  CHECK(at.ask("GET", "/v1/dnc?phone=12").status == 400);
  CHECK(at.ask("GET", "/v1/dnc?limit=0").status == 400);

  CHECK(at.ask("DELETE", "/v1/dnc/+919812345678").json() == json{{"removed", 1}, {"not_found", 0}});
  CHECK(at.ask("DELETE", "/v1/dnc/+919812345678").status == 404);
  CHECK(at.ask("GET", "/v1/dnc/+919812345678").status == 404);
  CHECK(at.ask("GET", "/v1/dnc/x").status == 404);
  CHECK(at.ask("DELETE", "/v1/dnc/x").status == 404);
  CHECK(at.ask("DELETE", "/v1/dnc", R"({"phones":["+14155550100","+14155550101"]})").json()
        == json{{"removed", 1}, {"not_found", 1}});
  CHECK(at.ask("DELETE", "/v1/dnc", R"({"phones":["+14155550100","x"]})").status == 422);
  CHECK(at.ask("GET", "/v1/dnc").json()["total"] == 0);
  CHECK(at.ask("PUT", "/v1/dnc").headers.at("allow") == "POST, GET, HEAD, DELETE");
}

TEST_CASE("one malformed entry and nothing is put on the list") {
  served at;
  const auto refused = at.ask("POST", "/v1/dnc", R"({"entries":[{"phone":"+919812345678"},{"phone":"911"},{}]})");
  CHECK(refused.status == 422);
  CHECK(refused.json()["code"] == "invalid_value");
  CHECK(refused.json()["error_count"] == 2);
  CHECK(refused.json()["errors"][0]["pointer"] == "/entries/1/phone");
  CHECK(refused.json()["errors"][1]["pointer"] == "/entries/2/phone");
  CHECK(at.ask("GET", "/v1/dnc").json()["total"] == 0);
}

TEST_CASE("bodies of POST /v1/dnc, one by one") {
  const std::string good = R"("phone":"+919812345678")";
  CHECK(faults_in("{" + good + "}") == "ok");
  CHECK(faults_in("{" + good + R"(,"reason":null,"source":null,"expires_at":null})") == "ok");
  CHECK(faults_in(R"({"entries":[]})") == "ok");
  CHECK(faults_in(R"({"entries":[{)" + good + "}]}") == "ok");
  CHECK(faults_in("{" + good + R"(,"reason":")" + std::string(1000, 'x') + R"("})") == "ok");
  CHECK(faults_in("") == "400");
  CHECK(faults_in(" \n") == "400");
  CHECK(faults_in("{") == "400");
  CHECK(faults_in("{" + good + "} x") == "400");
  CHECK(faults_in("{}") == "/phone");
  CHECK(faults_in("[]") == "(body)");
  CHECK(faults_in("7") == "(body)");
  CHECK(faults_in("null") == "(body)");
  CHECK(faults_in(R"({"phone":null})") == "/phone");
  CHECK(faults_in(R"({"phone":7,"reason":[{"phone":"+1"}],"source":{"a":1}})") == "/phone /reason /source");
  CHECK(faults_in(R"({"phone":"+0123456789"})") == "/phone");
  CHECK(faults_in("{" + good + "," + good + "}") == "/phone");
  CHECK(faults_in("{" + good + R"(,"resaon":"x"})") == "/resaon");
  CHECK(faults_in("{" + good + R"(,"reason":")" + std::string(1001, 'x') + R"("})") == "/reason");
  CHECK(faults_in("{" + good + R"(,"source":")" + std::string(129, 'x') + R"("})") == "/source");
  CHECK(faults_in("{" + good + R"(,"expires_at":"tomorrow"})") == "/expires_at");
  CHECK(faults_in("{" + good + R"(,"expires_at":"2001-01-01T00:00:00Z"})") == "/expires_at");
  CHECK(faults_in("{" + good + R"(,"expires_at":"2099-01-01T00:00:00Z"})") == "ok");
  CHECK(faults_in(R"({"entries":7})") == "/entries");
  CHECK(faults_in(R"({"entries":{"phone":"+919812345678"}})") == "/entries");
  CHECK(faults_in(R"({"entries":[7,[{"phone":"+1"}],{)" + good + "}]}") == "/entries/0 /entries/1");
  CHECK(faults_in(R"({"entries":[],"entries":[]})") == "/entries");
  CHECK(faults_in("{" + good + R"(,"entries":[]})") == "(body)");
  CHECK(faults_in(R"({"entries":[{)" + good + R"(}],"reason":"x"})") == "(body)");
  CHECK(faults_in(R"({"entries":[{"phone":"+1","x":1,"reason":7},{"expires_at":1}]})")
        == "/entries/0/phone /entries/0/x /entries/0/reason /entries/1/expires_at /entries/1/phone");
  CHECK(faults_in(std::string(100, '[')) == "(body)");
  CHECK(faults_in(R"({"reason":)" + std::string(100, '[')) == "400");

  std::string many = R"({"entries":[)";
  for (int n = 0; n < 100'000; ++n)
    many += (n == 0 ? "{" : ",{") + good + "}";
  CHECK(faults_in(many + "]}") == "ok");
  CHECK(faults_in(many + ",{" + good + "}]}") == "/entries");
}

TEST_CASE("a body of POST /v1/dnc that ends in something else is not JSON") {
  // The parser takes a NUL for the end of the text.
  CHECK(faults_in({"{\"phone\":\"+919812345678\"}\0nonsense", 34}) == "400");
  CHECK(faults_in({"{\"phone\":\"+919812345678\"}\0", 26}) == "400");
  CHECK(faults_in(R"({"phone":"+919812345678"}nonsense)") == "400");
}

TEST_CASE("CSV bodies of POST /v1/dnc, one by one") {
  const auto entries = [](std::string_view body) { return std::get<0>(http::read_dnc_csv(body, now)); };
  const auto one = phone::parse("+919812345678").value();
  const auto two = phone::parse("+14155550100").value();
  CHECK(entries("phone\n+919812345678\n+14155550100")
        == std::vector<dnc_entry>{{one, "", "", {}, {}}, {two, "", "", {}, {}}});
  // Columns in any order, a byte order mark, quotes, CRLF; an empty field is a member that is not set.
  CHECK(entries("\xEF\xBB\xBFreason,expires_at,phone,source\r\n\"asked, by \"\"mail\"\"\",2099-01-31T09:00:00+05:30,"
                "+919812345678,crm\r\n,,+14155550100,\r\n")
        == std::vector<dnc_entry>{
          {one, "asked, by \"mail\"", "crm", {}, parse_rfc3339("2099-01-31T03:30:00Z")}, {two, "", "", {}, {}}});
  CHECK(entries("phone\n").empty());

  CHECK(csv_faults_in("") == "malformed_csv");
  CHECK(csv_faults_in("phone\n\"+919812345678") == "malformed_csv");
  CHECK(csv_faults_in("pho\"ne\n+919812345678") == "malformed_csv");
  CHECK(csv_faults_in("reason\nx\n") == "1");
  CHECK(csv_faults_in("phone,resaon,phone\n+919812345678,x,y\n") == "1, 1");
  CHECK(csv_faults_in("phone,\n+919812345678,\n") == "1");
  const auto header = http::read_dnc_csv("number,resaon\n", now);
  const auto& told = std::get<http::problem_details>(header).faults.first();
  REQUIRE(told.size() == 3);
  CHECK(told[0].detail == "the column number is not a member of an entry");
  CHECK(told[2].detail == "the column phone is required");

  CHECK(csv_faults_in("phone,source\n+919812345678,\"a\nb\"\n911,x\n,x\n+919812345678\n\n\"+91\"9,x\n")
        == "4 /1/phone, 5 /2/phone, 6 /3, 7 /4, 8 /5");
  const auto row = [](std::string reason, std::string source, std::string_view expires) {
    return "phone,reason,source,expires_at\n+919812345678," + std::move(reason) + "," + std::move(source) + ","
           + std::string{expires} + "\n";
  };
  CHECK(csv_faults_in(row(std::string(1000, 'x'), std::string(128, 'x'), "2099-01-01T00:00:00Z")) == "ok");
  CHECK(csv_faults_in(row(std::string(1001, 'x'), std::string(129, 'x'), "2001-01-01T00:00:00Z"))
        == "2 /0/reason, 2 /0/source, 2 /0/expires_at");
  CHECK(csv_faults_in(row("", "", "tomorrow")) == "2 /0/expires_at");

  std::string many = "phone\n";
  for (int n = 0; n < 100'000; ++n)
    many += "+919812345678\n";
  CHECK(csv_faults_in(many) == "ok");
  CHECK(csv_faults_in(many + "+919812345678\n") == "100002");
}

TEST_CASE("numbers are put on the do-not-call list out of a CSV, all or none, once for one key") {
  served at;
  const std::string csv = "Content-Type: text/csv\r\n";
  const std::string_view body = "phone,reason\n+919812345678,asked by mail\n+14155550100,\n";
  const auto refused = at.ask("POST", "/v1/dnc", "phone,reason\n+919812345678,\n12,x\n", csv);
  CHECK(refused.status == 422);
  CHECK(refused.json()["errors"]
        == json{{{"pointer", "/1/phone"}, {"line", 3},
          {"detail", "must be an E.164 number: + and 7 to 15 digits, the first not 0"}}});
  CHECK(at.ask("GET", "/v1/dnc").json()["total"] == 0);

  const std::string keyed = csv + "Idempotency-Key: k1\r\n";
  CHECK(at.ask("POST", "/v1/dnc", body, keyed).json() == json{{"added", 2}, {"updated", 0}});
  CHECK(at.ask("GET", "/v1/dnc/+919812345678").json()["reason"] == "asked by mail");
  const auto again = at.ask("POST", "/v1/dnc", body, keyed);
  CHECK(again.json() == json{{"added", 2}, {"updated", 0}});
  CHECK(again.headers.at("idempotency-replayed") == "true");
  CHECK(at.ask("POST", "/v1/dnc", R"({"phone":"+919812345678"})", "Idempotency-Key: k1\r\n").json()["code"]
        == "idempotency_key_reused");
  CHECK(at.ask("POST", "/v1/dnc", body, "Content-Type: application/x-ndjson\r\n").json()["detail"]
        == "The body must be application/json or text/csv in UTF-8.");
}

TEST_CASE("the same Idempotency-Key gets the same answer, once no call is on its way") {
  served at;
  const std::string key = "Idempotency-Key: k1\r\n";
  const auto ask = [&](std::string_view body) { return at.ask("POST", "/v1/dnc", body, key); };
  const auto first = ask(R"({"phone":"+919812345678"})");
  CHECK(first.json()["added"] == 1);
  CHECK(at.engine.clearings == 0);
  const auto again = ask(R"({"phone":"+919812345678"})");
  CHECK(again.status == 200);
  CHECK(again.json() == first.json());
  CHECK(again.headers.at("idempotency-replayed") == "true");
  CHECK(at.engine.clearings == 1);
  CHECK(ask(R"({"phone":"+919812345679"})").json()["code"] == "idempotency_key_reused");
  CHECK(at.engine.clearings == 1);
  CHECK(at.engine.keys_in_use() == 0);
  CHECK(at.ask("GET", "/v1/dnc").json()["total"] == 1);
}

TEST_CASE("another workspace's list is not seen") {
  // The routes pass the caller's workspace on; that the engine keeps them apart is tests/actors/dnc_test.cpp.
  served at;
  at.engine.add_dnc({"sales", ""}, {{phone::parse("+14155550100").value(), {}, {}, {}, {}}}, {}, [](const auto&) {});
  CHECK(at.ask("GET", "/v1/dnc/+14155550100").status == 404);
  CHECK(at.ask("GET", "/v1/dnc").json()["total"] == 0);
}
