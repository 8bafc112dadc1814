#include "persistence/engine.hpp"

namespace redial::persistence {

std::string_view table_name(table which) noexcept {
  switch (which) {
  case table::meta: return "meta";
  case table::campaign: return "campaign";
  case table::journal: return "journal";
  case table::phone: return "phone";
  case table::profile: return "profile";
  case table::contact: return "contact";
  case table::call: return "call";
  case table::key: return "key";
  case table::dnc: return "dnc";
  case table::webhook: return "webhook";
  case table::delivery: return "delivery";
  case table::answer: return "answer";
  case table::log: return "log";
  case table::call_start: return "call_start";
  case table::call_label: return "call_label";
  }
  return "unknown";
}

namespace {

class passing_reader final : public reader {
public:
  explicit passing_reader(const reader& to) : to_{to} {}

  result<std::optional<std::string>> get(table where, std::string_view key) const override {
    return to_.get(where, key);
  }
  result<void> scan(table where, std::string_view from, std::string_view to,
    const std::function<bool(std::string_view key, std::string_view value)>& visit) const override {
    return to_.scan(where, from, to, visit);
  }
  result<std::optional<std::pair<std::string, std::string>>> last_at_most(
    table where, std::string_view key, std::string_view floor) const override {
    return to_.last_at_most(where, key, floor);
  }

private:
  const reader& to_;
};

} // namespace

result<std::unique_ptr<reader>> engine::snapshot() const {
  return std::unique_ptr<reader>{std::make_unique<passing_reader>(*this)};
}

result<void> engine::checkpoint(const std::filesystem::path& to) const {
  return problem{
    error_code::storage_failed, "cannot copy the store to " + to.string() + ": it is kept in memory only", {}};
}

} // namespace redial::persistence
