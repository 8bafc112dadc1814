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
  }
  return "unknown";
}

result<void> engine::checkpoint(const std::filesystem::path& to) const {
  return problem{
    error_code::storage_failed, "cannot copy the store to " + to.string() + ": it is kept in memory only", {}};
}

} // namespace redial::persistence
