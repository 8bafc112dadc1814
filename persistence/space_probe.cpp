#include "persistence/space_probe.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace redial::persistence {

namespace {

/// Beyond what the logs take: the next log, and RocksDB's own small files.
constexpr std::uint64_t margin = 2 * 1024 * 1024;

std::uint64_t size_of_logs(const std::filesystem::path& directory) {
  std::uint64_t sum = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator it{directory, error}, end; !error && it != end; it.increment(error)) {
    if (it->path().extension() != ".log")
      continue;
    std::error_code gone;
    const auto size = it->file_size(gone);
    sum += gone ? 0 : size;
  }
  return sum;
}

/// @returns 0, or the errno of what failed.
int write_and_sync(int file, std::uint64_t room) {
  int reserved = 0;
  do
    reserved = ::posix_fallocate(file, 0, static_cast<off_t>(room));
  while (reserved == EINTR);
  // A limit on the size of single files says nothing about many: what is written below has to tell then.
  if (reserved != 0 && reserved != EFBIG && reserved != EINVAL && reserved != EOPNOTSUPP)
    return reserved;
  const std::array<char, 4096> block{};
  for (int i = 0; i < 16; ++i) {
    const auto written = ::write(file, block.data(), block.size());
    if (written < 0)
      return errno;
    if (static_cast<std::size_t>(written) != block.size())
      return ENOSPC;
  }
  return ::fdatasync(file) == 0 ? 0 : errno;
}

} // namespace

result<void> probe_space(const std::filesystem::path& directory) {
  const auto name = directory / "space-probe";
  const int file = ::open(name.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  int why = file < 0 ? errno : write_and_sync(file, size_of_logs(directory) + margin);
  if (file >= 0) {
    if (::close(file) != 0 && why == 0)
      why = errno;
    ::unlink(name.c_str());
  }
  if (why == 0)
    return {};
  return problem{error_code::storage_failed,
    "cannot write to " + directory.string() + ": " + std::generic_category().message(why), {}};
}

} // namespace redial::persistence
