#include "http/contact_reader.hpp"
#include "http/contact_rows.hpp"
#include "http/json_body.hpp"
#include "http/json_value_scanner.hpp"

#include <algorithm>

namespace redial::http {

namespace {

/// One contact a line. A raw line feed cannot stand within JSON text, so that a line that is not JSON is a row refused
/// like any other.
class ndjson_rows final : public contact_rows {
public:
  using contact_rows::contact_rows;

  void feed(std::string_view slice) override {
    while (!slice.empty()) {
      const auto end = slice.find('\n');
      const auto part = slice.substr(0, end);
      if (end == std::string_view::npos) {
        append(part);
        return;
      }
      // In place, unless it began in an earlier slice or too little of this one lies behind it.
      if (text_.empty() && !large_ && part.size() <= max_row_bytes && slice.size() - end >= contact_reader::padding + 1)
        end_line(part);
      else
        end_held(part);
      slice.remove_prefix(end + 1);
    }
  }

  void finish() override {
    if (!text_.empty() || large_)
      end_held({});
  }

private:
  void append(std::string_view part) {
    large_ = large_ || text_.size() + part.size() > max_row_bytes;
    if (large_)
      text_.clear();
    else
      text_.append(part);
  }

  void end_held(std::string_view part) {
    append(part);
    const auto size = text_.size();
    text_.resize(size + contact_reader::padding);
    end_line(std::string_view{text_}.substr(0, size));
    text_.clear();
    large_ = false;
  }

  void end_line(std::string_view line) {
    ++line_;
    if (large_)
      return refuse("is larger than " + std::to_string(max_row_bytes) + " bytes");
    constexpr std::string_view blank = " \t\r";
    const auto first = line.find_first_not_of(blank);
    if (first == std::string_view::npos)
      return;
    line = line.substr(first, line.find_last_not_of(blank) - first + 1);
    scanner_.begin(line.front());
    const auto used = scanner_.scan(line);
    if (scanner_.too_deep())
      return refuse("is nested deeper than " + std::to_string(max_json_depth) + " levels");
    // A number or a literal ends with the line.
    const bool whole = used == line.size() && (scanner_.complete() || !is_container(line.front()));
    contact_profile contact;
    const auto verdict =
      whole ? reader_.read(line, index_, contact, add_faults(), line_) : contact_reader::verdict::malformed;
    if (verdict == contact_reader::verdict::malformed)
      return refuse("is not well-formed JSON");
    ++index_;
    if (verdict == contact_reader::verdict::good)
      hand_out(std::move(contact));
    else
      refuse_row();
  }

  static bool is_container(char first) noexcept { return first == '{' || first == '[' || first == '"'; }

  void refuse(std::string detail) {
    add_faults().add("/" + std::to_string(index_++), std::move(detail), line_);
    refuse_row();
  }

  json_value_scanner scanner_{max_json_depth + 1};
  contact_reader reader_{"/"};
  std::string text_;   ///< of a line that began in an earlier slice
  bool large_ = false; ///< the line is too large to be held
  std::uint64_t index_ = 0;
  std::uint64_t line_ = 0;
};

} // namespace

std::unique_ptr<contact_rows> make_ndjson_rows(on_invalid policy) { return std::make_unique<ndjson_rows>(policy); }

} // namespace redial::http
