/// Where a test keeps data: a place outlives the engines that open it.
#pragma once

#include "persistence/engine.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace redial::persistence::test {

class place {
public:
  virtual ~place() = default;
  /// Opens what is there. The engine opened before must be gone.
  virtual std::shared_ptr<engine> open() = 0;
};

/// The in-memory engine "forgets" nothing while its place lives.
class memory_place final : public place {
public:
  std::shared_ptr<engine> open() override { return engine_; }

private:
  std::shared_ptr<engine> engine_ = make_memory_engine();
};

/// The kinds of place that this program tests.
std::vector<std::string> kinds();
std::unique_ptr<place> make_place(const std::string& kind);

} // namespace redial::persistence::test
