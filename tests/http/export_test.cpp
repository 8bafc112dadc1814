#include "http/contact_csv.hpp"
#include "http/csv_text.hpp"
#include "tests/http/http_client.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using nlohmann::json;
using test::raw_client;
using test::request_text;
using test::served;

namespace {

std::string cell(std::string_view text) {
  std::string out;
  http::append_foreign_csv_cell(out, text);
  return out;
}

std::string numbered_contacts(int count, std::string_view note = {}) {
  std::string contacts = "[";
  for (int i = 0; i < count; ++i)
    contacts += std::string{i == 0 ? "" : ","} + R"({"phone":"+9198)" + std::to_string(10'000'000 + i)
                + R"(","name":"Contact )" + std::to_string(i) + R"(","note":")" + std::string{note} + "\"}";
  return contacts + "]";
}

constexpr std::string_view header =
  "phone,name,status,attempts,next_attempt_at,disposition,fields,call_id,call_attempt,call_status,call_outcome,"
  "call_disposition,call_duration_seconds,call_started_at,call_answered_at,call_ended_at\r\n";

time_point at(std::string_view text) { return parse_rfc3339(text).value(); }

/// A contact that was called twice and is being called.
contact_detail called() {
  contact_detail contact;
  contact.profile = {phone::parse("+919812345678").value(), "=cmd|' /C calc'!A0", R"({"plan":"gold, \"x\""})"};
  contact.state.status = contact_status::in_progress;
  contact.state.attempts = 3;
  contact.calls = {
    {call_id{1, 1}, 1, at("2026-03-01T10:00:00Z"), std::nullopt, at("2026-03-01T10:00:30Z"), call_outcome::busy, ""},
    {call_id{1, 2}, 2, at("2026-03-01T11:00:00Z"), at("2026-03-01T11:00:10Z"), at("2026-03-01T11:01:10.900Z"),
      call_outcome::unknown, ""}};
  contact.state.call = open_call{call_id{1, 3}, at("2026-03-01T12:00:00Z"), at("2026-03-01T12:00:05Z"), "callback", {}};
  return contact;
}

} // namespace

TEST_CASE("cells of CSV are quoted where they must be, and no spreadsheet takes them for formulas") {
  CHECK(cell("") == "");
  CHECK(cell("Asha") == "Asha");
  CHECK(cell("Müller, Jörg") == "\"Müller, Jörg\"");
  CHECK(cell("a \"b\" c") == "\"a \"\"b\"\" c\"");
  CHECK(cell("two\nlines") == "\"two\nlines\"");
  CHECK(cell("two\rlines") == "\"two\rlines\"");
  CHECK(cell("'") == "'");
  for (std::string_view begins : {"=", "+", "-", "@", "\t", "\uff1d", "\uff0b", "\uff0d", "\uff20"}) {
    INFO(begins);
    CHECK(cell(begins) == "'" + std::string{begins});
    CHECK(cell(std::string{begins} + "1") == "'" + std::string{begins} + "1");
    CHECK(cell("a" + std::string{begins}) == "a" + std::string{begins});
  }
  CHECK(cell("\r=1") == "\"'\r=1\"");
  CHECK(cell("\n=1") == "\"'\n=1\"");
  CHECK(cell("=\"a\",b") == "\"'=\"\"a\"\",b\"");
}

TEST_CASE("a row for each call, or one for a contact without any") {
  std::string out;
  http::append_csv_header(out);
  CHECK(out == header);
  out.clear();
  const auto contact = called();
  http::append_csv_rows(out, contact);
  const std::string same = R"(+919812345678,'=cmd|' /C calc'!A0,in_progress,3,,,"{""plan"":""gold, \""x\""""}",)";
  const auto id = [](std::uint64_t low) { return call_id{1, low}.to_string(); };
  CHECK(out
        == same + id(1) + ",1,failed,busy,,0,2026-03-01T10:00:00.000Z,,2026-03-01T10:00:30.000Z\r\n" + same + id(2)
             + ",2,unknown,unknown,,60,2026-03-01T11:00:00.000Z,2026-03-01T11:00:10.000Z,2026-03-01T11:01:10.900Z\r\n"
             + same + id(3) + ",3,in_progress,,callback,0,2026-03-01T12:00:00.000Z,2026-03-01T12:00:05.000Z,\r\n");

  contact_detail waiting;
  waiting.profile = {phone::parse("+14155550100").value(), "B", "{}"};
  waiting.state.status = contact_status::waiting_retry;
  waiting.state.due = at("2026-03-02T00:00:00Z");
  out.clear();
  http::append_csv_rows(out, waiting);
  CHECK(out == "+14155550100,B,waiting_retry,0,2026-03-02T00:00:00.000Z,,{},,,,,,,,,\r\n");
}

TEST_CASE("a campaign is exported as CSV, in the order of its list") {
  served to;
  const auto id = to.create(R"([{"phone":"+919812345678","name":"A, \"the first\"","city":"Pune"},)"
                            R"({"phone":"+14155550100","name":"-2+3"}])");
  const auto reply = to.ask("GET", "/v1/campaigns/" + id + "/export");
  REQUIRE(reply.status == 200);
  CHECK(reply.headers.at("content-type") == "text/csv; charset=utf-8; header=present");
  CHECK(reply.headers.at("content-disposition") == "attachment; filename=\"" + id + "-contacts.csv\"");
  CHECK(reply.body
        == std::string{header} + R"(+919812345678,"A, ""the first""",pending,0,,,"{""city"":""Pune""}",,,,,,,,,)"
             + "\r\n" + "+14155550100,'-2+3,pending,0,,,{},,,,,,,,,\r\n");
  CHECK(to.ask("GET", "/v1/campaigns/" + id + "/export?format=csv").body == reply.body);
}

TEST_CASE("a campaign is exported as JSON lines, each as the contact is shown") {
  served to;
  const auto id = to.create(numbered_contacts(250));
  const auto seen = called();
  to.engine.place_contact(*campaign_id::parse(id), phone::parse("+919810000007").value(), seen.state, seen.calls);
  const auto reply = to.ask("GET", "/v1/campaigns/" + id + "/export?format=ndjson");
  REQUIRE(reply.status == 200);
  CHECK(reply.headers.at("content-type") == "application/x-ndjson");
  CHECK(reply.headers.at("content-disposition") == "attachment; filename=\"" + id + "-contacts.ndjson\"");
  std::size_t lines = 0;
  for (std::size_t begin = 0; begin < reply.body.size(); ++lines) {
    const auto end = reply.body.find('\n', begin);
    REQUIRE(end != std::string::npos);
    const auto line = json::parse(reply.body.substr(begin, end - begin));
    REQUIRE(line["phone"] == "+9198" + std::to_string(10'000'000 + lines));
    if (lines == 7 || lines == 249)
      CHECK(line == to.ask("GET", "/v1/campaigns/" + id + "/contacts/" + line["phone"].get<std::string>()).json());
    begin = end + 1;
  }
  CHECK(lines == 250);
  CHECK(to.engine.wait_for_open_exports(0));
}

TEST_CASE("fields that were given over several lines do not break a line") {
  served to;
  const auto id = to.create("[{\"phone\":\"+919812345678\",\"name\":\"A\\nB\",\"tags\":[1,\r\n2,\n3]}]");
  const auto body = to.ask("GET", "/v1/campaigns/" + id + "/export?format=ndjson").body;
  CHECK(std::count(body.begin(), body.end(), '\n') == 1);
  CHECK(body.find('\r') == std::string::npos);
  CHECK(json::parse(body) == to.ask("GET", "/v1/campaigns/" + id + "/contacts/+919812345678").json());
  CHECK(json::parse(body)["name"] == "A\nB");
}

TEST_CASE("an empty campaign is exported as a header alone, and as nothing") {
  served to;
  const auto id = to.create("[]");
  CHECK(to.ask("GET", "/v1/campaigns/" + id + "/export").body == header);
  CHECK(to.ask("GET", "/v1/campaigns/" + id + "/export?format=ndjson").body.empty());
}

TEST_CASE("what cannot be exported is told before anything is sent") {
  served to;
  const auto id = to.create(numbered_contacts(3));
  const auto path = "/v1/campaigns/" + id + "/export";
  CHECK(to.ask("GET", "/v1/campaigns/cmp_zzzzzzzzz/export").status == 404);
  CHECK(to.ask("GET", "/v1/campaigns/nonsense/export").status == 404);
  const auto wrong = to.ask("GET", path + "?format=xlsx");
  CHECK(wrong.status == 400);
  CHECK(wrong.json()["errors"][0]["parameter"] == "format");
  CHECK(to.ask("GET", path + "?limit=3").status == 400);
  CHECK(to.ask("POST", path).status == 405);
  CHECK(to.ask("HEAD", path).status == 200);
  to.engine.fail_exports(0);
  CHECK(to.ask("GET", path).status == 503);
  CHECK(to.engine.wait_for_open_exports(0));
}

TEST_CASE("an export that fails half way is cut, so that nobody takes it for all") {
  served to;
  const auto id = to.create(numbered_contacts(250));
  to.engine.fail_exports(1);
  raw_client client{to.server.port()};
  client.send(request_text("GET", "/v1/campaigns/" + id + "/export"));
  CHECK_THAT(client.receive_head(), Catch::StartsWith("HTTP/1.1 200"));
  CHECK_THAT(client.receive_chunk(), Catch::StartsWith(std::string{header}));
  CHECK(client.closed_by_server());
  CHECK(to.engine.wait_for_open_exports(0));
}

TEST_CASE("an export reads no further than its client does, and ends with it") {
  served to;
  const auto id = to.create(numbered_contacts(3000, std::string(2000, 'n')));
  to.engine.set_stretch(10); // 20 KB
  raw_client client{to.server.port(), 64 * 1024};
  client.send(request_text("GET", "/v1/campaigns/" + id + "/export?format=ndjson"));
  client.receive_head();
  for (int i = 0; i < 200; ++i)
    REQUIRE(to.ask("GET", "/v1/campaigns/" + id + "/contacts?limit=1").status == 200); // by the thread that exports
  CHECK(to.engine.stretches() < 100);
  CHECK(to.engine.open_exports() == 1);
  SECTION("to the end") {
    const auto all = client.receive_chunks();
    CHECK(std::count(all.begin(), all.end(), '\n') == 3000);
  }
  SECTION("not to the end") { client.close(); }
  CHECK(to.engine.wait_for_open_exports(0));
}
