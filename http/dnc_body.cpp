#include "http/dnc_body.hpp"

#include "actors/dnc_service.hpp"
#include "http/body_sax.hpp"
#include "http/campaign_members.hpp"
#include "http/json_text.hpp"

#include <array>
#include <utility>

namespace redial::http {

namespace {

using nlohmann::json;
using member = dnc_entry_reader::member;

constexpr std::array<std::pair<std::string_view, member>, 4> members{{{"phone", member::phone},
  {"reason", member::reason}, {"source", member::source}, {"expires_at", member::expires_at}}};

std::string set_text(std::string& out, std::string_view value, std::size_t longest) {
  if (count_code_points(value) > longest)
    return "must have at most " + std::to_string(longest) + " characters, has "
           + std::to_string(count_code_points(value));
  out = value;
  return {};
}

class entries_sax : public body_sax {
public:
  explicit entries_sax(time_point now, std::vector<dnc_entry>& out) : reader_{now}, out_{out} {}

  bool null() {
    // As an answer shows a member that is not set.
    if (depth_ == entry_depth_ && member_ && *member_ != member::phone)
      return true;
    return wrong_type();
  }
  bool boolean(bool) { return wrong_type(); }
  bool number_integer(json::number_integer_t) { return wrong_type(); }
  bool number_unsigned(json::number_unsigned_t) { return wrong_type(); }
  bool number_float(json::number_float_t, const std::string&) { return wrong_type(); }
  bool binary(json::binary_t&) { return wrong_type(); }
  bool string(std::string& text) {
    if (depth_ != entry_depth_ || !member_)
      return wrong_type();
    if (auto fault = reader_.set(*member_, text); !fault.empty())
      refuse(members.at(static_cast<std::size_t>(*member_)).first, std::move(fault));
    return true;
  }
  bool start_object(std::size_t) {
    if (depth_ == 0)
      begin_entry(1);
    else if (depth_ == 2 && in_entries_)
      next_entry();
    else
      wrong_type();
    return !wrong && go_deeper();
  }
  bool end_object() {
    if (depth_ == entry_depth_)
      end_entry();
    --depth_;
    return true;
  }
  bool start_array(std::size_t) {
    if (depth_ == 1 && in_entries_)
      entry_depth_ = 3;
    else
      wrong_type();
    return !wrong && go_deeper();
  }
  bool end_array() {
    --depth_;
    return true;
  }
  bool key(std::string& name) {
    member_.reset();
    if (depth_ == 1) {
      in_entries_ = name == "entries";
      if (in_entries_) {
        if (has_entries_)
          faults.add("/entries", "is given more than once");
        has_entries_ = true;
        return true;
      }
    }
    if (depth_ != 1 && depth_ != entry_depth_)
      return true;
    member_ = dnc_entry_reader::member_named(name);
    if (!member_)
      refuse(name, "is not a member of this body");
    else if (seen_.at(static_cast<std::size_t>(*member_)))
      refuse(name, "is given more than once");
    else
      seen_.at(static_cast<std::size_t>(*member_)) = true;
    alone_ = alone_ || depth_ == 1;
    return true;
  }

  /// To be called at the end of a body that is JSON.
  void finish() {
    if (has_entries_ && alone_)
      faults.add("", "must be one entry or have entries, not both");
  }

private:
  void begin_entry(unsigned depth) {
    entry_depth_ = depth;
    reader_.begin();
    seen_ = {};
    faults_before_ = faults.count();
  }
  void next_entry() {
    if (++elements_ > actors::max_dnc_request)
      stop(invalid_body("/entries", "has more than " + std::to_string(actors::max_dnc_request) + " elements"));
    begin_entry(3);
  }
  void end_entry() {
    if (depth_ == 1 && has_entries_)
      return; // the body, not an entry
    if (!seen_.front())
      refuse("phone", "is required");
    if (faults.count() == faults_before_)
      out_.push_back(reader_.entry());
  }
  /// A value that is not a text where one belongs; what lies within it is passed over.
  bool wrong_type() {
    if (depth_ == 0)
      return stop(invalid_body("", "must be an object"));
    if (depth_ == 1 && std::exchange(in_entries_, false))
      faults.add("/entries", "must be an array");
    else if (depth_ == 2 && in_entries_) {
      member_.reset();
      faults.add("/entries/" + std::to_string(elements_++), "must be an object");
    } else if (depth_ == entry_depth_ && member_)
      refuse(members.at(static_cast<std::size_t>(*member_)).first, "must be a string");
    return true;
  }
  void refuse(std::string_view name, std::string detail) {
    if (!faults.keeps_more())
      return faults.count_one();
    const auto of = depth_ == 1 ? "/" : "/entries/" + std::to_string(elements_ - 1) + "/";
    faults.add(of + pointer_token(name), std::move(detail));
  }

  dnc_entry_reader reader_;
  std::vector<dnc_entry>& out_;
  unsigned entry_depth_ = 0; ///< of the members of the entry at hand
  bool in_entries_ = false;
  bool has_entries_ = false;
  bool alone_ = false; ///< the body itself has members of an entry
  std::optional<member> member_;
  std::array<bool, members.size()> seen_{};
  std::uint64_t elements_ = 0;
  std::uint64_t faults_before_ = 0;
};

} // namespace

std::optional<member> dnc_entry_reader::member_named(std::string_view name) noexcept {
  for (const auto& [known, which] : members) {
    if (name == known)
      return which;
  }
  return std::nullopt;
}

std::string dnc_entry_reader::set(member which, std::string_view value) {
  switch (which) {
  case member::phone: {
    const auto number = phone::parse(value);
    if (!number)
      return not_a_phone;
    entry_.phone = *number;
    return {};
  }
  case member::reason: return set_text(entry_.reason, value, max_dnc_reason);
  case member::source: return set_text(entry_.source, value, max_dnc_source);
  case member::expires_at: break;
  }
  entry_.expires_at = parse_rfc3339(value);
  if (!entry_.expires_at)
    return "must be an RFC 3339 date-time with offset, for instance 2030-01-31T09:00:00+05:30";
  return in_force(entry_.expires_at, now_) ? std::string{} : "must lie in the future";
}

checked<std::vector<dnc_entry>> read_dnc_entries(std::string_view body, time_point now) {
  std::vector<dnc_entry> entries;
  entries_sax sax{now, entries};
  if (auto unread = take_apart(body, sax))
    return std::move(*unread);
  sax.finish();
  if (!sax.faults.empty())
    return invalid_body(std::move(sax.faults));
  return entries;
}

} // namespace redial::http
