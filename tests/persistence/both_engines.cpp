#include "tests/persistence/place.hpp"
#include "tests/persistence/temp_directory.hpp"

namespace redial::persistence::test {

namespace {

class rocksdb_place final : public place {
public:
  // What a sync is worth shows after a power failure only, which no test here has: the waits are spared.
  std::shared_ptr<engine> open() override { return open_rocksdb({directory_.path() / "data", false}).value(); }

private:
  temp_directory directory_;
};

} // namespace

std::vector<std::string> kinds() { return {"memory", "rocksdb"}; }

std::unique_ptr<place> make_place(const std::string& kind) {
  if (kind == "memory")
    return std::make_unique<memory_place>();
  return std::make_unique<rocksdb_place>();
}

} // namespace redial::persistence::test
