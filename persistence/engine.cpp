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

} // namespace redial::persistence
