#include "http/campaign_members.hpp"
#include "http/contact_rows.hpp"
#include "http/csv_parser.hpp"
#include "http/json_text.hpp"

#include <set>

namespace redial::http {

namespace {

constexpr std::size_t longest_name = 255; // code points [seed]
constexpr std::size_t max_columns = 512;

problem_details malformed_csv(std::string detail) {
  problem_details details;
  details.status = 400;
  details.code = "malformed_csv";
  details.detail = std::move(detail);
  return details;
}

class csv_rows final : public contact_rows {
public:
  explicit csv_rows(on_invalid policy)
    : contact_rows{policy}, parser_{[this](const csv_record& record) {
        if (columns_.empty())
          read_header(record);
        else
          read_row(record);
      }} {}

  void feed(std::string_view slice) override {
    if (!broken())
      parser_.feed(slice);
  }

  void finish() override {
    if (broken())
      return;
    if (const auto line = parser_.finish(); line != 0)
      break_off(malformed_csv("The quoted field that begins on line " + std::to_string(line) + " has no end."));
    else if (columns_.empty())
      break_off(malformed_csv("The body is empty; a header row with the columns phone and name is expected."));
  }

private:
  enum class use : std::uint8_t { phone, name, custom };
  struct column {
    use as = use::custom;
    std::string name;
    std::string member; ///< `"name":`, as it stands in the contact's fields
  };

  void read_header(const csv_record& record) {
    if (broken())
      return;
    if (!record.fault.empty())
      return break_off(malformed_csv("The header row " + std::string{record.fault} + "."));
    fault_list faults;
    const auto wrong = [&](std::string detail) { faults.add("", std::move(detail), record.line); };
    if (record.fields.size() > max_columns)
      wrong("there are more than " + std::to_string(max_columns) + " columns");
    std::set<std::string_view> names;
    for (const auto name : record.fields) {
      column one{name == "phone" ? use::phone : name == "name" ? use::name : use::custom, std::string{name}, {}};
      append_json_string(one.member, name);
      one.member += ':';
      if (name.empty())
        wrong("column " + std::to_string(columns_.size() + 1) + " has no name");
      else if (!names.insert(name).second)
        wrong("the column " + one.name + " stands there more than once");
      columns_.push_back(std::move(one));
    }
    for (const std::string_view required : {"phone", "name"}) {
      if (!names.contains(required))
        wrong("the column " + std::string{required} + " is required");
    }
    if (!faults.empty())
      break_off(invalid_body(std::move(faults)));
  }

  void read_row(const csv_record& record) {
    if (broken())
      return;
    bool good = true;
    const auto refuse = [&](std::string_view member, std::string detail) {
      good = false;
      if (!add_faults().keeps_more())
        return add_faults().count_one();
      auto pointer = "/" + std::to_string(index_);
      if (!member.empty())
        pointer += "/" + pointer_token(member);
      add_faults().add(std::move(pointer), std::move(detail), record.line);
    };
    contact_profile contact;
    if (!record.fault.empty())
      refuse({}, std::string{record.fault});
    else if (record.fields.size() != columns_.size())
      refuse({}, "has " + std::to_string(record.fields.size()) + " fields, where the header has "
                   + std::to_string(columns_.size()));
    else
      read_fields(record, contact, refuse);
    ++index_;
    if (good)
      hand_out(std::move(contact));
    else
      refuse_row();
  }

  template <class Refuse>
  void read_fields(const csv_record& record, contact_profile& contact, const Refuse& refuse) {
    contact.fields = "{";
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const auto value = record.fields[i];
      switch (columns_[i].as) {
      case use::phone:
        if (auto number = phone::parse(value))
          contact.phone = *number;
        else
          refuse("phone", "must be an E.164 number: + and 7 to 15 digits, the first not 0");
        break;
      case use::name: {
        const auto length = value.size() <= longest_name ? value.size() : count_code_points(value);
        if (length == 0 || length > longest_name)
          refuse("name", "must have 1 to 255 characters");
        else
          contact.name = value;
        break;
      }
      case use::custom:
        if (contact.fields.size() > 1)
          contact.fields += ',';
        contact.fields += columns_[i].member;
        append_json_string(contact.fields, value);
        break;
      }
    }
    contact.fields += '}';
  }

  csv_parser parser_;
  std::vector<column> columns_;
  std::uint64_t index_ = 0; ///< of the row, the header not counted
};

} // namespace

std::unique_ptr<contact_rows> make_csv_rows(on_invalid policy) { return std::make_unique<csv_rows>(policy); }

} // namespace redial::http
