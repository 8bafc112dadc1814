#include "tests/persistence/place.hpp"

namespace redial::persistence::test {

std::vector<std::string> kinds() { return {"memory"}; }
std::unique_ptr<place> make_place(const std::string&) { return std::make_unique<memory_place>(); }

} // namespace redial::persistence::test
