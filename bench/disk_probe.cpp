#include "bench/disk_probe.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <sstream>
#include <stdexcept>

#include <fcntl.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace redial::bench {

double synced_appends_per_second(const std::filesystem::path& directory, std::chrono::seconds how_long) {
  const auto path = directory / "probe";
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0)
    throw std::runtime_error("cannot write " + path.string() + ": " + std::strerror(errno));
  std::array<char, 4096> block{};
  block.fill('x');
  std::uint64_t done = 0;
  const auto begin = std::chrono::steady_clock::now();
  std::chrono::duration<double> passed{0};
  bool good = true;
  while (good && passed < how_long) {
    good = write(file, block.data(), block.size()) == static_cast<ssize_t>(block.size()) && fdatasync(file) == 0;
    ++done;
    passed = std::chrono::steady_clock::now() - begin;
  }
  close(file);
  std::filesystem::remove(path);
  if (!good)
    throw std::runtime_error("cannot write " + path.string());
  return static_cast<double>(done) / passed.count();
}

std::string file_system_of(const std::filesystem::path& directory) {
  struct statfs about {};
  if (statfs(directory.c_str(), &about) != 0)
    return "unknown";
  switch (static_cast<std::uint64_t>(about.f_type)) {
  case 0xEF53: return "ext4";
  case 0x01021994: return "tmpfs";
  case 0x58465342: return "xfs";
  case 0x9123683E: return "btrfs";
  case 0x794C7630: return "overlayfs";
  default: break;
  }
  std::ostringstream number;
  number << "0x" << std::hex << about.f_type;
  return number.str();
}

} // namespace redial::bench
