/// The ledger by itself: its lines, what a kill leaves of it, and what its check finds.
#include "bench/provider/call_book.hpp"
#include "bench/provider/ledger_check.hpp"
#include "tests/provider/support.hpp"

#include <catch2/catch.hpp>

#include <fstream>

using namespace redial;
using namespace redial::provider;
using namespace redial::test;

namespace {

const std::string url = "http://127.0.0.1:8080/v1/gateway/events";

placed_fact placed(std::uint64_t number, call_id id, std::uint64_t contact, std::uint8_t attempt = 1) {
  return {number, id, number_of(contact), attempt, "cmp_000000001", {1000, 2000}, 30, 600, 0};
}

call_order order(std::uint64_t n) { return {attempt_id(n), number_of(n), 1, "cmp_000000001", 30, 600, url}; }

void write(const std::filesystem::path& file, const std::vector<fact>& facts, const std::string& more = {}) {
  std::ofstream out{file, std::ios::binary};
  for (const auto& each : facts)
    out << to_line(each);
  out << more;
}

} // namespace

TEST_CASE("every kind of line reads back as it was written") {
  const std::vector<fact> all{url_fact{7, url}, placed(12, attempt_id(3), 5, 2), fenced_fact{attempt_id(4), {-1, 5}},
    refused_fact{attempt_id(9), number_of(1), 3, "cmp_000000001", 422, {6, 7}}, cancelled_fact{12, {8, 9}},
    ended_fact{12, call_outcome::no_answer, {10, 11}}, told_fact{12}};
  for (const auto& each : all) {
    auto line = to_line(each);
    REQUIRE(line.back() == '\n');
    line.pop_back();
    const auto back = parse_line(line);
    INFO(line);
    REQUIRE(back);
    CHECK(*back == each);
    // Neither a word too few nor one too many.
    CHECK_FALSE(parse_line(line.substr(0, line.rfind(' '))));
    CHECK_FALSE(parse_line(line + " 1"));
  }
  CHECK_FALSE(parse_line(""));
  CHECK_FALSE(parse_line("told x"));
  CHECK_FALSE(parse_line("told 1 "));
  CHECK_FALSE(parse_line("dreamt 1"));
}

TEST_CASE("a book goes on where the last one stopped") {
  const scratch_file file;
  {
    call_book book{file.path()};
    const auto first = book.place(order(1));
    REQUIRE(first);
    CHECK(first->number == 1);
    CHECK(first->fresh);
    CHECK(book.place(order(2))->number == 2);
    book.fence(attempt_id(3));
    book.note_end(2, call_outcome::busy);
    book.note_told(2);
    CHECK(book.cancel(1));
    CHECK_FALSE(book.cancel(2));
  }
  call_book book{file.path()};
  REQUIRE(book.size() == 2);
  CHECK(book.url(book.at(1)) == url);
  CHECK(book.at(1).attempt_id == attempt_id(1));
  CHECK(book.at(1).cancelled_ms > 0);
  CHECK_FALSE(book.at(1).told);
  CHECK(book.at(2).told);
  const auto again = book.place(order(1));
  REQUIRE(again);
  CHECK(again->number == 1);
  CHECK_FALSE(again->fresh);
  CHECK_FALSE(book.place(order(3)));
  CHECK(book.place(order(4))->number == 3);
}

TEST_CASE("what was put off may be lost, what was placed may not") {
  const scratch_file file;
  call_book book{file.path()};
  book.place(order(1));
  book.note_end(1, call_outcome::busy);
  CHECK(check_ledger(file.path()).placed == 1);
  CHECK(check_ledger(file.path()).ended == 0);
  book.flush();
  CHECK(check_ledger(file.path()).ended == 1);
}

TEST_CASE("a ledger has one writer") {
  const scratch_file file;
  const call_book book{file.path()};
  CHECK_THROWS_AS(call_book{file.path()}, std::system_error);
}

TEST_CASE("a line that never became whole is cut off") {
  const scratch_file file;
  const auto half = to_line(placed(2, attempt_id(2), 2));
  for (std::size_t length = 1; length < half.size(); length += 7) {
    write(file.path(), {url_fact{0, url}, placed(1, attempt_id(1), 1)}, half.substr(0, length));
    CHECK(check_ledger(file.path()).placed == 1);
    {
      call_book book{file.path()};
      CHECK(book.size() == 1);
      CHECK(book.place(order(2))->number == 2);
    }
    const auto lines = lines_of(file.path());
    REQUIRE(lines.size() == 3);
    CHECK(parse_line(lines.back()));
  }
}

TEST_CASE("a line that makes no sense is named") {
  const scratch_file file;
  write(file.path(), {url_fact{0, url}}, "placed nonsense\n" + to_line(told_fact{1}));
  CHECK_THROWS_WITH(call_book{file.path()}, Catch::Contains("line 2"));
  CHECK_THROWS_WITH(check_ledger(file.path()), Catch::Contains("line 2"));
  CHECK_THROWS(check_ledger(file.path().string() + ".not"));
}

TEST_CASE("the check finds whoever is called twice") {
  const scratch_file file;
  const url_fact first{0, url};
  const auto faults_of = [&](const std::vector<fact>& facts) {
    write(file.path(), facts);
    return check_ledger(file.path());
  };
  const auto good = faults_of({first, placed(1, attempt_id(1), 1), ended_fact{1, call_outcome::busy, {}}, told_fact{1},
    placed(2, attempt_id(2), 1, 2), fenced_fact{attempt_id(3), {}}});
  CHECK(good.clean());
  CHECK(good.placed == 2);
  CHECK(good.fenced == 1);
  CHECK(good.outcomes.at("busy") == 1);
  CHECK(good.to_text().find("clean") != std::string::npos);

  const auto only = [](const ledger_report& report, const std::string& what) {
    INFO(report.to_text());
    CHECK(report.fault_count == 1);
    REQUIRE(report.faults.size() == 1);
    CHECK_THAT(report.faults.front(), Catch::Contains(what));
  };
  only(faults_of({first, placed(1, attempt_id(1), 1), placed(2, attempt_id(1), 2)}), "placed twice");
  only(faults_of({first, placed(1, attempt_id(1), 1), placed(2, attempt_id(2), 1)}), "under two ids");
  only(faults_of({first, fenced_fact{attempt_id(1), {}}, placed(1, attempt_id(1), 1)}), "placed after");
  only(faults_of({first, placed(1, attempt_id(1), 1), fenced_fact{attempt_id(1), {}}}), "fenced after");
  only(faults_of({first, placed(2, attempt_id(1), 1)}), "stands where");
  only(faults_of({first, ended_fact{1, call_outcome::busy, {}}}), "never placed");
  const ended_fact end{1, call_outcome::busy, {}};
  only(faults_of({first, placed(1, attempt_id(1), 1), end, end}), "ended twice");
}
