#include "app/serve.hpp"

#include "actors/engine.hpp"
#include "actors/key_keeper.hpp"
#include "app/gateway.hpp"
#include "app/keys.hpp"
#include "app/maintenance.hpp"
#include "app/ops.hpp"
#include "app/secure_random.hpp"
#include "app/signals.hpp"
#include "config/endpoint.hpp"
#include "config/keys.hpp"
#include "http/event_encode.hpp"
#include "http/server.hpp"
#include "http/tls.hpp"
#include "persistence/engine.hpp"
#include "timing/timer_heap.hpp"
#include "timing/wall_clock.hpp"
#include "webhooks/http_sender.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <thread>
#include <utility>

#include <sys/resource.h>

namespace redial::app {

namespace {

using std::chrono::seconds;

/// The whole stop must be over within this; 10 s are promised.
constexpr seconds stop_limit{10};
/// Exit status of a process that cannot go on (EX_SOFTWARE of sysexits.h).
constexpr int died_status = 70;

std::shared_ptr<spdlog::logger> make_log(const config::log_settings& settings) {
  auto log = spdlog::stderr_logger_mt("redial");
  log->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  log->set_level(spdlog::level::from_str(settings.level));
  log->flush_on(spdlog::level::info);
  spdlog::set_default_logger(log);
  return log;
}

actors::engine_settings engine_settings(const config::settings& s) {
  actors::engine_settings o;
  o.lines.max_concurrent_calls = static_cast<std::uint32_t>(s.lines.max_concurrent_calls);
  o.lines.calls_per_second = s.lines.calls_per_second;
  // Seconds that an actor waits are real ones: memory does not run faster with the clock.
  o.passivate_after =
    milliseconds{static_cast<std::int64_t>(static_cast<double>(s.actors.passivate_after_s) * 1000 * s.clock.speed)};
  o.webhooks = o.webhooks.in_real_time(s.clock.speed);
  const auto real = [&s](std::int64_t ms) {
    return milliseconds{static_cast<std::int64_t>(static_cast<double>(ms) * s.clock.speed)};
  };
  o.restarts.first_delay = real(1000);
  o.restarts.healthy_after = real(600'000);
  // An operator, too, waits in real time.
  o.inspect_within = real(500);
  o.max_waiting_actors = s.actors.max_live_contacts;
  o.max_dnc_entries = s.dnc.max_entries;
  o.max_uploads = s.http.max_uploads;
  o.max_exports = s.http.max_exports;
  o.result_timeout = seconds{s.gateway.result_timeout_s};
  // A caller waits in real time.
  o.answer_within = real(20'000);
  return o;
}

webhooks::sender_options sender_options(const config::webhooks_settings& s) {
  webhooks::sender_options o;
  o.policy = {s.allow_http, s.allow_private};
  o.ca_file = s.ca_file;
  o.connections = s.connections;
  return o;
}

void configure(caf::actor_system_config& config, const config::actors_settings& s) {
  const std::size_t threads = s.threads != 0 ? s.threads : std::max(1U, std::thread::hardware_concurrency());
  config.set("scheduler.policy", caf::atom("sharing"));
  config.set("scheduler.max-threads", threads);
  config.set("scheduler.max-throughput", static_cast<std::size_t>(s.max_throughput));
}

http::server_options server_options(const config::http_settings& s) {
  http::server_options o;
  const auto endpoint = config::parse_endpoint(s.listen).value();
  o.host = endpoint.host;
  o.port = endpoint.port;
  o.threads = static_cast<unsigned>(s.threads);
  o.body_limit = s.body_limit_mb * 1024 * 1024;
  o.header_limit = static_cast<std::uint32_t>(s.header_limit_kb * 1024);
  o.max_connections = s.max_connections;
  o.requests_per_minute = static_cast<std::uint32_t>(s.requests_per_minute);
  o.no_auth = s.insecure_no_auth;
  o.header_timeout = seconds{s.header_timeout_s};
  o.idle_timeout = seconds{s.idle_timeout_s};
  o.body_timeout = seconds{s.body_timeout_s};
  o.max_streams = s.max_streams;
  o.heartbeat = seconds{s.event_heartbeat_s};
  return o;
}

/// A connection takes a file descriptor: use as many as the system allows, not the few that a shell starts with.
/// @returns how many there are.
std::uint64_t raise_file_limit(spdlog::logger& log) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return 0;
  if (limit.rlim_cur != limit.rlim_max) {
    const auto former = std::exchange(limit.rlim_cur, limit.rlim_max);
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
      log.warn("the limit on open files could not be raised");
      return former;
    }
  }
  return limit.rlim_cur;
}

/// Takes no more connections than leave the store and the gateway their descriptors.
void keep_descriptors(http::server_options& options, std::uint64_t descriptors, spdlog::logger& log) {
  constexpr std::uint64_t kept = 512;
  const auto most = std::max<std::uint64_t>(descriptors > kept ? descriptors - kept : 0, 16);
  if (options.max_connections <= most)
    return;
  log.info("{} connections at once instead of {}: no more than {} files may be open", most, options.max_connections,
    descriptors);
  options.max_connections = most;
}

/// Has the certificate read again, for an operator who has renewed it.
void reload(http::tls_identity* identity, spdlog::logger& log) {
  if (identity == nullptr) {
    log.info("SIGHUP: there is no certificate to be read again");
  } else if (auto reloaded = identity->reload(); !reloaded) {
    log.error("SIGHUP: {}; the former certificate stays", reloaded.error().detail);
  } else {
    log.info("SIGHUP: new connections are served with the certificate as it is now");
  }
}

void warn_of_openness(const config::http_settings& settings, spdlog::logger& log) {
  if (settings.insecure_no_auth)
    log.warn("http.insecure_no_auth: whoever reaches {} may do anything", settings.listen);
  else if (settings.tls_cert.empty() && !config::is_loopback(config::parse_endpoint(settings.listen).value().host))
    log.warn("{} is reached from other machines, and keys travel there without TLS", settings.listen);
}

control_handler control_of(
  const persistence::store& store, actors::key_service& keys, actors::ops_service& ops, const clock& time) {
  return [maintain = maintenance_of(store), keys = keys_of(keys), ops = ops_of(ops, time)](
           const nlohmann::json& asked, const std::function<bool()>& go_on) {
    const auto command = asked.value("command", std::string{});
    return command == "keys" ? keys(asked, go_on) : command == "ops" ? ops(asked, go_on) : maintain(asked, go_on);
  };
}

/// Backups and verifications read all that is stored.
bool is_maintenance(const nlohmann::json& asked) {
  const auto command = asked.value("command", std::string{});
  return command == "backup" || command == "verify";
}

} // namespace

int serve(const config::settings& settings, const std::optional<std::string>& admin_key) {
  auto log = make_log(settings.log);
  const auto descriptors = raise_file_limit(*log);

  std::shared_ptr<http::tls_identity> identity;
  if (!settings.http.tls_cert.empty()) {
    auto loaded = http::tls_identity::load(settings.http.tls_cert, settings.http.tls_key);
    if (!loaded) {
      log->critical("TLS: {}", loaded.error().detail);
      return 1;
    }
    identity = std::move(*loaded);
  }

  persistence::rocksdb_options data{settings.storage.data_dir, settings.storage.sync, settings.storage.block_cache_mb,
    settings.storage.write_buffer_mb};
  data.warn = [log](const std::string& text) { log->warn("{}", text); };
  auto backend = persistence::open_rocksdb(data);
  if (!backend) {
    log->critical("{}", backend.error().detail);
    return 1;
  }
  auto store = persistence::store::open(std::move(*backend));
  if (!store) {
    log->critical("{}", store.error().detail);
    return 1;
  }
  if (!settings.storage.sync)
    log->warn("storage.sync is off: a power failure can lose what was acknowledged");

  auto former_clock = (*store)->load_clock();
  if (!former_clock) {
    log->critical("{}", former_clock.error().detail);
    return 1;
  }
  timing::wall_clock clock{settings.clock.speed, (*store)->last_time(), *former_clock};
  if (clock.speed() != 1) {
    log->warn("the clock runs {} times as fast as real time", clock.speed());
    if (auto saved = (*store)->save_clock(clock.anchor()); !saved) {
      log->critical("{}", saved.error().detail);
      return 1;
    }
  }
  timing::timer_heap timers{clock};
  auto gateway = make_gateway(settings, clock, timers, *log);
  if (!gateway) {
    log->critical("{}", gateway.error().detail);
    return 1;
  }
  secure_random random;
  actors::key_book key_book;
  if (auto loaded = key_book.load(**store); !loaded) {
    log->critical("{}", loaded.error().detail);
    return 1;
  }
  if (auto seeded = seed_key(**store, key_book, admin_key, clock.now(), random, *log); !seeded) {
    log->critical("{}", seeded.error().detail);
    return 1;
  }
  actors::engine_context context{clock, timers, gateway->calls(), **store, random, *log, engine_settings(settings)};
  context.books.push_back(&key_book);
  context.render = http::encode_event;
  context.fatal = [log](std::string_view who) {
    log->critical("the {} has died: redial ends, and goes on from what is stored when it is started again", who);
    log->flush();
    std::_Exit(died_status);
  };
  if (auto loaded = context.load_books(); !loaded) {
    log->critical("{}", loaded.error().detail);
    return 1;
  }
  auto sender = webhooks::make_http_sender(sender_options(settings.webhooks));
  if (!sender) {
    log->critical("webhooks: {}", sender.error().detail);
    return 1;
  }
  context.sender = sender->get();
  caf::actor_system_config config;
  configure(config, settings.actors);
  caf::actor_system system{config};
  actors::engine engine{system, context};
  actors::key_keeper keys{context, key_book, engine.writer()};
  engine.recover().wait();

  auto listening = server_options(settings.http);
  keep_descriptors(listening, descriptors, *log);
  listening.tls = identity;
  listening.config = config::settings_as_json(settings);
  warn_of_openness(settings.http, *log);
  http::server server{listening, engine, keys, clock, gateway->callback()};
  try {
    server.start();
  } catch (const std::exception& e) {
    log->critical("{}", e.what());
    gateway->shut_down();
    (*sender)->shut_down();
    timers.shut_down();
    return 1;
  }
  auto control =
    control_server::start(settings.storage.data_dir, control_of(**store, keys, engine, clock), is_maintenance);
  if (!control)
    log->warn("backups, verifications and keys have to wait until redial is stopped: {}", control.error().detail);
  const auto endpoint = config::parse_endpoint(settings.http.listen).value();
  const auto host = endpoint.host.find(':') == std::string::npos ? endpoint.host : "[" + endpoint.host + "]";
  std::cout << "redial listening on " << (identity ? "https://" : "http://") << host << ':' << server.port()
            << std::endl;

  auto signal = wait_for_signal();
  for (; signal == SIGHUP; signal = wait_for_signal())
    reload(identity.get(), *log);
  const stop_deadline deadline{stop_limit, 1};
  log->info("signal {}: stopping", signal);
  auto drained = engine.drain();
  server.stop(seconds{3});
  if (drained.wait_for(seconds{settings.shutdown.drain_s}) != std::future_status::ready)
    log->warn("{} calls are still in progress; what became of them will be asked at the next start",
      gateway->calls().in_flight());
  gateway->shut_down();
  (*sender)->shut_down();
  timers.shut_down();
  log->info("stopped");
  return 0;
}

} // namespace redial::app
