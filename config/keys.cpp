#include "config/keys.hpp"

#include <algorithm>

namespace redial::config {

namespace {

using flag = member<bool>;
using count = member<std::uint64_t>;
using real = member<double>;
using text = member<std::string>;
using labels = member<std::map<std::string, double>>;
using suffixes = member<std::vector<suffix_setting>>;

/// The largest integer that JSON and TOML readers of every kind agree on.
constexpr double max_integer = 9'007'199'254'740'991;
constexpr double day_ms = 86'400'000;

const std::vector<key>& table() {
  // NOLINTBEGIN(bugprone-branch-clone)
  static const std::vector<key> all{
    {"http.listen", text{[](settings& s) -> std::string& { return s.http.listen; }},
      "Address and port of the API, HOST:PORT; an IPv6 address in brackets; port 0 takes a free one."},
    {"http.threads", count{[](settings& s) -> std::uint64_t& { return s.http.threads; }},
      "Threads that serve connections.", 1, 256},
    {"http.body_limit_mb", count{[](settings& s) -> std::uint64_t& { return s.http.body_limit_mb; }},
      "Largest request body, in MiB. A million contacts take about 90.", 1, 4096},
    {"http.header_limit_kb", count{[](settings& s) -> std::uint64_t& { return s.http.header_limit_kb; }},
      "Largest request header, in KiB.", 1, 1024},
    {"http.header_timeout_s", count{[](settings& s) -> std::uint64_t& { return s.http.header_timeout_s; }},
      "How long a client may take to send a request's header, in seconds.", 1, 3600},
    {"http.body_timeout_s", count{[](settings& s) -> std::uint64_t& { return s.http.body_timeout_s; }},
      "How long a request's body may make no progress, in seconds.", 1, 3600},
    {"http.idle_timeout_s", count{[](settings& s) -> std::uint64_t& { return s.http.idle_timeout_s; }},
      "How long a connection may stay open without a request, in seconds.", 1, 86'400},
    {"http.max_connections", count{[](settings& s) -> std::uint64_t& { return s.http.max_connections; }},
      "Connections open at a time; further ones are refused.", 1, 1'000'000},
    {"http.max_uploads", count{[](settings& s) -> std::uint64_t& { return s.http.max_uploads; }},
      "Lists of contacts being uploaded at a time; further ones are answered 503.", 1, 1000},
    {"http.max_exports", count{[](settings& s) -> std::uint64_t& { return s.http.max_exports; }},
      "Campaigns being exported at a time; further ones are answered 503.", 1, 1000},
    {"http.max_streams", count{[](settings& s) -> std::uint64_t& { return s.http.max_streams; }},
      "Streams of live events open at a time; further ones are answered 503.", 1, 1'000'000},
    {"http.event_heartbeat_s", count{[](settings& s) -> std::uint64_t& { return s.http.event_heartbeat_s; }},
      "After so many seconds without an event a stream sends a comment, which shows that it lives.", 1, 3600},
    {"http.tls_cert", text{[](settings& s) -> std::string& { return s.http.tls_cert; }},
      "With tls_key: the certificate to serve HTTPS with, PEM, followed by the chain up to its authority. Empty: HTTP "
      "in "
      "the clear. SIGHUP has both files read again."},
    {"http.tls_key", text{[](settings& s) -> std::string& { return s.http.tls_key; }},
      "The key of that certificate, PEM, without a passphrase."},
    {"http.requests_per_minute", count{[](settings& s) -> std::uint64_t& { return s.http.requests_per_minute; }},
      "Requests of one workspace a minute; further ones are answered 429. 0 for no limit.", 0, 1'000'000'000},
    {"http.insecure_no_auth", flag{[](settings& s) -> bool& { return s.http.insecure_no_auth; }},
      "Whether everybody is served as an admin of the workspace \"default\", without a key. Only where http.listen is "
      "an address of this machine: 127.0.0.0/8, [::1] or localhost."},

    {"storage.data_dir", text{[](settings& s) -> std::string& { return s.storage.data_dir; }},
      "Directory of everything that is kept, made if missing; a relative one is taken from where redial was "
      "started."},
    {"storage.sync", flag{[](settings& s) -> bool& { return s.storage.sync; }},
      "Whether a change is on the disk before it is acted upon or answered. Without, a power cut loses the last "
      "changes, and people may be called a second time."},
    {"storage.block_cache_mb", count{[](settings& s) -> std::uint64_t& { return s.storage.block_cache_mb; }},
      "Memory that caches what was read, in MiB.", 4, 1'000'000},
    {"storage.write_buffer_mb", count{[](settings& s) -> std::uint64_t& { return s.storage.write_buffer_mb; }},
      "Memory that collects writes before they become files, in MiB; what it holds is replayed at the next start.", 8,
      100'000},

    {"lines.max_concurrent_calls", count{[](settings& s) -> std::uint64_t& { return s.lines.max_concurrent_calls; }},
      "Calls in progress at a time, over all campaigns.", 1, 1'000'000},
    {"lines.calls_per_second", real{[](settings& s) -> double& { return s.lines.calls_per_second; }},
      "Calls begun per second of redial's clock, over all campaigns; 0 for no limit.", 0, 1'000'000},

    {"clock.speed", real{[](settings& s) -> double& { return s.clock.speed; }},
      "How many times faster than real time redial lives: at 600 a wait of one hour takes six seconds. Above 1 only "
      "with gateway.kind = \"simulator\".",
      1, 1'000'000},

    {"gateway.kind", text{[](settings& s) -> std::string& { return s.gateway.kind; }}, "What the calls go through.", 0,
      0, {"simulator", "http"}},
    {"gateway.result_timeout_s", count{[](settings& s) -> std::uint64_t& { return s.gateway.result_timeout_s; }},
      "How long the disposition of an answered call may come after its end, in seconds; then it gets no_disposition.",
      1, 86'400},
    {"gateway.http.base_url", text{[](settings& s) -> std::string& { return s.gateway.http.base_url; }},
      "With \"http\": where the provider is reached, http://HOST[:PORT][/PATH] or https://…; its protocol stands in "
      "docs/gateway-protocol.md."},
    {"gateway.http.secret", text{[](settings& s) -> std::string& { return s.gateway.http.secret; }},
      "Shared with the provider; signs what both sides say. Better given by the environment than in a file.", 0, 0, {},
      true},
    {"gateway.http.from", text{[](settings& s) -> std::string& { return s.gateway.http.from; }},
      "The number that people see calling, E.164; empty: the provider's choice."},
    {"gateway.http.callback_base_url",
      text{[](settings& s) -> std::string& { return s.gateway.http.callback_base_url; }},
      "How the provider reaches redial; empty: http.listen, under https:// if redial serves that."},
    {"gateway.http.ca_file", text{[](settings& s) -> std::string& { return s.gateway.http.ca_file; }},
      "Certificates (PEM) to trust with https instead of the system's."},
    {"gateway.http.lookup_fences", flag{[](settings& s) -> bool& { return s.gateway.http.lookup_fences; }},
      "Whether the provider, once it has said that it never heard of an attempt, refuses it for ever. If not, such an "
      "attempt counts, and is not made again."},
    {"gateway.http.ring_timeout_s", count{[](settings& s) -> std::uint64_t& { return s.gateway.http.ring_timeout_s; }},
      "How long a phone may ring, in seconds.", 1, 600},
    {"gateway.http.max_duration_s", count{[](settings& s) -> std::uint64_t& { return s.gateway.http.max_duration_s; }},
      "How long a call may last, in seconds; one of which nothing is heard any more is looked up after it.", 1, 86'400},
    {"gateway.http.connections", count{[](settings& s) -> std::uint64_t& { return s.gateway.http.connections; }},
      "Connections to the provider at a time.", 1, 10'000},
    {"gateway.http.request_timeout_s",
      count{[](settings& s) -> std::uint64_t& { return s.gateway.http.request_timeout_s; }},
      "How long the provider may take to answer, in seconds; then it is asked what became of the call.", 1, 600},
    {"gateway.simulator.seed", count{[](settings& s) -> std::uint64_t& { return s.gateway.simulator.seed; }},
      "Under one seed, attempt n to a number always meets with the same fate.", 0, max_integer},
    {"gateway.simulator.workload", text{[](settings& s) -> std::string& { return s.gateway.simulator.workload; }},
      "Where outcomes come from: \"lifelike\" draws them from the tables below, \"peers\" takes those of the "
      "workload that redial is compared by.",
      0, 0, {"lifelike", "peers"}},
    {"gateway.simulator.peers_base", text{[](settings& s) -> std::string& { return s.gateway.simulator.peers_base; }},
      "With \"peers\": the phone number (E.164) of that workload's contact 0; contact i has this number plus i."},
    {"gateway.simulator.instant", flag{[](settings& s) -> bool& { return s.gateway.simulator.instant; }},
      "Whether calls take no time at all, whatever the durations below say."},
    {"gateway.simulator.ring_min_ms",
      count{[](settings& s) -> std::uint64_t& { return s.gateway.simulator.ring_min_ms; }},
      "Shortest time from dialing to the answer, in milliseconds; calls that cannot ring are over after it.", 0,
      day_ms},
    {"gateway.simulator.ring_mean_ms",
      count{[](settings& s) -> std::uint64_t& { return s.gateway.simulator.ring_mean_ms; }},
      "Mean of that time, in milliseconds; between the shortest and the longest, or all three equal.", 0, day_ms},
    {"gateway.simulator.ring_max_ms",
      count{[](settings& s) -> std::uint64_t& { return s.gateway.simulator.ring_max_ms; }},
      "Longest of that time, in milliseconds; calls that nobody answers ring so long.", 0, day_ms},
    {"gateway.simulator.talk_mean_ms",
      count{[](settings& s) -> std::uint64_t& { return s.gateway.simulator.talk_mean_ms; }},
      "Mean time from answer to hang-up, in milliseconds.", 0, day_ms},
    {"gateway.simulator.talk_max_ms",
      count{[](settings& s) -> std::uint64_t& { return s.gateway.simulator.talk_max_ms; }},
      "Longest time from answer to hang-up, in milliseconds.", 0, day_ms},
    {"gateway.simulator.dispositions",
      labels{[](settings& s) -> std::map<std::string, double>& { return s.gateway.simulator.dispositions; }},
      "What answered calls come to: labels of a-z, 0-9 and _, and their weights, of which only the proportions "
      "count."},
    {"gateway.simulator.overrides",
      suffixes{[](settings& s) -> std::vector<suffix_setting>& { return s.gateway.simulator.overrides; }},
      "Numbers whose fate is fixed by their last digits, the first that fits counts, for instance:\n[{suffix = "
      "\"07\", outcome = \"busy\" }, {suffix = \"1\", outcome = \"answered\", disposition = \"callback\" }]"},
    {"gateway.simulator.outcomes.answered",
      real{[](settings& s) -> double& { return s.gateway.simulator.outcomes.answered; }},
      "Probabilities of what becomes of a call; together they come to 1. This one: a person answers.", 0, 1},
    {"gateway.simulator.outcomes.no_answer",
      real{[](settings& s) -> double& { return s.gateway.simulator.outcomes.no_answer; }}, "It rings in vain.", 0, 1},
    {"gateway.simulator.outcomes.voicemail",
      real{[](settings& s) -> double& { return s.gateway.simulator.outcomes.voicemail; }}, "A machine answers.", 0, 1},
    {"gateway.simulator.outcomes.busy", real{[](settings& s) -> double& { return s.gateway.simulator.outcomes.busy; }},
      "The line is busy.", 0, 1},
    {"gateway.simulator.outcomes.declined",
      real{[](settings& s) -> double& { return s.gateway.simulator.outcomes.declined; }}, "The call is declined.", 0,
      1},
    {"gateway.simulator.outcomes.unreachable",
      real{[](settings& s) -> double& { return s.gateway.simulator.outcomes.unreachable; }}, "The phone is off.", 0, 1},
    {"gateway.simulator.outcomes.invalid_number",
      real{[](settings& s) -> double& { return s.gateway.simulator.outcomes.invalid_number; }}, "No such number.", 0,
      1},
    {"gateway.simulator.outcomes.network_error",
      real{[](settings& s) -> double& { return s.gateway.simulator.outcomes.network_error; }}, "The network fails.", 0,
      1},
    {"gateway.simulator.outcomes.abandoned",
      real{[](settings& s) -> double& { return s.gateway.simulator.outcomes.abandoned; }},
      "The call is given up before anybody could answer.", 0, 1},

    {"dnc.max_entries", count{[](settings& s) -> std::uint64_t& { return s.dnc.max_entries; }},
      "Numbers that callers may put on the do-not-call list of one workspace; 10 to 17 bytes of memory each. What "
      "people "
      "say in calls goes onto it beyond that, too.",
      0, 1'000'000'000},

    {"actors.threads", count{[](settings& s) -> std::uint64_t& { return s.actors.threads; }},
      "Threads that run campaigns and calls; 0 for one a core.", 0, 1024},
    {"actors.max_throughput", count{[](settings& s) -> std::uint64_t& { return s.actors.max_throughput; }},
      "Messages that one actor handles before it lets the next have its turn.", 1, 1'000'000},
    {"actors.passivate_after_s", count{[](settings& s) -> std::uint64_t& { return s.actors.passivate_after_s; }},
      "A contact whose retry is further ahead than this keeps no actor meanwhile, in real seconds.", 0, 86'400},
    {"actors.max_live_contacts", count{[](settings& s) -> std::uint64_t& { return s.actors.max_live_contacts; }},
      "Contacts that wait for a near retry with an actor of their own, over all campaigns; the others are "
      "passivated.",
      1, 10'000'000},

    {"webhooks.allow_http", flag{[](settings& s) -> bool& { return s.webhooks.allow_http; }},
      "Whether webhooks may have URLs that begin with http://. What is sent there can be read on the way."},
    {"webhooks.allow_private", flag{[](settings& s) -> bool& { return s.webhooks.allow_private; }},
      "Whether webhooks may lead to addresses that are not public: private networks, this machine, link-local ones."},
    {"webhooks.ca_file", text{[](settings& s) -> std::string& { return s.webhooks.ca_file; }},
      "Certificates (PEM) to trust with webhooks instead of the system's."},
    {"webhooks.connections", count{[](settings& s) -> std::uint64_t& { return s.webhooks.connections; }},
      "Connections to webhooks' receivers at a time, over all webhooks; one webhook uses 8 at most.", 1, 10'000},

    {"shutdown.drain_s", count{[](settings& s) -> std::uint64_t& { return s.shutdown.drain_s; }},
      "How long a stop waits for calls in progress, in real seconds; the whole stop takes 10 at most.", 0, 3600},

    {"log.level", text{[](settings& s) -> std::string& { return s.log.level; }},
      "The least severe messages that are logged.", 0, 0,
      {"trace", "debug", "info", "warn", "error", "critical", "off"}},
  };
  // NOLINTEND(bugprone-branch-clone)
  return all;
}

} // namespace

std::string key::environment_name() const {
  std::string result = "REDIAL_";
  for (char c : name)
    result += c == '.' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return result;
}

std::span<const key> keys() { return table(); }

const key* find_key(std::string_view name) {
  const auto found = std::find_if(table().begin(), table().end(), [&](const key& k) { return k.name == name; });
  return found == table().end() ? nullptr : &*found;
}

} // namespace redial::config
