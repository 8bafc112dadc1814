/// Bodies that are wrong: each answered clearly, none with an effect.
#include "campaigns.hpp"

#include <algorithm>

using namespace redial;
using namespace redial::e2e;
using nlohmann::json;

namespace {

struct bad_body {
  std::string what;
  std::string text;
  unsigned status = 0;
  std::string code;
  std::string pointer; ///< of one of the errors; empty: there need be none
};

/// A good campaign in which `member` is the JSON `value`; none, if that is empty.
std::string campaign_with(const std::string& member, const std::string& value) {
  std::map<std::string, std::string> members{{"name", R"("Trial")"}, {"script_id", R"("greeting")"},
    {"language", R"("hi-IN")"}, {"contacts", R"([{"phone":"+919000000001","name":"A"}])"}};
  members[member] = value;
  std::string text = "{";
  for (const auto& [name, given] : members) {
    if (!given.empty())
      text += (text.size() > 1 ? ",\"" : "\"") + name + "\":" + given;
  }
  return text + "}";
}

std::string contact(const std::string& members) {
  return campaign_with("contacts", R"([{"phone":"+919000000001","name":"A"},{)" + members + "}]");
}

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i)
    all += text;
  return all;
}

bad_body malformed(std::string what, std::string text) {
  return {std::move(what), std::move(text), 400, "malformed_json", ""};
}
bad_body invalid(std::string what, std::string text, std::string pointer) {
  return {std::move(what), std::move(text), 422, "invalid_value", std::move(pointer)};
}

std::vector<bad_body> malformed_bodies() {
  const auto good = campaign_with("name", R"("Trial")");
  const auto deep_array = repeated("[", 10'000) + repeated("]", 10'000);
  const auto deep_object = repeated(R"({"a":)", 10'000) + "1" + repeated("}", 10'000);
  return {
    malformed("empty", ""),
    malformed("blank", " \r\n\t "),
    malformed("cut in a string", R"({"name":"Tri)"),
    malformed("cut before the end", good.substr(0, good.size() - 1)),
    malformed("cut in a contact", good.substr(0, good.find("+91"))),
    malformed("two objects", good + good),
    malformed("a comma too many", good.substr(0, good.size() - 1) + ",}"),
    malformed("text", "name=Trial"),
    malformed("10,000 deep", campaign_with("name", deep_array)),
    malformed("10,000 deep in objects", campaign_with("schedule", deep_object)),
    malformed("10,000 deep in contacts", campaign_with("contacts", repeated("[", 10'000))),
    malformed("10,000 deep in a custom field", contact(R"("phone":"+919000000002","name":"B","x":)" + deep_object)),
    malformed("NaN", campaign_with("max_attempts", "NaN")),
    malformed("NaN in a contact", contact(R"("phone":"+919000000002","name":"B","x":NaN)")),
    malformed("Infinity", campaign_with("max_attempts", "-Infinity")),
    malformed("lone high surrogate", campaign_with("name", R"("\ud800")")),
    malformed("lone low surrogate", campaign_with("name", R"("\udc00")")),
    malformed("surrogates in the wrong order", campaign_with("name", R"("\udc00\ud800")")),
    malformed("lone surrogate in a contact's name", contact(R"("phone":"+919000000002","name":"\ud83d")")),
    malformed("lone surrogate in a custom field", contact(R"("phone":"+919000000002","name":"B","x":"\udfff")")),
    malformed("invalid UTF-8", campaign_with("name", "\"\xff\"")),
    malformed("overlong UTF-8", campaign_with("name", "\"\xc0\xaf\"")),
    malformed("cut UTF-8", campaign_with("name", "\"\xe0\xa4\"")),
    malformed("invalid UTF-8 in a contact's name", contact("\"phone\":\"+919000000002\",\"name\":\"\xff\"")),
    malformed(
      "invalid UTF-8 in a custom field", contact("\"phone\":\"+919000000002\",\"name\":\"B\",\"x\":\"\xe0\xa4\"")),
    malformed("encoded surrogate", campaign_with("name", "\"\xed\xa0\x80\"")),
    malformed("a raw control character", campaign_with("name", "\"a\x01\"")),
    malformed("single quotes", "{'name': 'Trial'}"),
  };
}

std::vector<bad_body> invalid_members() {
  return {
    invalid("an array", "[]", ""),
    invalid("a number", "7", ""),
    invalid("a member twice", R"({"name":"A",)" + campaign_with("name", R"("B")").substr(1), "/name"),
    invalid("contacts twice", R"({"contacts":[],)" + campaign_with("name", R"("B")").substr(1), "/contacts"),
    invalid(
      "a member twice, once in escapes", R"({"n\u0061me":"A",)" + campaign_with("name", R"("B")").substr(1), "/name"),
    invalid("a member of a member twice", campaign_with("schedule", R"({"timezone":"UTC","timezone":"UTC"})"),
      "/schedule/timezone"),
    invalid("no name", campaign_with("name", ""), "/name"),
    invalid("no script", campaign_with("script_id", ""), "/script_id"),
    invalid("no language", campaign_with("language", ""), "/language"),
    invalid("no contacts", campaign_with("contacts", ""), "/contacts"),
    invalid("a name of another type", campaign_with("name", "7"), "/name"),
    invalid("a name that is null", campaign_with("name", "null"), "/name"),
    invalid("an empty name", campaign_with("name", R"("")"), "/name"),
    invalid("256 ASCII letters of name", campaign_with("name", "\"" + std::string(256, 'n') + "\""), "/name"),
    invalid("256 code points of name", campaign_with("name", "\"" + repeated("\xe0\xa4\x85", 256) + "\""), "/name"),
    invalid(
      "256 escaped code points of name", campaign_with("name", "\"" + repeated("\\ud83d\\ude00", 256) + "\""), "/name"),
    invalid("129 characters of script", campaign_with("script_id", "\"" + std::string(129, 's') + "\""), "/script_id"),
    invalid("a script of another type", campaign_with("script_id", "{}"), "/script_id"),
    invalid("en_US", campaign_with("language", R"("en_US")"), "/language"),
    invalid("hi-", campaign_with("language", R"("hi-")"), "/language"),
    invalid("no language in the tag", campaign_with("language", R"("")"), "/language"),
    invalid("a language of another type", campaign_with("language", R"(["hi-IN"])"), "/language"),
    invalid("contacts of another type", campaign_with("contacts", "{}"), "/contacts"),
    invalid("contacts null", campaign_with("contacts", "null"), "/contacts"),
    invalid("max_attempts 0", campaign_with("max_attempts", "0"), "/max_attempts"),
    invalid("max_attempts 6", campaign_with("max_attempts", "6"), "/max_attempts"),
    invalid("max_attempts -1", campaign_with("max_attempts", "-1"), "/max_attempts"),
    invalid("max_attempts 1.5", campaign_with("max_attempts", "1.5"), "/max_attempts"),
    invalid("max_attempts \"3\"", campaign_with("max_attempts", R"("3")"), "/max_attempts"),
    invalid("max_attempts 257", campaign_with("max_attempts", "257"), "/max_attempts"),
    invalid("max_attempts 2^64", campaign_with("max_attempts", "18446744073709551617"), "/max_attempts"),
    invalid("max_attempts 1e400", campaign_with("max_attempts", "1e400"), "/max_attempts"),
    invalid("retry interval -1", campaign_with("retry_interval_minutes", "-1"), "/retry_interval_minutes"),
    invalid("retry interval 0", campaign_with("retry_interval_minutes", "0"), "/retry_interval_minutes"),
    invalid("retry interval 10081", campaign_with("retry_interval_minutes", "10081"), "/retry_interval_minutes"),
    invalid("a misspelt member", campaign_with("retry_interval_minuts", "5"), "/retry_interval_minuts"),
    invalid("a member with a slash", campaign_with("a/b~c", "5"), "/a~1b~0c"),
    invalid("a schedule of another type", campaign_with("schedule", "[]"), "/schedule"),
    invalid("end before start",
      campaign_with("schedule", R"({"start_time":"2090-01-02T00:00:00Z","end_time":"2090-01-01T00:00:00Z"})"),
      "/schedule/end_time"),
    invalid(
      "end that has passed", campaign_with("schedule", R"({"end_time":"2020-01-01T00:00:00Z"})"), "/schedule/end_time"),
    invalid("unknown zone", campaign_with("schedule", R"({"timezone":"Asia/Atlantis"})"), "/schedule/timezone"),
    invalid(
      "a zone that is a path", campaign_with("schedule", R"({"timezone":"../../etc/passwd"})"), "/schedule/timezone"),
    invalid(
      "no such month", campaign_with("schedule", R"({"start_time":"2090-13-01T00:00:00Z"})"), "/schedule/start_time"),
    invalid(
      "no such day", campaign_with("schedule", R"({"start_time":"2090-02-29T00:00:00Z"})"), "/schedule/start_time"),
    invalid("no offset", campaign_with("schedule", R"({"start_time":"2090-01-01T00:00:00"})"), "/schedule/start_time"),
    invalid("a misspelt member of schedule", campaign_with("schedule", R"({"start":"2090-01-01T00:00:00Z"})"),
      "/schedule/start"),
  };
}

std::vector<bad_body> invalid_contacts() {
  const auto phone = [](const std::string& number) {
    return invalid("phone " + number, contact("\"phone\":" + number + ",\"name\":\"B\""), "/contacts/1/phone");
  };
  return {
    phone(R"("919000000002")"),
    phone(R"("+91900000000a")"),
    phone(R"("+123")"),
    phone(R"("+12345678901234567890")"),
    phone(R"("+0123456789")"),
    phone(R"("+91 9000000002")"),
    phone(R"("")"),
    phone(R"("++919000000002")"),
    phone("919000000002"),
    phone("null"),
    phone(R"("+\u0661\u0662\u0663\u0664\u0665\u0666\u0667")"),
    invalid("no phone", contact(R"("name":"B")"), "/contacts/1/phone"),
    invalid("no name", contact(R"("phone":"+919000000002")"), "/contacts/1/name"),
    invalid("an empty name", contact(R"("phone":"+919000000002","name":"")"), "/contacts/1/name"),
    invalid("256 code points of a contact's name",
      contact(R"("phone":"+919000000002","name":")" + repeated("\xe0\xa4\x85", 256) + "\""), "/contacts/1/name"),
    invalid(
      "phone twice", contact(R"("phone":"+919000000002","name":"B","phone":"+919000000003")"), "/contacts/1/phone"),
    invalid("a custom field twice", contact(R"("phone":"+919000000002","name":"B","x":1,"x":2)"), "/contacts/1/x"),
    invalid("a contact that is none", campaign_with("contacts", R"(["+919000000002"])"), "/contacts/0"),
    invalid("a contact of more than its size",
      contact(R"("phone":"+919000000002","name":"B","x":")" + std::string(2'000'000, 'x') + "\""), "/contacts/1"),
  };
}

void check_answer(const bad_body& each, const reply& answer) {
  INFO(each.what << ": " << each.text.substr(0, 200) << "\n" << answer.status << " " << answer.body.substr(0, 600));
  CHECK(answer.status == each.status);
  CHECK(answer.header("Content-Type") == "application/problem+json");
  CHECK_FALSE(answer.header("X-Request-Id").empty());
  const auto problem = answer.json();
  CHECK(problem.at("status") == each.status);
  CHECK(problem.at("code") == each.code);
  CHECK(problem.at("title").is_string());
  CHECK(problem.at("type").is_string());
  CHECK_FALSE(problem.at("detail").get<std::string>().empty());
  if (each.pointer.empty())
    return;
  const auto& errors = problem.at("errors");
  CHECK(std::any_of(errors.begin(), errors.end(), [&](const json& one) { return one.at("pointer") == each.pointer; }));
}

} // namespace

TEST_CASE("a campaign whose body is wrong is refused clearly, and leaves nothing") {
  scratch_directory directory;
  server_process server{directory, accelerated(1, 10)};
  client http{server.port()};
  const auto wrong = GENERATE(malformed_bodies, invalid_members, invalid_contacts);
  for (const auto& each : wrong()) {
    check_answer(each, http.post("/v1/campaigns", each.text));
    CHECK(http.get("/healthz").status == 200);
  }
  CHECK(count_campaigns(http) == 0);
  CHECK(server.stop() == 0);
}

TEST_CASE("all faults of a campaign are named at once, a hundred of them, and counted") {
  scratch_directory directory;
  server_process server{directory, accelerated(1, 10)};
  client http{server.port()};
  auto body = campaign_of(5000);
  for (auto& one : body["contacts"])
    one["phone"] = "12";
  body["max_attempts"] = 9;
  body["name"] = "";
  const auto answer = http.post("/v1/campaigns", body.dump());
  REQUIRE(answer.status == 422);
  CHECK(answer.json().at("errors").size() == 100);
  CHECK(answer.json().at("error_count") == 5002);
  CHECK(count_campaigns(http) == 0);
}

TEST_CASE("what is just within the limits passes, and comes back as it was given") {
  scratch_directory directory;
  server_process server{directory, accelerated(1, 10)};
  client http{server.port()};
  auto body = campaign_of(0, 5, 10'080);
  body["name"] = repeated("\xf0\x9f\x98\x80", 255);
  body["script_id"] = std::string(128, 's');
  body["language"] = "HI-in";
  body["schedule"] = {{"start_time", "2090-01-01T09:00:00+05:30"}, {"end_time", nullptr}, {"timezone", "Asia/Kolkata"}};
  body["contacts"] = {{{"phone", "+1234567"}, {"name", repeated("\xe0\xa4\x85", 255)}},
    {{"phone", "+123456789012345"}, {"name", "B"}, {"x", {{"y", {1, 2.5, nullptr, "z"}}}}, {"\xe0\xa4\x85", ""}}};
  const auto shown = show(http, create(http, body));
  for (const auto* member : {"name", "script_id", "max_attempts", "retry_interval_minutes"})
    CHECK(shown.at(member) == body.at(member));
  CHECK(shown.at("language") == "hi-IN");
  CHECK(shown.at("schedule").at("start_time") == "2090-01-01T03:30:00.000Z");
  const auto list = contacts_of(http, shown.at("id").get<std::string>());
  REQUIRE(list.size() == 2);
  CHECK(list[0].at("name") == body["contacts"][0]["name"]);
  CHECK(list[1].at("fields") == json{{"x", {{"y", {1, 2.5, nullptr, "z"}}}}, {"\xe0\xa4\x85", ""}});
}

TEST_CASE("actions and removals whose body is wrong are refused clearly, and change nothing") {
  scratch_directory directory;
  server_process server{directory, accelerated(1, 10)};
  client http{server.port()};
  const auto id = create(http, campaign_of(3));
  const auto before = show(http, id);
  const auto path = "/v1/campaigns/" + id;
  for (const auto& each : {malformed("empty", ""), malformed("cut", R"({"action":)"),
         malformed("deep", repeated("[", 10'000)), invalid("an array", "[]", ""), invalid("nothing", "{}", "/action"),
         invalid("an unknown action", R"({"action":"destroy"})", "/action"),
         invalid("an action of another type", R"({"action":1})", "/action"),
         invalid("a further member", R"({"action":"start","x":1})", "/x"),
         invalid("action twice", R"({"action":"start","action":"stop"})", "/action")})
    check_answer(each, http.patch(path, each.text));
  for (const auto& each : {malformed("empty", ""), malformed("cut", R"({"phones":[)"),
         malformed("deep", R"({"phones":)" + repeated("[", 10'000)), invalid("an array", "[]", ""),
         invalid("nothing", "{}", "/phones"), invalid("another type", R"({"phones":"+919000000000"})", "/phones"),
         invalid("one bad phone", R"({"phones":["+919000000000","919000000001"]})", "/phones/1"),
         invalid("a phone of another type", R"({"phones":[919000000000]})", "/phones/0"),
         invalid("a further member", R"({"phones":["+919000000000"],"x":1})", "/x"),
         invalid("phones twice", R"({"phones":["+919000000000"],"phones":[]})", "/phones")})
    check_answer(each, http.del(path + "/contacts", each.text));
  check_answer(malformed("a body for an alias", "{"), http.post(path + "/start", "{"));
  CHECK(http.del(path + "/contacts?phones=%2B919000000000&phones=12").status == 422);
  CHECK(show(http, id) == before);
}
