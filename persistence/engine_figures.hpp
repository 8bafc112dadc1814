/// How an engine is doing: for operations, who look whether it keeps up.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace redial::persistence {

/// Bytes and counts at one instant. An engine that has no such thing leaves it 0.
struct engine_figures {
  struct level_figures {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
  };
  struct table_figures {
    std::string_view name;
    std::uint64_t keys = 0;   ///< estimated
    std::uint64_t bytes = 0;  ///< of its files
    std::uint64_t memory = 0; ///< bytes that were written and are in no file yet
  };

  std::vector<level_figures> levels; ///< of all tables together, the newest first
  std::vector<table_figures> tables;
  std::uint64_t log_bytes = 0;          ///< of the write-ahead log
  std::uint64_t write_buffer_bytes = 0; ///< that were written and are in no file yet
  std::uint64_t cache_bytes = 0;
  std::uint64_t table_reader_bytes = 0;    ///< memory for indexes and filters of files
  std::uint64_t compaction_debt_bytes = 0; ///< that compactions have to rewrite until all levels have their size
  std::uint64_t compactions_running = 0;
  std::uint64_t flushes_running = 0;
  std::uint64_t slowdowns = 0;          ///< times that writes were slowed down since it was opened
  std::uint64_t stops = 0;              ///< times that they were stopped
  bool stopped = false;                 ///< writes are stopped now
  std::uint64_t delayed_write_rate = 0; ///< bytes a second to which writes are held now; 0: as fast as they come
  std::uint64_t background_errors = 0;
};

} // namespace redial::persistence
