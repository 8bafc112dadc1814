/// The two programs under test: redial and the provider that it dials through, started, killed and started again.
#pragma once

#include "telephony/call_plan.hpp"
#include "tests/e2e/server_process.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace redial::crash {

struct stage_options {
  std::uint64_t seed = 1; ///< of the network and of the faults
  unsigned lines = 1000;
  std::vector<std::string> settings; ///< further ones of redial, KEY=VALUE
};

/// Used by the thread that made it.
class stage {
public:
  explicit stage(const stage_options& options);

  /// @returns what foretells the calls under this seed.
  static telephony::simulator_options network(std::uint64_t seed);

  std::uint16_t redial_port() const noexcept { return redial_port_; }
  std::uint16_t provider_port() const noexcept { return provider_port_; }
  std::filesystem::path ledger() const { return directory_.path() / "ledger"; }
  std::filesystem::path data() const { return directory_.path() / "data"; }
  const std::filesystem::path& directory() const { return directory_.path(); }

  /// kill -9, and at once the next start. @throws std::runtime_error where one had ended by itself, or does not start.
  void kill_redial();
  void kill_provider();
  void kill_both();

  /// Says what goes wrong at the provider from now on; starts of the provider after this one begin with it.
  void order(const nlohmann::json& faults);
  nlohmann::json provider_stats() const;

  /// Ends both in good order. @throws std::runtime_error where one does not end, or badly.
  void stop();

  struct run {
    int status = 0;
    std::string out;
  };
  /// Runs `redial verify` on the data, which nobody has open.
  run verify() const;

private:
  void start_redial();
  void start_provider();
  void end_redial();
  void end_provider();

  stage_options options_;
  e2e::scratch_directory directory_;
  std::uint16_t redial_port_;
  std::uint16_t provider_port_;
  nlohmann::json faults_ = nlohmann::json::object();
  std::unique_ptr<e2e::process> provider_;
  std::unique_ptr<e2e::server_process> redial_;
};

} // namespace redial::crash
