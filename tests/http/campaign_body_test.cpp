#include "http/campaign_body.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace redial;
using http::campaign_body;
using http::problem_details;

namespace {

/// All that the parser makes of a body.
struct parsed {
  std::optional<campaign_definition> definition;
  problem_details wrong;
  std::vector<contact_profile> contacts;

  unsigned status() const { return definition ? 201 : wrong.status; }
  std::string pointer() const { return wrong.faults.first().empty() ? "-" : wrong.faults.first().front().pointer; }
  friend bool operator==(const parsed& a, const parsed& b) {
    return a.definition == b.definition && a.contacts == b.contacts && a.wrong.status == b.wrong.status
           && a.wrong.code == b.wrong.code && a.wrong.detail == b.wrong.detail
           && a.wrong.faults.count() == b.wrong.faults.count() && a.wrong.faults.first() == b.wrong.faults.first();
  }
};

const time_point now = *parse_rfc3339("2026-03-01T10:00:00Z");

/// Feeds slices that lie in memory of just their size, so that a sanitizer sees any read beyond them.
parsed parse(std::string_view body, std::size_t slice = 1 << 20) {
  campaign_body parser;
  parsed all;
  auto take = [&] {
    for (auto& each : parser.take_chunk())
      all.contacts.push_back(std::move(each));
  };
  for (std::size_t at = 0; at < body.size(); at += slice) {
    const auto piece = body.substr(at, slice);
    std::vector<char> bytes(piece.begin(), piece.end());
    parser.feed({bytes.data(), bytes.size()});
    while (parser.has_full_chunk())
      take();
  }
  auto outcome = parser.finish(now);
  if (auto* wrong = std::get_if<problem_details>(&outcome)) {
    all.wrong = *wrong;
    all.contacts.clear(); // how many were handed out before the fault is nobody's business
  } else {
    all.definition = std::get<campaign_definition>(outcome);
    take();
  }
  return all;
}

/// Parses in every way of cutting that differs for short texts; all must agree.
parsed parse_all_ways(std::string_view body) {
  const auto whole = parse(body);
  for (std::size_t slice : {1U, 2U, 3U, 5U, 7U, 16U, 63U, 64U, 65U, 130U, 1000U}) {
    INFO("slices of " << slice << " bytes: " << parse(body, slice).wrong.detail << " / " << whole.wrong.detail);
    CHECK(parse(body, slice) == whole);
  }
  return whole;
}

std::string with(std::string_view contacts, std::string_view more = {}) {
  return R"({"name":"n","script_id":"s","language":"hi-IN","contacts":)" + std::string{contacts} + std::string{more}
         + "}";
}

std::string with_field(std::string_view value) {
  return with(R"([{"phone":"+919812345678","name":"A","f":)" + std::string{value} + "}]");
}

std::string repeat(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i)
    all += text;
  return all;
}

} // namespace

TEST_CASE("a campaign body is read whole, however it is cut") {
  const auto all = parse_all_ways(R"( {"contacts" : [ {"phone":"+919812345678", "name":"Aé", "city" : "Pune" , "n":1.50,
    "deep":{"a":[1,{"b":"x\"]}"}], "c" : null} , "esc\u0041":"\ud83d\ude00\n", "big":123456789012345678901234567890e5}
    ,{"name":"B","phone":"+14155550100"} ], "max_attempts":3,"retry_interval_minutes":60,"name":"Ca\u006dpaign",
    "schedule":{"start_time":"2026-03-02T09:00:00+05:30","end_time":"2026-03-03T00:00:00Z","timezone":"Asia/Kolkata"},
    "language":"HI-in","script_id":"scr_1"} )");
  REQUIRE(all.status() == 201);
  CHECK(all.definition->name == "Campaign");
  CHECK(all.definition->language == "hi-IN");
  CHECK(all.definition->max_attempts == 3);
  CHECK(all.definition->retry_interval == std::chrono::minutes{60});
  CHECK(all.definition->schedule->timezone == "Asia/Kolkata");
  CHECK(all.definition->schedule->start_time == parse_rfc3339("2026-03-02T03:30:00Z"));
  REQUIRE(all.contacts.size() == 2);
  CHECK(all.contacts[0].name == "Aé");
  CHECK(all.contacts[0].phone.to_string() == "+919812345678");
  CHECK(
    all.contacts[0].fields
    == R"({"city":"Pune","n":1.50,"deep":{"a":[1,{"b":"x\"]}"}], "c" : null},"esc\u0041":"\ud83d\ude00\n","big":123456789012345678901234567890e5})");
  CHECK(all.contacts[1].fields == "{}");
}

TEST_CASE("defaults of a campaign body") {
  for (auto more : {"", R"(,"schedule":null)"}) {
    const auto all = parse_all_ways(with("[ ]", more));
    REQUIRE(all.status() == 201);
    CHECK(all.definition->max_attempts == 1);
    CHECK(all.definition->retry_interval == std::chrono::minutes{240});
    CHECK_FALSE(all.definition->schedule);
    CHECK(all.contacts.empty());
  }
}

TEST_CASE("custom fields keep their bytes") {
  for (std::string_view value : {"0", "-0", "-1.5E+10", "1e999", "true", "false", "null", "\"\"", "[]", "{}",
         "[ 1 , 2 ]", "{\"a\" : [ ] }", "\"\\u00e9\\/\"", "[\"]\"]", "{\"}\":\"{\"}"}) {
    const auto all = parse_all_ways(with_field(std::string{value} + " "));
    INFO(value << all.wrong.detail);
    REQUIRE(all.status() == 201);
    CHECK(all.contacts.at(0).fields == "{\"f\":" + std::string{value} + "}");
  }
}

TEST_CASE("what is not JSON is refused as such") {
  for (std::string_view value : {"NaN", "Infinity", "nul", "nulll", "truefalse", "+1", "01", "1.", ".5", "1e", "-",
         "1 2", "12abc", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\\udc00\\ud800\"", "\"\\x\"",
         "\"\\u12g4\"", "\"a\nb\"", "\"\xFF\"", "\"\xED\xA0\x80\"", "\"\xC0\xAF\"", "[1,]", "[,1]", "[1 2]", "{\"a\"}",
         "{\"a\":}", "{\"a\":1,}", "{,}", "{1:2}", "{\"a\" 1}", "[1}", "{\"a\":1]", "\"a\"b", "'a'", "[\"\\ud800\"]",
         "{\"\\udc00\":1}", "", "[1][2]", "1,,\"g\":2", "/**/1"}) {
    INFO("value " << value);
    const auto all = parse_all_ways(with_field(value));
    CHECK(all.status() == 400);
    CHECK(all.wrong.code == "malformed_json");
  }
  for (std::string_view body : {"", "   \n", "{", "}", "{\"name\"", "{\"name\":", "{\"name\":\"a\"", "{\"contacts\":[",
         "{\"contacts\":[{", "{\"contacts\":[{}", "{\"contacts\":[{},", "{\"contacts\":[,]}", "{\"contacts\":[{}{}]}",
         "{\"contacts\":[{},]}", "{,}", "{\"a\":1,}", "{\"a\" \"b\"}", "{a:1}", "nonsense!", "null", "\xEF\xBB\xBF{}",
         "{\"contacts\":[]}x", "{\"contacts\":[]}{}", "{\"name\":\"\\ud800\"}", "{\"name\":\"\xFF\"}", "{\"\xFF\":1}",
         "{\"name\":NaN}", "{\"contacts\":[nope]}", "{\"contacts\":[[1}]}", "{\"contacts\":}", "{\"name\":}", "\"x",
         "{\"contacts\":[{\"\\ud800\":1}]}"}) {
    INFO("body " << body);
    const auto all = parse_all_ways(body);
    CHECK(all.status() == (body == "\"x" ? 422U : 400U)); // a string is no object, whether it ends or not
  }
}

TEST_CASE("where the JSON breaks is said") {
  const auto all = parse(with(R"([{"phone":"+919812345678","name":"A"},{"phone":!}])"));
  CHECK(all.wrong.detail.find("Contact 1 is not well-formed JSON. (at byte ") == 0);
}

TEST_CASE("deep nesting is refused without deep recursion") {
  const auto deep = [](int levels) { return repeat("[", levels) + repeat("]", levels); };
  CHECK(parse_all_ways(with_field(deep(64))).status() == 201);
  CHECK(parse_all_ways(with_field(deep(65))).status() == 400);
  CHECK(parse(with_field(deep(10'000))).status() == 400);
  CHECK(parse(with_field(repeat("{\"a\":", 10'000))).status() == 400);
  CHECK(parse(with(deep(10'000))).status() == 400);
  CHECK(parse(with("[]", ",\"schedule\":" + deep(10'000))).status() == 400);
  CHECK(parse(deep(10'000)).status() == 422);
}

TEST_CASE("faults of contacts are named by pointer") {
  struct example {
    std::string_view contact;
    std::string_view pointer;
  };
  const std::string long_name = repeat("é", 256);
  const auto long_contact = R"({"phone":"+919812345678","name":")" + long_name + "\"}";
  for (const auto& [contact, pointer] : {
         example{R"({"name":"A"})", "/contacts/0/phone"},
         example{R"({"phone":"+919812345678"})", "/contacts/0/name"},
         example{R"({"phone":"919812345678","name":"A"})", "/contacts/0/phone"},
         example{R"({"phone":"+91CALLME123","name":"A"})", "/contacts/0/phone"},
         example{R"({"phone":"+123","name":"A"})", "/contacts/0/phone"},
         example{R"({"phone":"+12345678901234567890","name":"A"})", "/contacts/0/phone"},
         example{R"({"phone":"+0123456789","name":"A"})", "/contacts/0/phone"},
         example{R"({"phone":919812345678,"name":"A"})", "/contacts/0/phone"},
         example{R"({"phone":null,"name":"A"})", "/contacts/0/phone"},
         example{R"({"phone":"+919812345678","name":""})", "/contacts/0/name"},
         example{R"({"phone":"+919812345678","name":["A"]})", "/contacts/0/name"},
         example{R"({"phone":"+919812345678","phone":"+919812345678","name":"A"})", "/contacts/0/phone"},
         example{R"({"phone":"+919812345678","ph\u006fne":"+919812345678","name":"A"})", "/contacts/0/phone"},
         example{R"({"phone":"+919812345678","name":"A","x/y":1,"x/y":2})", "/contacts/0/x~1y"},
         example{long_contact, "/contacts/0/name"},
         example{"1", "/contacts/0"},
         example{"null", "/contacts/0"},
         example{"[]", "/contacts/0"},
         example{"\"a\"", "/contacts/0"},
       }) {
    INFO(contact);
    const auto all = parse_all_ways(with("[" + std::string{contact} + "]"));
    CHECK(all.status() == 422);
    CHECK(all.pointer() == pointer);
    CHECK(all.wrong.faults.count() == 1);
  }
  const auto fits = R"([{"phone":"+919812345678","name":")" + repeat("é", 255) + "\"}]";
  CHECK(parse_all_ways(with(fits)).status() == 201);
}

TEST_CASE("every fault is counted, the first hundred are named") {
  std::string contacts = "[";
  for (int i = 0; i < 5000; ++i)
    contacts +=
      std::string{i == 0 ? "" : ","} + (i % 2 == 0 ? R"({"phone":"+919812345678","name":"A"})" : R"({"phone":"x"})");
  const auto all = parse(with(contacts + "]"), 4096);
  CHECK(all.status() == 422);
  CHECK(all.wrong.faults.count() == 5000); // phone and name of every second
  CHECK(all.wrong.faults.first().size() == 100);
  CHECK(all.wrong.faults.first()[0].pointer == "/contacts/1/phone");
  CHECK(all.wrong.faults.first()[99].pointer == "/contacts/99/name");
}

TEST_CASE("a contact has at most 64 KB, and a larger one is not kept") {
  const auto contact = [](std::size_t size) {
    const std::string head = R"({"phone":"+919812345678","name":"A","f":")";
    return head + std::string(size - head.size() - 2, 'x') + "\"}";
  };
  CHECK(parse(with("[" + contact(65'536) + "]"), 1000).status() == 201);
  CHECK(parse(with("[" + contact(65'536) + "]")).status() == 201);
  for (std::size_t slice : {1000U, 1U << 20U}) {
    const auto all = parse(with("[" + contact(65'537) + ",{}]"), slice);
    CHECK(all.status() == 422);
    CHECK(all.pointer() == "/contacts/0");
    CHECK(all.wrong.faults.count() == 3); // and the two members that the next one lacks
  }
}

TEST_CASE("a contact of very many members is read in good time") {
  std::string contact = R"([{"phone":"+919812345678","name":"A")";
  for (int i = 0; i < 6000; ++i)
    contact += ",\"f" + std::to_string(i) + "\":1";
  CHECK(parse(with(contact + "}]")).status() == 201);
  CHECK(parse(with(contact + ",\"f17\":2}]")).pointer() == "/contacts/0/f17");
}

TEST_CASE("faults of members are named by pointer") {
  struct example {
    std::string_view member;
    std::string_view value;
    std::string_view pointer;
  };
  const auto long_name = "\"" + repeat("é", 256) + "\"";
  const auto long_script = "\"" + repeat("s", 129) + "\"";
  for (const auto& [member, value, pointer] : {
         example{"name", "\"\"", "/name"},
         example{"name", "7", "/name"},
         example{"name", "null", "/name"},
         example{"name", long_name, "/name"},
         example{"script_id", "\"\"", "/script_id"},
         example{"script_id", long_script, "/script_id"},
         example{"language", "\"en_US\"", "/language"},
         example{"language", "\"hi-\"", "/language"},
         example{"language", "\"\"", "/language"},
         example{"language", "[]", "/language"},
         example{"max_attempts", "0", "/max_attempts"},
         example{"max_attempts", "6", "/max_attempts"},
         example{"max_attempts", "-1", "/max_attempts"},
         example{"max_attempts", "1.5", "/max_attempts"},
         example{"max_attempts", "3.0", "/max_attempts"},
         example{"max_attempts", "\"3\"", "/max_attempts"},
         example{"max_attempts", "null", "/max_attempts"},
         example{"max_attempts", "1e999", "/max_attempts"},
         example{"max_attempts", "99999999999999999999", "/max_attempts"},
         example{"retry_interval_minutes", "-1", "/retry_interval_minutes"},
         example{"retry_interval_minutes", "0", "/retry_interval_minutes"},
         example{"retry_interval_minutes", "10081", "/retry_interval_minutes"},
         example{"retry_intervall", "60", "/retry_intervall"},
         example{"contacts", "{}", "/contacts"},
         example{"contacts", "null", "/contacts"},
         example{"contacts", "\"[]\"", "/contacts"},
         example{"schedule", "[]", "/schedule"},
         example{"schedule", R"({"start":"x"})", "/schedule/start"},
         example{"schedule", R"({"start_time":"2024-13-01"})", "/schedule/start_time"},
         example{"schedule", R"({"start_time":"2026-05-01T00:00:00"})", "/schedule/start_time"},
         example{"schedule", R"({"end_time":5})", "/schedule/end_time"},
         example{"schedule", R"({"end_time":"2026-02-01T00:00:00Z"})", "/schedule/end_time"},
         example{"schedule", R"({"start_time":"2026-05-01T00:00:00Z","end_time":"2026-05-01T00:00:00Z"})",
           "/schedule/end_time"},
         example{"schedule", R"({"start_time":"2026-05-02T00:00:00Z","end_time":"2026-05-01T00:00:00Z"})",
           "/schedule/end_time"},
         example{"schedule", R"({"timezone":"Mars/Olympus"})", "/schedule/timezone"},
         example{"schedule", R"({"timezone":""})", "/schedule/timezone"},
         example{"schedule", R"({"calling_hours":{}})", "/schedule/calling_hours"},
         example{"schedule", R"({"holidays":[]})", "/schedule/holidays"},
         example{"schedule", R"({"timezone":"UTC","timezone":"UTC"})", "/schedule/timezone"},
       }) {
    INFO(member << ": " << value);
    std::string body = "{";
    for (auto [name, good] :
      {std::pair{"name", "\"n\""}, {"script_id", "\"s\""}, {"language", "\"hi-IN\""}, {"contacts", "[]"}})
      if (name != member)
        body += "\"" + std::string{name} + "\":" + good + ",";
    body += "\"" + std::string{member} + "\":" + std::string{value} + "}";
    const auto all = parse_all_ways(body);
    CHECK(all.status() == 422);
    CHECK(all.pointer() == pointer);
    CHECK(all.wrong.faults.count() == 1);
  }
}

TEST_CASE("required and repeated members") {
  CHECK(parse_all_ways("{}").wrong.faults.count() == 4);
  for (std::string_view twice :
    {"\"name\":\"x\"", "\"contacts\":[{\"phone\":1}]", "\"max_attempts\":2,\"max_attempts\":2"}) {
    const auto all = parse_all_ways(with("[]", "," + std::string{twice}));
    CHECK(all.status() == 422);
    CHECK(all.wrong.faults.count() == 1);
    CHECK(all.wrong.faults.first()[0].detail == "is given more than once");
  }
  for (std::string_view body : {"[]", "1", "-1", "\"x\""})
    CHECK(parse_all_ways(body).status() == 422);
}

TEST_CASE("members other than contacts are bounded") {
  CHECK(parse(with("[]", ",\"x\":\"" + std::string(300'000, 'y') + "\""), 1000).wrong.detail.find("valid")
        != std::string::npos);
  std::string many;
  for (int i = 0; i < 200; ++i)
    many += ",\"m" + std::to_string(i) + "\":1";
  CHECK(parse(with("[]", many)).status() == 422);
  campaign_body parser;
  parser.feed("{\"x\":\"");
  const std::string megabyte(1 << 20, 'y');
  parser.feed(megabyte);
  REQUIRE(parser.broken());
  CHECK(parser.broken()->status == 422);
}

TEST_CASE("contacts come out in order, in chunks, while the body is still coming") {
  std::string body = R"({"contacts":[)";
  for (int i = 0; i < 5000; ++i)
    body += std::string{i == 0 ? "" : ","} + R"({"phone":"+9198)" + std::to_string(10'000'000 + i) + R"(","name":"A"})";
  campaign_body parser;
  parser.feed(body);
  std::vector<std::size_t> sizes;
  std::uint64_t last = 0;
  bool in_order = true;
  for (auto chunk = parser.take_chunk(); !chunk.empty(); chunk = parser.take_chunk()) {
    sizes.push_back(chunk.size());
    for (const auto& each : chunk) {
      in_order = in_order && each.phone.packed() > last;
      last = each.phone.packed();
    }
  }
  CHECK(in_order);
  CHECK(sizes == std::vector<std::size_t>{2048, 2048, 904});
}
