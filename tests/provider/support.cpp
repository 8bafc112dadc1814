#include "tests/provider/support.hpp"

#include "telephony/http/signature.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include <stdlib.h>

#include <chrono>
#include <fstream>
#include <stdexcept>

namespace redial::test {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using net::ip::tcp;

namespace {

std::int64_t unix_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string text(const boost::beast::string_view& from) { return {from.data(), from.size()}; }

} // namespace

scratch_file::scratch_file() {
  auto pattern = (std::filesystem::temp_directory_path() / "redial-provider-XXXXXX").string();
  if (!::mkdtemp(pattern.data()))
    throw std::runtime_error{"cannot make a temporary directory"};
  directory_ = pattern;
  path_ = directory_ / "ledger";
}

scratch_file::~scratch_file() {
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

provider::provider_options instant_options(const scratch_file& ledger) {
  provider::provider_options options;
  options.ledger = ledger.path();
  options.desk.secret = secret;
  options.calls.story.network.instant = true;
  options.calls.backoff_first = milliseconds{1};
  options.calls.backoff_most = milliseconds{20};
  return options;
}

provider::provider_options endless_options(const scratch_file& ledger) {
  auto options = instant_options(ledger);
  auto& network = options.calls.story.network;
  network.instant = false;
  network.ring_min = network.ring_mean = network.ring_max = std::chrono::hours{24};
  return options;
}

running_provider::running_provider(provider::provider_options options)
  : provider_{std::move(options)}, thread_{[this] { provider_.run(); }} {}

running_provider::~running_provider() {
  provider_.io().stop();
  thread_.join();
}

got caller::send(http::verb method, const std::string& target, const std::string& body, const headers& with) const {
  net::io_context io;
  beast::tcp_stream stream{io};
  http::request<http::string_body> request{method, target, 11};
  request.set(http::field::host, "provider");
  for (const auto& [name, value] : with)
    request.set(name, value);
  request.body() = body;
  request.prepare_payload();
  http::response<http::string_body> response;
  beast::flat_buffer buffer;
  boost::system::error_code failed;
  stream.expires_after(limit_);
  stream.async_connect(tcp::endpoint{net::ip::address_v4::loopback(), port_}, [&](boost::system::error_code error) {
    failed = error;
    if (error)
      return;
    http::async_write(stream, request, [&](boost::system::error_code wrong, std::size_t) {
      failed = wrong;
      if (wrong)
        return;
      http::async_read(stream, buffer, response, [&](boost::system::error_code bad, std::size_t) { failed = bad; });
    });
  });
  io.run();
  if (failed)
    return {};
  return {response.result_int(), response.body(), text(response[http::field::retry_after])};
}

caller::headers caller::signature_of(const std::string& body, std::int64_t age) {
  return {{"Redial-Signature", telephony::sign(secret, unix_seconds() - age, body)}};
}

got caller::place(const nlohmann::json& call) const {
  const auto body = call.dump();
  auto with = signature_of(body);
  with.emplace_back("Idempotency-Key", call.at("attempt_id").get<std::string>());
  return send(http::verb::post, "/calls", body, with);
}

got caller::look_up(call_id id) const {
  return send(http::verb::get, "/calls?attempt_id=" + id.to_string(), {}, signature_of({}));
}

got caller::cancel(const std::string& id) const {
  return send(http::verb::delete_, "/calls/" + id, {}, signature_of({}));
}

nlohmann::json caller::stats() const { return send(http::verb::get, "/stats", {}).json(); }

got caller::order(const nlohmann::json& faults) const { return send(http::verb::put, "/faults", faults.dump()); }

call_id attempt_id(std::uint64_t n) { return {0x5eed, n}; }

phone number_of(std::uint64_t n) { return phone::from_packed(919'000'000'000 + n); }

nlohmann::json call_of(std::uint64_t n, const std::string& callback_url, unsigned attempt) {
  return {{"attempt_id", attempt_id(n * 10 + attempt).to_string()}, {"to", number_of(n).to_string()},
    {"from", "+911234567890"}, {"script_id", "greeting"}, {"language", "hi-IN"},
    {"contact", {{"name", "Asha"}, {"fields", {{"due", 4200}}}}},
    {"campaign", {{"id", "cmp_000000001"}, {"name", "Spring"}}}, {"attempt", attempt}, {"ring_timeout_s", 30},
    {"max_duration_s", 600}, {"callback_url", callback_url}};
}

callback_sink::callback_sink(std::function<unsigned(std::size_t)> status_of)
  : acceptor_{io_, tcp::endpoint{net::ip::address_v4::loopback(), 0}}, handle_{[this](const provider::incoming& request,
                                                                                 bool, const provider::react& respond) {
      respond(provider::answer{take(request), {}, 0});
    }},
    status_of_{std::move(status_of)} {
  accept();
  thread_ = std::thread{[this] { io_.run(); }};
}

callback_sink::~callback_sink() {
  io_.stop();
  thread_.join();
}

std::string callback_sink::url() const {
  return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/v1/gateway/events";
}

void callback_sink::accept() {
  acceptor_.async_accept([this](boost::system::error_code error, tcp::socket socket) {
    if (error)
      return;
    provider::serve(std::move(socket), handle_);
    accept();
  });
}

unsigned callback_sink::take(const provider::incoming& request) {
  if (!telephony::check_signature(text(request["Redial-Signature"]), secret, unix_seconds(), request.body()))
    ++wrongly_signed_;
  std::lock_guard lock{mutex_};
  const auto status = status_of_ ? status_of_(taken_.size()) : 204;
  taken_.push_back(nlohmann::json::parse(request.body()));
  changed_.notify_all();
  return status;
}

std::vector<nlohmann::json> callback_sink::wait_for(std::size_t count) {
  std::unique_lock lock{mutex_};
  if (!changed_.wait_for(lock, patience, [&] { return taken_.size() >= count; }))
    throw std::runtime_error{"only " + std::to_string(taken_.size()) + " callbacks came"};
  return taken_;
}

std::vector<nlohmann::json> callback_sink::all() {
  std::lock_guard lock{mutex_};
  return taken_;
}

bool eventually(const std::function<bool()>& wished) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!wished()) {
    if (std::chrono::steady_clock::now() > until)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  return true;
}

std::vector<std::string> lines_of(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);)
    lines.push_back(line);
  return lines;
}

} // namespace redial::test
