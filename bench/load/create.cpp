#include "bench/contact_list.hpp"
#include "bench/load/stage.hpp"

#include <chrono>
#include <thread>

namespace redial::bench {

namespace {

constexpr std::uint64_t contacts_of_a_small_one = 10;
constexpr double million = 1e6;

} // namespace

void load_many(const load_options& options, load_results& into) {
  const stage on{options, {}};
  open_loop callers{on.where(), options.connections};
  const auto body = std::make_shared<const std::string>(campaign_json({contacts_of_a_small_one, 3, 240}));
  const auto rate = 500 * options.scale;
  into.add(
    "many", rate, callers.run(rate, std::chrono::duration<double>{options.seconds}, options.seed, [&](std::uint64_t) {
      return ask{"POST campaign of 10", boost::beast::http::verb::post, "/v1/campaigns", body};
    }));
}

void load_million(const load_options& options, load_results& into) {
  const auto body = campaign_json({options.contacts, 3, 240});
  const stage on{options, {}};
  client http{on.where()};
  const auto rest = on.pid() ? settled_memory(*on.pid()) : memory_use{};
  const auto begin = std::chrono::steady_clock::now();
  http.post("/v1/campaigns", body);
  const auto took = std::chrono::duration<double>{std::chrono::steady_clock::now() - begin}.count();
  const auto count = readable(static_cast<double>(options.contacts));
  auto& figures = into.figures();
  figures.add(count + " contacts by one POST, to the 201", "s", took, "3");
  if (!on.pid())
    return;
  const auto megabytes_above = [&](std::uint64_t bytes) {
    return (static_cast<double>(bytes) - static_cast<double>(rest.resident)) / million;
  };
  figures.add("  resident memory above rest, at the peak", "MB", megabytes_above(memory_of(*on.pid()).peak), "300");
  figures.add("  resident memory above rest, afterwards", "MB", megabytes_above(settled_memory(*on.pid()).resident));
}

} // namespace redial::bench
