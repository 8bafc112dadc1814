#include "domain/phone.hpp"

#include <catch2/catch.hpp>

using redial::phone;

TEST_CASE("E.164 numbers are taken and come back as they were") {
  auto text = GENERATE(as<std::string>{}, "+1234567", "+919876543210", "+14155550100", "+999999999999999",
    "+100000000000000", "+1000000", "+19999999");
  CAPTURE(text);
  auto number = phone::parse(text);
  REQUIRE(number);
  CHECK(number->to_string() == text);
  CHECK(number->packed() < (std::uint64_t{1} << phone::bits));
  CHECK(phone::from_packed(number->packed()) == *number);
}

TEST_CASE("anything but E.164 is refused") {
  auto text = GENERATE(as<std::string>{}, "", "+", "919876543210", "00919876543210", "+0919876543210", "+0000000",
    "+123456", "+1234567890123456", "+12345678901234567890", "+12", "+91987654321a", "+a19876543210", "+91 9876543210",
    " +919876543210", "+919876543210 ", "+91-9876-543210", "+(91)9876543210", "++919876543210", "+-19876543210",
    "+919876543210\n", "tel:+919876543210", "+9198765.3210", "+٩١٩٨٧٦٥٤٣", "＋919876543210");
  CAPTURE(text);
  CHECK_FALSE(phone::parse(text));
}

TEST_CASE("a NUL inside a number is refused") {
  CHECK_FALSE(phone::parse(std::string_view{"+9198765\0432", 12}));
  CHECK_FALSE(phone::parse(std::string_view{"+91987654\0", 10}));
}

TEST_CASE("numbers of different length are different numbers") {
  CHECK(*phone::parse("+1234567") != *phone::parse("+12345670"));
  CHECK(*phone::parse("+1234567") < *phone::parse("+12345670"));
}
