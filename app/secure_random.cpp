#include "app/secure_random.hpp"

#include <openssl/rand.h>

#include <array>
#include <cstring>
#include <stdexcept>

namespace redial::app {

namespace {

struct block {
  std::array<std::byte, 4096> bytes{};
  std::size_t used = 4096;
};
thread_local block drawn;

} // namespace

void secure_random::fill(std::span<std::byte> out) {
  if (out.size() > drawn.bytes.size())
    throw std::runtime_error("secure_random: more bytes asked for than a block holds");
  if (drawn.used + out.size() > drawn.bytes.size()) {
    if (RAND_bytes(reinterpret_cast<unsigned char*>(drawn.bytes.data()), static_cast<int>(drawn.bytes.size())) != 1)
      throw std::runtime_error("secure_random: the system gives no random bytes");
    drawn.used = 0;
  }
  std::memcpy(out.data(), drawn.bytes.data() + drawn.used, out.size());
  drawn.used += out.size();
}

} // namespace redial::app
