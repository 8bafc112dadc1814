#include "bench/provider/provider.hpp"

#include <boost/asio/post.hpp>

#include <chrono>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace redial::provider {

namespace net = boost::asio;
using net::ip::tcp;

namespace {

courier_options with_secret(courier_options options, const std::string& secret) {
  options.secret = secret;
  return options;
}

provider_options checked(provider_options options) {
  if (options.desk.secret.empty())
    throw std::invalid_argument{"the secret must not be empty"};
  if (options.ledger.empty())
    throw std::invalid_argument{"the ledger must be a file"};
  if (auto fault = telephony::fault_of(options.calls.story.network))
    throw std::invalid_argument{*fault};
  return options;
}

} // namespace

provider::provider(provider_options given)
  : orders_{given.orders}, dice_{given.seed}, book_{checked(given).ledger}, courier_{io_, with_secret(given.callbacks,
                                                                                            given.desk.secret)},
    calls_{io_, book_, courier_, orders_, dice_, given.calls}, desk_{book_, calls_, orders_, dice_, given.desk},
    handle_{[this](const incoming& request, bool near, const react& respond) { desk_.handle(request, near, respond); }},
    acceptor_{io_} {
  const tcp::endpoint where{net::ip::make_address(given.host), given.port};
  acceptor_.open(where.protocol());
  acceptor_.set_option(net::socket_base::reuse_address{true});
  acceptor_.bind(where);
  acceptor_.listen(4096);
  port_ = acceptor_.local_endpoint().port();
  for (std::uint64_t number = 1; number <= book_.size(); ++number) {
    if (!book_.at(number).told)
      net::post(io_, [this, number] { calls_.begin(number); });
  }
  accept();
  keep_house();
}

void provider::stop() {
  net::post(io_, [this] {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    calls_.stop();
    io_.stop();
  });
}

void provider::accept() {
  acceptor_.async_accept([this](boost::system::error_code error, tcp::socket socket) {
    if (!acceptor_.is_open())
      return;
    if (!error) {
      serve(std::move(socket), handle_);
      accept();
      return;
    }
    // Out of descriptors, most likely: some of those in use will come free.
    calls_.at(std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now()) + milliseconds{100},
      [this] { accept(); });
  });
}

void provider::keep_house() {
  constexpr milliseconds every{50};
  calls_.at(std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now()) + every, [this] {
    try {
      book_.flush();
    } catch (const std::system_error&) {
      // It stays put off: placing fails meanwhile, and says why.
    }
    keep_house();
  });
}

} // namespace redial::provider
