/// The API over HTTPS, as an operator sets it up.
#include "campaigns.hpp"

#include "tests/certificate.hpp"
#include "tests/http/raw_client.hpp"

#include <csignal>
#include <fstream>

using namespace redial;
using namespace redial::e2e;
using test::raw_client;
using test::request_text;

namespace {

/// A certificate for "first", and the flags that have it used.
struct certificate_files {
  explicit certificate_files(const scratch_directory& in)
    : certificate{in.path() / "certificate.pem"}, key{in.path() / "key.pem"} {
    test::make_certificate("first", certificate, key);
  }
  settings flags() const { return {"--tls-cert=" + certificate.string(), "--tls-key=" + key.string()}; }
  std::filesystem::path certificate;
  std::filesystem::path key;
};

std::string name_shown(std::uint16_t port) {
  raw_client client{port};
  client.secure();
  return client.server_name();
}

} // namespace

TEST_CASE("HTTPS: a large campaign is uploaded, and read back") {
  scratch_directory directory;
  const certificate_files files{directory};
  auto with = accelerated(1, 10);
  for (const auto& flag : files.flags())
    with.push_back(flag);
  server_process server{directory, with};
  CHECK_THAT(server.child().out(), Catch::StartsWith("redial listening on https://127.0.0.1:"));
  raw_client http{server.port()};
  http.secure();
  const auto campaign = campaign_of(100'000).dump();
  REQUIRE(campaign.size() > 4'000'000);
  http.send(request_text("POST", "/v1/campaigns", campaign, authorization));
  const auto created = http.receive();
  REQUIRE(created.status == 201);
  CHECK(created.json().at("total_contacts") == 100'000);
  http.send(request_text("GET",
    "/v1/campaigns/" + created.json().at("id").get<std::string>() + "/contacts?limit=100&offset=99900", {},
    authorization));
  CHECK(http.receive().json().at("data").at(99).at("phone") == phone_number(99'999));
  raw_client clear{server.port()};
  clear.send(request_text("GET", "/healthz"));
  CHECK(clear.receive().status == 400);
  CHECK(server.stop() == 0);
}

TEST_CASE("SIGHUP: the certificate is read again; one that cannot be used is told of, and changes nothing") {
  scratch_directory directory;
  const certificate_files files{directory};
  server_process server{directory, files.flags()};
  CHECK(name_shown(server.port()) == "first");
  const auto hang_up = [&](const std::string& told) {
    const auto before = server.child().err().size();
    server.child().signal(SIGHUP);
    eventually("the log tells of it", [&] { return server.child().err().find(told, before) != std::string::npos; });
  };
  test::make_certificate("second", files.certificate, files.key);
  CHECK(name_shown(server.port()) == "first"); // it is not looked at without being told
  hang_up("the certificate as it is now");
  CHECK(name_shown(server.port()) == "second");
  std::ofstream{files.key} << "nonsense";
  hang_up(files.key.string());
  CHECK(name_shown(server.port()) == "second");
  CHECK(server.stop() == 0);
}

TEST_CASE("SIGHUP without a certificate changes nothing") {
  scratch_directory directory;
  server_process server{directory, {}};
  server.child().signal(SIGHUP);
  eventually("the log tells of it", [&] { return server.child().err().find("no certificate") != std::string::npos; });
  client http{server.port()};
  CHECK(http.get("/healthz").status == 200);
  CHECK(server.stop() == 0);
}

TEST_CASE("a certificate that cannot be used keeps redial from starting, by name") {
  scratch_directory directory;
  const certificate_files files{directory};
  const auto missing = (directory.path() / "missing.pem").string();
  const auto start = [&](const settings& flags) {
    std::vector<std::string> arguments{"serve", "--listen", "127.0.0.1:0"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    process child{directory.path(), arguments};
    CHECK(child.wait().value_or(0) != 0);
    CHECK(child.out().empty());
    return child.err();
  };
  CHECK_THAT(start({"--tls-cert", missing, "--tls-key", files.key.string()}), Catch::Contains(missing));
  CHECK_THAT(start({"--tls-cert", files.certificate.string(), "--tls-key", missing}), Catch::Contains(missing));
  CHECK_THAT(start({"--tls-cert", files.certificate.string()}), Catch::Contains("http.tls_key"));
  CHECK_FALSE(std::filesystem::exists(directory.path() / "data"));
}
