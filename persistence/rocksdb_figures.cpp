#include "persistence/rocksdb_database.hpp"

#include <charconv>
#include <map>

namespace redial::persistence {

namespace {

using properties = rocksdb::DB::Properties;

std::uint64_t number_in(const std::map<std::string, std::string>& from, const std::string& key) {
  const auto found = from.find(key);
  std::uint64_t value = 0;
  if (found != from.end())
    std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
  return value;
}

} // namespace

engine_figures rocksdb_database::figures() const {
  engine_figures told;
  const auto one = [this](rocksdb::ColumnFamilyHandle* column, const std::string& property) {
    std::uint64_t value = 0;
    db_->GetIntProperty(column, property, &value);
    return value;
  };
  auto* const any = columns_.front();
  for (const auto which : all_tables) {
    auto* const held = column(which);
    auto& told_of = told.tables.emplace_back();
    told_of.name = table_name(which);
    told_of.keys = one(held, properties::kEstimateNumKeys);
    told_of.bytes = one(held, properties::kTotalSstFilesSize);
    told_of.memory = one(held, properties::kCurSizeAllMemTables);
    told.write_buffer_bytes += told_of.memory;
    told.table_reader_bytes += one(held, properties::kEstimateTableReadersMem);
    told.compaction_debt_bytes += one(held, properties::kEstimatePendingCompactionBytes);
    rocksdb::ColumnFamilyMetaData files;
    db_->GetColumnFamilyMetaData(held, &files);
    for (const auto& level : files.levels) {
      const auto index = static_cast<std::size_t>(level.level);
      if (told.levels.size() <= index)
        told.levels.resize(index + 1);
      told.levels[index].files += level.files.size();
      told.levels[index].bytes += level.size;
    }
    std::map<std::string, std::string> stalls;
    if (db_->GetMapProperty(held, properties::kCFStats, &stalls)) {
      told.slowdowns += number_in(stalls, "io_stalls.total_slowdown");
      told.stops += number_in(stalls, "io_stalls.total_stop");
    }
  }
  while (told.levels.size() > 1 && told.levels.back().files == 0)
    told.levels.pop_back();
  // Of the database as a whole, whichever table is asked.
  told.cache_bytes = one(any, properties::kBlockCacheUsage);
  told.compactions_running = one(any, properties::kNumRunningCompactions);
  told.flushes_running = one(any, properties::kNumRunningFlushes);
  told.stopped = one(any, properties::kIsWriteStopped) != 0;
  told.delayed_write_rate = one(any, properties::kActualDelayedWriteRate);
  told.background_errors = one(any, properties::kBackgroundErrors);
  rocksdb::VectorLogPtr logs;
  if (db_->GetSortedWalFiles(logs).ok()) {
    for (const auto& log : logs)
      told.log_bytes += log->SizeFileBytes();
  }
  return told;
}

} // namespace redial::persistence
