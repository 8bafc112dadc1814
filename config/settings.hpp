/// Everything that can be set, with its default. What each key means, its unit and its range stand in `keys.cpp`, and
/// from there in `redial.toml`.
#pragma once

#include "domain/contact.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace redial::config {

struct http_settings {
  std::string listen = "127.0.0.1:8080";
  std::uint64_t threads = 1;
  std::uint64_t body_limit_mb = 256;
  std::uint64_t header_limit_kb = 16;
  std::uint64_t header_timeout_s = 10;
  std::uint64_t body_timeout_s = 30;
  std::uint64_t idle_timeout_s = 60;
  std::uint64_t max_connections = 20'000;
  std::uint64_t max_uploads = 32;
  std::uint64_t max_exports = 2;
  std::uint64_t max_streams = 1000;
  std::uint64_t event_heartbeat_s = 15;
  std::string tls_cert; ///< with tls_key, or neither
  std::string tls_key;
  std::uint64_t requests_per_minute = 1000; ///< 0: unlimited
  bool insecure_no_auth = false;
  friend bool operator==(const http_settings&, const http_settings&) = default;
};

struct storage_settings {
  std::string data_dir = "./data";
  bool sync = true;
  std::uint64_t block_cache_mb = 16;
  std::uint64_t write_buffer_mb = 32;
  friend bool operator==(const storage_settings&, const storage_settings&) = default;
};

struct lines_settings {
  std::uint64_t max_concurrent_calls = 100;
  double calls_per_second = 10; ///< 0: unlimited
  friend bool operator==(const lines_settings&, const lines_settings&) = default;
};

struct clock_settings {
  double speed = 1;
  friend bool operator==(const clock_settings&, const clock_settings&) = default;
};

/// Probabilities of the simulator's outcomes; together 1.
struct outcome_settings {
  double answered = 0.34;
  double no_answer = 0.30;
  double voicemail = 0.14;
  double busy = 0.07;
  double declined = 0.07;
  double unreachable = 0.04;
  double invalid_number = 0.02;
  double network_error = 0.01;
  double abandoned = 0.01;
  friend bool operator==(const outcome_settings&, const outcome_settings&) = default;
};

/// Numbers that end in `suffix` always meet with `outcome`.
struct suffix_setting {
  std::string suffix;
  call_outcome outcome{};
  std::string disposition; ///< may be empty
  friend bool operator==(const suffix_setting&, const suffix_setting&) = default;
};

struct simulator_settings {
  std::uint64_t seed = 1;
  std::string workload = "lifelike"; ///< or "peers"
  std::string peers_base = "+919000000000";
  bool instant = false;
  std::uint64_t ring_min_ms = 5'000;
  std::uint64_t ring_mean_ms = 15'000;
  std::uint64_t ring_max_ms = 30'000;
  std::uint64_t talk_mean_ms = 75'000;
  std::uint64_t talk_max_ms = 600'000;
  std::map<std::string, double> dispositions{
    {"interested", 0.24}, {"not_interested", 0.48}, {"callback", 0.18}, {"dnd", 0.06}, {"escalated", 0.04}};
  std::vector<suffix_setting> overrides;
  outcome_settings outcomes;
  friend bool operator==(const simulator_settings&, const simulator_settings&) = default;
};

struct provider_settings {
  std::string base_url;
  std::string secret;
  std::string from;
  std::string callback_base_url; ///< empty: http.listen
  std::string ca_file;
  bool lookup_fences = true;
  std::uint64_t ring_timeout_s = 30;
  std::uint64_t max_duration_s = 600;
  std::uint64_t connections = 64;
  std::uint64_t request_timeout_s = 10;
  friend bool operator==(const provider_settings&, const provider_settings&) = default;
};

struct gateway_settings {
  std::string kind = "simulator";
  std::uint64_t result_timeout_s = 120;
  provider_settings http;
  simulator_settings simulator;
  friend bool operator==(const gateway_settings&, const gateway_settings&) = default;
};

struct dnc_settings {
  std::uint64_t max_entries = 10'000'000;
  friend bool operator==(const dnc_settings&, const dnc_settings&) = default;
};

struct actors_settings {
  std::uint64_t threads = 0; ///< 0: as many as there are cores
  std::uint64_t max_throughput = 300;
  std::uint64_t passivate_after_s = 5;
  std::uint64_t max_live_contacts = 20'000;
  friend bool operator==(const actors_settings&, const actors_settings&) = default;
};

struct webhooks_settings {
  bool allow_http = false;
  bool allow_private = false;
  std::string ca_file;
  std::uint64_t connections = 128;
  friend bool operator==(const webhooks_settings&, const webhooks_settings&) = default;
};

struct shutdown_settings {
  std::uint64_t drain_s = 5;
  friend bool operator==(const shutdown_settings&, const shutdown_settings&) = default;
};

struct log_settings {
  std::string level = "info";
  friend bool operator==(const log_settings&, const log_settings&) = default;
};

struct settings {
  http_settings http;
  storage_settings storage;
  lines_settings lines;
  clock_settings clock;
  gateway_settings gateway;
  dnc_settings dnc;
  actors_settings actors;
  webhooks_settings webhooks;
  shutdown_settings shutdown;
  log_settings log;
  friend bool operator==(const settings&, const settings&) = default;
};

} // namespace redial::config
