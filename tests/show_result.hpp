/// Lets Catch print a `redial::result` in a failed check: the code and detail of a refusal. Include it wherever a
/// result itself stands in an assertion.
#pragma once

#include "domain/result.hpp"

#include <catch2/catch.hpp>

#include <string>

template <class T>
struct Catch::StringMaker<boost::system::result<T, redial::problem>> {
  static std::string convert(const boost::system::result<T, redial::problem>& shown) {
    if (shown.has_value())
      return "a value";
    return std::string{redial::code_name(shown.error().code)} + ": " + shown.error().detail;
  }
};
