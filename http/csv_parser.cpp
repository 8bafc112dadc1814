#include "http/csv_parser.hpp"

#include <simdjson.h>

#include <algorithm>

namespace redial::http {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

} // namespace

void csv_parser::feed(std::string_view slice) { parse(skip_mark(slice)); }

/// Passes over a byte order mark, which may come in pieces. @returns what is left of the slice.
std::string_view csv_parser::skip_mark(std::string_view slice) {
  while (mark_ < byte_order_mark.size() && !slice.empty()) {
    if (slice.front() != byte_order_mark[mark_]) {
      const auto seen = std::exchange(mark_, byte_order_mark.size());
      parse(byte_order_mark.substr(0, seen)); // it was none
      break;
    }
    ++mark_;
    slice.remove_prefix(1);
  }
  return slice;
}

void csv_parser::parse(std::string_view slice) {
  while (!slice.empty())
    slice.remove_prefix(step(slice));
}

std::size_t csv_parser::step(std::string_view rest) {
  if (!any_) {
    any_ = true;
    record_line_ = line_;
  }
  const char c = rest.front();
  switch (place_) {
  case place::field_start:
    if (c != '"') {
      place_ = place::plain;
      return 0;
    }
    count(1);
    quote_line_ = line_;
    place_ = place::quoted;
    return 1;
  case place::plain: return step_plain(rest);
  case place::quoted: return step_quoted(rest);
  case place::quote_in_quoted:
    if (c == '"') {
      append(rest.substr(0, 1));
      place_ = place::quoted;
      return 1;
    }
    if (c == ',' || c == '\n' || c == '\r') {
      separator(c);
      return 1;
    }
    fault("has text behind the closing quote of a field");
    place_ = place::plain;
    return 0;
  case place::after_cr:
    if (c == '\n') {
      separator(c);
      return 1;
    }
    fault("has a carriage return that no line feed follows");
    place_ = place::plain;
    return 0;
  }
  return 1;
}

std::size_t csv_parser::step_plain(std::string_view rest) {
  const auto run = std::min(rest.find_first_of(",\"\r\n"), rest.size());
  append(rest.substr(0, run));
  if (run == rest.size())
    return run;
  if (rest[run] == '"')
    fault("has a quote inside a field that is not quoted");
  else
    separator(rest[run]);
  return run + 1;
}

std::size_t csv_parser::step_quoted(std::string_view rest) {
  const auto run = std::min(rest.find('"'), rest.size());
  const auto text = rest.substr(0, run);
  append(text);
  line_ += static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
  if (run == rest.size())
    return run;
  count(1);
  place_ = place::quote_in_quoted;
  return run + 1;
}

void csv_parser::separator(char c) {
  count(1);
  if (c == '\r') {
    place_ = place::after_cr;
    return;
  }
  end_field();
  place_ = place::field_start;
  if (c == '\n') {
    ++line_;
    end_record();
  }
}

/// Counts bytes of the record. @returns whether it is still held.
bool csv_parser::count(std::size_t bytes) {
  bytes_ += bytes;
  if (bytes_ <= max_record_bytes)
    return true;
  fault("is larger than 65536 bytes");
  text_.clear();
  ends_.clear();
  return false;
}

void csv_parser::append(std::string_view text) {
  if (count(text.size()))
    text_.append(text);
}

void csv_parser::end_field() {
  if (bytes_ <= max_record_bytes)
    ends_.push_back(text_.size());
}

void csv_parser::end_record() {
  static_assert(max_record_bytes == 65536, "is what the fault says");
  fields_.clear();
  std::size_t begin = 0;
  for (const auto end : ends_) {
    fields_.emplace_back(text_.data() + begin, end - begin);
    if (!simdjson::validate_utf8(fields_.back().data(), fields_.back().size()))
      fault("is not UTF-8");
    begin = end;
  }
  take_({record_line_, fields_, fault_});
  any_ = false;
  bytes_ = 0;
  text_.clear();
  ends_.clear();
  fault_ = {};
}

std::uint64_t csv_parser::finish() {
  if (mark_ > 0 && mark_ < byte_order_mark.size())
    parse(byte_order_mark.substr(0, std::exchange(mark_, byte_order_mark.size())));
  if (place_ == place::quoted)
    return quote_line_;
  if (!any_)
    return 0;
  if (place_ == place::after_cr)
    fault("has a carriage return that no line feed follows");
  end_field();
  end_record();
  place_ = place::field_start;
  return 0;
}

} // namespace redial::http
