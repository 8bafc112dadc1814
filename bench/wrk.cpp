#include "bench/wrk.hpp"

#include "bench/server_process.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>

namespace redial::bench {

bool have_wrk() { return std::system("command -v wrk >/dev/null 2>&1") == 0; }

double wrk_gets_a_second(std::uint16_t port, const std::string& path, unsigned length) {
  const auto command = "wrk -t1 -c64 -d" + std::to_string(length) + "s -H 'Authorization: Bearer "
                       + std::string{admin_key} + "' http://127.0.0.1:" + std::to_string(port) + path;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> out{popen(command.c_str(), "r"), pclose};
  std::string text;
  std::array<char, 4096> some{};
  while (out && std::fgets(some.data(), static_cast<int>(some.size()), out.get()) != nullptr)
    text += some.data();
  out.reset(); // waits for wrk: its processor time is known from then on
  const std::string key = "Requests/sec:";
  const auto at = text.find(key);
  if (at == std::string::npos || text.find("Non-2xx") != std::string::npos)
    throw std::runtime_error("wrk failed:\n" + text);
  return std::stod(text.substr(at + key.size()));
}

} // namespace redial::bench
