// Contacts out of JSON arrays, NDJSON and CSV, however the body is cut.
#include "http/contact_rows.hpp"

#include <catch2/catch.hpp>

#include <functional>

using namespace redial;
using namespace redial::http;

namespace {

using maker = std::unique_ptr<contact_rows> (*)(on_invalid);

struct read_body {
  std::vector<contact_profile> contacts;
  std::vector<fault> faults;
  std::uint64_t fault_count = 0;
  std::uint64_t refused = 0;
  unsigned status = 200;
  std::string code;
  std::string detail;
  std::vector<fault> body_faults;
  friend bool operator==(const read_body&, const read_body&) = default;
};

read_body read_in(maker make, std::string_view text, on_invalid policy, std::size_t slice) {
  auto rows = make(policy);
  read_body got;
  const auto drain = [&](bool rest) {
    while (rest || rows->has_full_chunk()) {
      auto chunk = rows->take_chunk();
      if (chunk.empty())
        break;
      CHECK(chunk.size() <= contact_chunks::size);
      std::move(chunk.begin(), chunk.end(), std::back_inserter(got.contacts));
    }
  };
  for (std::size_t at = 0; at < text.size() && !rows->broken(); at += slice) {
    rows->feed(text.substr(at, slice));
    drain(false);
  }
  if (!rows->broken())
    rows->finish();
  if (rows->broken()) {
    got.status = rows->broken()->status;
    got.code = rows->broken()->code;
    got.detail = rows->broken()->detail;
    got.body_faults = rows->broken()->faults.first();
    got.contacts.clear();
    return got;
  }
  if (rows->faulty())
    got.contacts.clear();
  else
    drain(true);
  got.faults = rows->faults().first();
  got.fault_count = rows->faults().count();
  got.refused = rows->refused_rows();
  return got;
}

read_body read(maker make, std::string_view text, on_invalid policy = on_invalid::reject) {
  const auto whole = read_in(make, text, policy, text.size() + 1);
  for (std::size_t slice : {1U, 3U, 64U, 1000U}) {
    CAPTURE(slice, text.substr(0, 200));
    CHECK(read_in(make, text, policy, slice) == whole);
  }
  return whole;
}

contact_profile contact(std::string_view phone, std::string name, std::string fields = "{}") {
  return {*phone::parse(phone), std::move(name), std::move(fields)};
}

const std::string not_e164 = "must be an E.164 number: + and 7 to 15 digits, the first not 0";

} // namespace

TEST_CASE("rows: the same contacts from all three formats") {
  const std::vector expected{contact("+919000000001", "Asha", R"({"plan":"gold"})"),
    contact("+919000000002", "Ravi \"R\" Iyer, jr", R"({"plan":""})")};
  CHECK(read(make_json_rows,
          R"( [ {"phone":"+919000000001","name":"Asha","plan":"gold"} ,
               {"name":"Ravi \"R\" Iyer, jr","plan":"","phone":"+919000000002"}]  )")
          .contacts
        == expected);
  CHECK(read(make_ndjson_rows, "{\"phone\":\"+919000000001\",\"name\":\"Asha\",\"plan\":\"gold\"}\r\n\n  \n"
                               " {\"name\":\"Ravi \\\"R\\\" Iyer, jr\",\"plan\":\"\",\"phone\":\"+919000000002\"} ")
          .contacts
        == expected);
  CHECK(read(make_csv_rows, "\xEF\xBB\xBFname,plan,phone\r\nAsha,gold,+919000000001\r\n"
                            "\"Ravi \"\"R\"\" Iyer, jr\",,+919000000002\r\n")
          .contacts
        == expected);
}

TEST_CASE("rows: bodies without contacts") {
  CHECK(read(make_json_rows, "[]").contacts.empty());
  CHECK(read(make_json_rows, "[]").status == 200);
  CHECK(read(make_ndjson_rows, "").status == 200);
  CHECK(read(make_ndjson_rows, "\n\n").status == 200);
  CHECK(read(make_csv_rows, "phone,name").status == 200);
  CHECK(read(make_csv_rows, "").code == "malformed_csv");
  CHECK(read(make_csv_rows, "").status == 400);
  CHECK(read(make_json_rows, "").status == 400);
}

TEST_CASE("rows: JSON that is none ends the body") {
  for (const auto text :
    std::initializer_list<std::string_view>{"[", "[{}", "[{},", "[{},]", "[,]", "{", "nope", "[1 2]", "[] []",
      "[{\"a\":}]", "[{\"a\":01}]", "[\"\xFF\"]", "]", std::string_view{"[5\0]", 4}, std::string_view{"[5\0 {]", 7}}) {
    CAPTURE(text);
    const auto got = read(make_json_rows, text, on_invalid::skip);
    CHECK(got.status == 400);
    CHECK(got.code == "malformed_json");
  }
  // JSON, but no array.
  for (const std::string_view text : {R"({"contacts":[]})", "\"x\"", " {} "}) {
    CHECK(read(make_json_rows, text).status == 422);
    CHECK(read(make_json_rows, text).code == "invalid_value");
  }
  CHECK(read(make_json_rows, "[" + std::string(100, '[') + std::string(100, ']') + "]").status == 400);
}

TEST_CASE("rows: every fault is named by row, and by line where there are lines") {
  CHECK(read(make_json_rows, R"([{"phone":"+919000000001","name":"A"},{"phone":"12","name":""},3])").faults
        == std::vector<fault>{{"/1/phone", {}, not_e164, 0}, {"/1/name", {}, "must have 1 to 255 characters", 0},
          {"/2", {}, "must be an object", 0}});
  const auto lines = read(make_ndjson_rows,
    "{\"phone\":\"+919000000001\",\"name\":\"A\"}\n\n{\"phone\":\"12\",\"name\":\"A\"}\n{\"phone\"\n\"x\"\n{}x\n"
    "{\"phone\":\"+919000000002\",\"name\":\"B\"");
  CHECK(lines.status == 200);
  CHECK(lines.refused == 5);
  CHECK(lines.contacts.empty());
  CHECK(lines.faults
        == std::vector<fault>{{"/1/phone", {}, not_e164, 3}, {"/2", {}, "is not well-formed JSON", 4},
          {"/3", {}, "must be an object", 5}, {"/4", {}, "is not well-formed JSON", 6},
          {"/5", {}, "is not well-formed JSON", 7}});
  const auto csv = read(make_csv_rows,
    "name,phone,plan\nA,+919000000001,\"x\ny\"\nB,12,z\nC,+919000000003\n\n\"D\"d,+919000000004,z\n,+919000000005,z\n");
  CHECK(csv.faults
        == std::vector<fault>{{"/1/phone", {}, not_e164, 4}, {"/2", {}, "has 2 fields, where the header has 3", 5},
          {"/3", {}, "has 1 fields, where the header has 3", 6},
          {"/4", {}, "has text behind the closing quote of a field", 7},
          {"/5/name", {}, "must have 1 to 255 characters", 8}});
}

TEST_CASE("rows: skipping keeps the good ones") {
  const std::vector good{contact("+919000000001", "A"), contact("+919000000003", "C")};
  const auto json = read(make_json_rows,
    R"([{"phone":"+919000000001","name":"A"},{"phone":"x","name":"B"},{"phone":"+919000000003","name":"C"}])",
    on_invalid::skip);
  CHECK(json.contacts == good);
  CHECK(json.refused == 1);
  const auto lines = read(make_ndjson_rows,
    "{\"phone\":\"+919000000001\",\"name\":\"A\"}\n{\n{\"phone\":\"+919000000003\",\"name\":\"C\"}\n",
    on_invalid::skip);
  CHECK(lines.contacts == good);
  CHECK(lines.refused == 1);
  const auto csv = read(make_csv_rows, "phone,name\n+919000000001,A\n,\n+919000000003,C\n", on_invalid::skip);
  CHECK(csv.contacts == good);
  CHECK(csv.refused == 1);
  CHECK(csv.fault_count == 2);
}

TEST_CASE("rows: the header of a CSV must be what it has to be") {
  struct row {
    std::string_view header;
    std::vector<std::string> faults;
  };
  const std::vector<row> table{
    {"name", {"the column phone is required"}},
    {"a,b", {"the column phone is required", "the column name is required"}},
    {"phone,name,", {"column 3 has no name"}},
    {"phone,name,phone", {"the column phone stands there more than once"}},
    {"phone,name,x,x", {"the column x stands there more than once"}},
    {"Phone,name", {"the column phone is required"}},
    {"phone, name", {"the column name is required"}},
    {"\n", {"column 1 has no name", "the column phone is required", "the column name is required"}},
  };
  for (const auto& each : table) {
    CAPTURE(each.header);
    const auto got = read(make_csv_rows, std::string{each.header} + "\n+919000000001,A\n", on_invalid::skip);
    CHECK(got.status == 422);
    std::vector<std::string> faults;
    for (const auto& one : got.body_faults) {
      CHECK(one.line == 1);
      faults.push_back(one.detail);
    }
    CHECK(faults == each.faults);
  }
  CHECK(read(make_csv_rows, "phone,\"name").detail == "The quoted field that begins on line 1 has no end.");
  CHECK(read(make_csv_rows, "phone,name\n+919000000001,\"A\n\n", on_invalid::skip).detail
        == "The quoted field that begins on line 2 has no end.");
  CHECK(read(make_csv_rows, "phone,na\"me\n").status == 400);
  CHECK(read(make_csv_rows, "phone,\xFF\n").status == 400);
  std::string many = "phone,name";
  for (int i = 0; i < 600; ++i)
    many += ",c" + std::to_string(i);
  CHECK(read(make_csv_rows, many + "\n").status == 422);
}

TEST_CASE("rows: a row beyond the limit is refused without being held") {
  const std::string large(70'000, 'x');
  const auto json = read(make_json_rows,
    R"([{"phone":"+919000000001","name":"A","x":")" + large + R"("},{"phone":"+919000000003","name":"C"}])",
    on_invalid::skip);
  CHECK(json.contacts == std::vector{contact("+919000000003", "C")});
  CHECK(json.faults == std::vector<fault>{{"/0", {}, "is larger than 65536 bytes", 0}});
  const auto lines = read(
    make_ndjson_rows, large + large + "\n{\"phone\":\"+919000000003\",\"name\":\"C\"}\n" + large, on_invalid::skip);
  CHECK(lines.contacts == std::vector{contact("+919000000003", "C")});
  CHECK(lines.refused == 2);
  const auto csv = read(make_csv_rows, "phone,name\n+919000000001," + large + "\n+919000000003,C", on_invalid::skip);
  CHECK(csv.contacts == std::vector{contact("+919000000003", "C")});
  CHECK(csv.faults == std::vector<fault>{{"/0", {}, "is larger than 65536 bytes", 2}});
}

TEST_CASE("rows: faults are counted beyond those that are kept, and chunks are handed out in order") {
  std::string csv = "phone,name\n";
  std::string lines;
  for (int i = 0; i < 5000; ++i) {
    const bool bad = i % 2 == 1;
    const auto number = "+9190000" + std::to_string(10'000 + i);
    csv += (bad ? std::string{"12"} : number) + ",N" + std::to_string(i) + "\n";
    lines += "{\"phone\":\"" + (bad ? std::string{"12"} : number) + "\",\"name\":\"N" + std::to_string(i) + "\"}\n";
  }
  for (const auto& [make, text] : {std::pair{&make_csv_rows, csv}, std::pair{&make_ndjson_rows, lines}}) {
    const auto skipped = read_in(make, text, on_invalid::skip, 4096);
    CHECK(skipped.refused == 2500);
    CHECK(skipped.fault_count == 2500);
    CHECK(skipped.faults.size() == 1000);
    REQUIRE(skipped.contacts.size() == 2500);
    CHECK(skipped.contacts[2499].name == "N4998");
    const auto rejected = read_in(make, text, on_invalid::reject, 4096);
    CHECK(rejected.fault_count == 2500);
    CHECK(rejected.faults.size() == 100);
    CHECK(rejected.contacts.empty());
  }
}
