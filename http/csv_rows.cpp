#include "http/campaign_members.hpp"
#include "http/contact_rows.hpp"
#include "http/csv_table.hpp"
#include "http/json_text.hpp"

namespace redial::http {

namespace {

constexpr std::size_t longest_name = 255; // code points [seed]

class csv_rows final : public contact_rows {
public:
  explicit csv_rows(on_invalid policy)
    : contact_rows{policy}, table_{{"phone", "name"}, [this](std::string_view name) { return add_column(name); },
                              [this](const csv_row& row) { read_row(row); }} {}

  void feed(std::string_view slice) override {
    table_.feed(slice);
    tell_whether_broken();
  }

  void finish() override {
    table_.finish();
    tell_whether_broken();
  }

private:
  enum class use : std::uint8_t { phone, name, custom };
  struct column {
    use as = use::custom;
    std::string member; ///< `"name":`, as it stands in the contact's fields
  };

  void tell_whether_broken() {
    if (table_.broken())
      break_off(*table_.broken());
  }

  /// Whatever it is called, it may be a custom field.
  std::string add_column(std::string_view name) {
    column one{name == "phone" ? use::phone : name == "name" ? use::name : use::custom, {}};
    append_json_string(one.member, name);
    one.member += ':';
    columns_.push_back(std::move(one));
    return {};
  }

  void read_row(const csv_row& row) {
    bool good = true;
    const auto refuse = [&](std::string_view member, std::string detail) {
      good = false;
      if (!add_faults().keeps_more())
        return add_faults().count_one();
      auto pointer = "/" + std::to_string(row.index);
      if (!member.empty())
        pointer += "/" + pointer_token(member);
      add_faults().add(std::move(pointer), std::move(detail), row.line);
    };
    contact_profile contact;
    if (!row.fault.empty())
      refuse({}, row.fault);
    else
      read_fields(row, contact, refuse);
    if (good)
      hand_out(std::move(contact));
    else
      refuse_row();
  }

  template <class Refuse>
  void read_fields(const csv_row& row, contact_profile& contact, const Refuse& refuse) {
    contact.fields = "{";
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const auto value = row.fields[i];
      switch (columns_[i].as) {
      case use::phone:
        if (auto number = phone::parse(value))
          contact.phone = *number;
        else
          refuse("phone", not_a_phone);
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

  csv_table table_;
  std::vector<column> columns_;
};

} // namespace

std::unique_ptr<contact_rows> make_csv_rows(on_invalid policy) { return std::make_unique<csv_rows>(policy); }

} // namespace redial::http
