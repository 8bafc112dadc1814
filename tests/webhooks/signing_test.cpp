#include "domain/webhook.hpp"
#include "webhooks/signing.hpp"

#include <catch2/catch.hpp>

using namespace redial;

TEST_CASE("messages are signed as the reference implementation of Standard Webhooks signs them") {
  // The vector of its own tests ("sign function works").
  CHECK(webhooks::sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
          R"({"test": 2432232314})")
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  CHECK_THROWS(webhooks::sign("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg", 1, ""));
}
