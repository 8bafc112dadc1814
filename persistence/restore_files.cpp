#include "persistence/restore_files.hpp"

#include "persistence/engine.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace redial::persistence {

namespace {

namespace fs = std::filesystem;

/// Thrown within this file only.
[[noreturn]] void fail(const std::string& doing, const fs::path& what) {
  throw std::system_error{errno, std::generic_category(), doing + " " + what.string()};
}

class descriptor {
public:
  descriptor(const fs::path& file, int flags, const char* doing)
    : number_{::open(file.c_str(), flags | O_CLOEXEC, 0600)} {
    if (number_ < 0)
      fail(doing, file);
  }
  ~descriptor() { ::close(number_); }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  int number() const noexcept { return number_; }

private:
  int number_;
};

void sync_directory(const fs::path& directory) {
  const descriptor opened{directory, O_RDONLY | O_DIRECTORY, "cannot open"};
  if (::fsync(opened.number()) != 0)
    fail("cannot sync", directory);
}

void make_mark(const fs::path& directory) {
  const auto mark = directory / unfinished_restore;
  const descriptor made{mark, O_CREAT | O_EXCL | O_WRONLY, "cannot make"};
  if (::fsync(made.number()) != 0)
    fail("cannot sync", mark);
  sync_directory(directory);
}

void copy_synced(const fs::path& from, const fs::path& to) {
  const descriptor source{from, O_RDONLY, "cannot read"};
  const descriptor copied{to, O_CREAT | O_EXCL | O_WRONLY, "cannot make"};
  std::vector<char> block(256 * 1024);
  for (;;) {
    const auto got = ::read(source.number(), block.data(), block.size());
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      fail("cannot read", from);
    if (got == 0)
      break;
    for (std::size_t done = 0; done < static_cast<std::size_t>(got);) {
      const auto written = ::write(copied.number(), block.data() + done, static_cast<std::size_t>(got) - done);
      if (written < 0 && errno != EINTR)
        fail("cannot write", to);
      done += written > 0 ? static_cast<std::size_t>(written) : 0;
    }
  }
  if (::fsync(copied.number()) != 0)
    fail("cannot sync", to);
}

problem refusal(std::string detail) { return {error_code::storage_failed, std::move(detail), {}}; }

} // namespace

result<void> begin_restore(const fs::path& from, const fs::path& to) {
  try {
    if (!fs::exists(from / "CURRENT"))
      return refusal(from.string() + " holds no backup of redial");
    if (fs::exists(from / unfinished_restore))
      return refusal("a restore to " + from.string() + " did not come to its end: it is no backup");
    if (fs::exists(to) && (!fs::is_directory(to) || !fs::is_empty(to)))
      return refusal(to.string() + " is not empty: restore into a fresh directory");
    fs::create_directories(to);
    fs::permissions(to, fs::perms::owner_all);
    make_mark(to);
    for (const auto& entry : fs::directory_iterator{from}) {
      const auto name = entry.path().filename();
      // The lock, the log of messages and what lives while redial serves are of no use to the copy.
      if (!entry.is_regular_file() || name == "LOCK" || name.string().starts_with("LOG"))
        continue;
      copy_synced(entry.path(), to / name);
    }
    sync_directory(to);
    return {};
  } catch (const std::system_error& e) {
    return refusal(e.what());
  }
}

result<void> finish_restore(const fs::path& to) {
  const auto mark = to / unfinished_restore;
  try {
    if (::unlink(mark.c_str()) != 0)
      fail("cannot remove", mark);
    sync_directory(to);
    if (const auto above = fs::absolute(to).lexically_normal(); above.has_parent_path())
      sync_directory(above.has_filename() ? above.parent_path() : above.parent_path().parent_path());
    return {};
  } catch (const std::system_error& e) {
    return refusal(e.what());
  }
}

} // namespace redial::persistence
