/// Compares what the provider placed, what the clients were told and what redial has on file.
#pragma once

#include "tests/crash/notes.hpp"

#include "telephony/call_plan.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace redial::crash {

struct evidence {
  std::filesystem::path ledger;
  std::vector<campaign_note> notes;
  std::vector<dnc_note> do_not_call;    ///< of each client in order
  telephony::simulator_options network; ///< what foretells the calls
  std::uint16_t redial_port = 0;        ///< a redial at rest: nothing is dialed, nothing is in progress
};

struct verdict {
  std::uint64_t campaigns = 0;
  std::uint64_t contacts = 0;
  std::uint64_t calls = 0;          ///< on redial's file
  std::uint64_t placed = 0;         ///< in the provider's ledger
  std::uint64_t retries = 0;        ///< placed calls that were not a contact's first
  std::uint64_t unknown = 0;        ///< calls that count and of which nobody can tell
  std::uint64_t refused = 0;        ///< calls that count and were turned down for good
  std::uint64_t no_disposition = 0; ///< answered calls whose result was lost
  std::uint64_t pauses = 0;         ///< acknowledged
  std::uint64_t stops = 0;
  std::uint64_t removals = 0;
  std::uint64_t additions = 0;     ///< to campaigns' lists
  std::uint64_t listed = 0;        ///< numbers whose addition to the do-not-call list was acknowledged
  std::uint64_t taken_off = 0;     ///< numbers that were taken off it
  std::uint64_t asked_off = 0;     ///< contacts whose disposition is `dnd`
  std::uint64_t open_requests = 0; ///< requests whose answer was cut off by a kill
  std::uint64_t fault_count = 0;
  std::vector<std::string> faults; ///< the first 50
};

/// @throws where redial does not answer, or the ledger cannot be read.
verdict judge(const evidence& all);

} // namespace redial::crash
