#include "http/exchange.hpp"

#include <atomic>

namespace redial::http {

struct responder::once {
  explicit once(session_link_ptr to) : link{std::move(to)} {}
  once(const once&) = delete;
  once& operator=(const once&) = delete;
  ~once() {
    if (!answered.load())
      send([] { return problem_response(problem{error_code::unavailable, "The engine gave up on the request.", {}}); });
  }
  void send(std::function<response()> make) {
    if (answered.exchange(true))
      return;
    auto* to = link.get();
    to->post([kept = link, make = std::move(make)] { kept->answer(make()); });
  }
  session_link_ptr link;
  std::atomic<bool> answered{false};
};

responder::responder(session_link_ptr link) : once_{std::make_shared<once>(std::move(link))} {}

void responder::operator()(std::function<response()> make) const { once_->send(std::move(make)); }

} // namespace redial::http
