/// The figures of this process that every Prometheus client gives, by their usual names.
#pragma once

#include "metrics/families.hpp"

namespace redial::metrics {

/// @returns process_cpu_seconds_total, process_resident_memory_bytes, process_virtual_memory_bytes, process_threads,
/// process_open_fds, process_max_fds and process_start_time_seconds, as far as /proc tells them. Thread-safe.
families process_families();

} // namespace redial::metrics
