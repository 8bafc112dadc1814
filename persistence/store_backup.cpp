#include "persistence/store_impl.hpp"

#include <chrono>
#include <system_error>

namespace redial::persistence {

namespace {

/// @returns how many campaigns the copy in `directory` holds, read from what stands there now.
result<std::size_t> look_into(const std::filesystem::path& directory) {
  rocksdb_options options;
  options.directory = directory;
  auto copy = open_rocksdb_read_only(options);
  if (!copy)
    return copy.error();
  auto held = store::open_read_only(std::move(*copy));
  if (!held)
    return held.error();
  return (*held)->campaigns().size();
}

} // namespace

result<std::size_t> store::back_up(const std::filesystem::path& to) const {
  if (auto why = health())
    return problem{error_code::storage_failed, "no backup can be made now: " + *why, {}};
  if (auto made = self_->backend->checkpoint(to); !made)
    return made.error();
  auto found = look_into(to);
  if (!found) {
    std::error_code ignored;
    std::filesystem::remove_all(to, ignored);
    return problem{
      error_code::storage_failed, "the backup could not be read, and was removed: " + found.error().detail, {}};
  }
  self_->backed_up_at.store(
    std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count());
  return found;
}

std::optional<time_point> store::last_backup() const noexcept {
  const auto at = self_->backed_up_at.load();
  return at == 0 ? std::nullopt : std::optional{time_point{milliseconds{at}}};
}

engine_figures store::figures() const { return self_->backend->figures(); }

} // namespace redial::persistence
