/// One contact: from JSON text to the domain's form.
#pragma once

#include "domain/contact.hpp"
#include "http/problem.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace redial::http {

/// Reads contacts one after the other, reusing its buffers. Not thread-safe.
class contact_reader {
public:
  /// How many bytes beyond an element must be readable (their content does not matter).
  static constexpr std::size_t padding = 64;

  enum class verdict : std::uint8_t {
    good,
    faulty,   ///< well-formed, but not a valid contact: its faults were added
    malformed ///< not JSON: `malformed_at` says where
  };

  /// @param prefix what stands before the index in the pointers of faults
  explicit contact_reader(std::string prefix = "/contacts/");
  ~contact_reader();

  /// @param element one whole JSON value without white space around it; no more containers open at once than
  ///   `max_json_depth` + 1
  /// @param index its position in the array, for the pointers
  /// @param line on which it stands, for the faults; 0 where that is not told
  /// @param out overwritten; meaningful only if the verdict is good. Custom fields keep their bytes.
  verdict read(
    std::string_view element, std::uint64_t index, contact_profile& out, fault_list& faults, std::uint64_t line = 0);

  /// @returns the position in the last element at which, or shortly after which, it ceased to be JSON.
  std::size_t malformed_at() const noexcept { return malformed_at_; }

private:
  struct engine;
  std::unique_ptr<engine> engine_;
  std::size_t malformed_at_ = 0;
};

} // namespace redial::http
