#include "http/dnc_csv.hpp"

#include "actors/dnc_service.hpp"
#include "http/csv_table.hpp"
#include "http/dnc_body.hpp"
#include "http/json_text.hpp"

namespace redial::http {

namespace {

using member = dnc_entry_reader::member;

/// The entries of one body.
class dnc_table {
public:
  explicit dnc_table(time_point now)
    : reader_{now}, table_{{"phone"}, [this](std::string_view name) { return add_column(name); },
                      [this](const csv_row& row) { read_row(row); }} {}

  checked<std::vector<dnc_entry>> read(std::string_view body) {
    table_.feed(body);
    table_.finish();
    if (table_.broken())
      return *table_.broken();
    if (!faults_.empty())
      return invalid_body(std::move(faults_));
    return std::move(entries_);
  }

private:
  struct column {
    member is = member::phone;
    std::string pointer; ///< behind that of the row
  };

  std::string add_column(std::string_view name) {
    const auto known = dnc_entry_reader::member_named(name);
    columns_.push_back({known.value_or(member::phone), "/" + pointer_token(name)});
    return known ? std::string{} : "is not a member of an entry";
  }

  void read_row(const csv_row& row) {
    if (row.index == actors::max_dnc_request) {
      fault_list faults;
      faults.add("", "has more than " + std::to_string(actors::max_dnc_request) + " rows below its header", row.line);
      return table_.break_off(invalid_body(std::move(faults)));
    }
    const auto faults_before = faults_.count();
    reader_.begin();
    if (!row.fault.empty())
      refuse(row, {}, row.fault);
    else
      read_fields(row);
    if (faults_.count() == faults_before)
      entries_.push_back(reader_.entry());
  }

  void read_fields(const csv_row& row) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const auto& one = columns_[i];
      if (row.fields[i].empty() && one.is != member::phone)
        continue;
      if (auto fault = reader_.set(one.is, row.fields[i]); !fault.empty())
        refuse(row, one.pointer, std::move(fault));
    }
  }

  void refuse(const csv_row& row, std::string_view pointer, std::string detail) {
    if (!faults_.keeps_more())
      return faults_.count_one();
    auto at = "/" + std::to_string(row.index);
    at += pointer;
    faults_.add(std::move(at), std::move(detail), row.line);
  }

  dnc_entry_reader reader_;
  csv_table table_;
  std::vector<column> columns_;
  std::vector<dnc_entry> entries_;
  fault_list faults_;
};

} // namespace

checked<std::vector<dnc_entry>> read_dnc_csv(std::string_view body, time_point now) {
  return dnc_table{now}.read(body);
}

} // namespace redial::http
