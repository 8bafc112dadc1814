/// Two workspaces on one server: whatever route it is, neither sees or touches what is the other's.
#include "campaigns.hpp"

#include "http/router.hpp"
#include "tests/http/sse_client.hpp"

#include <map>

using namespace redial;
using namespace redial::e2e;
using nlohmann::json;

namespace {

std::string call_of(std::size_t number) {
  return json{{"phone", phone_number(number)}, {"name", "A"}, {"script_id", "s"}, {"language", "en"}}.dump();
}

std::string hook_of(const std::string& path) {
  return json{{"url", "https://receiver.example/" + path}, {"events", {"*"}}}.dump();
}

/// A workspace with objects of every kind ("acme"), and a caller of another one who knows all their ids.
struct two_workspaces {
  two_workspaces() {
    owner = std::make_unique<client>(server.port(), key("acme"));
    other_key = key("beta");
    other = std::make_unique<client>(server.port(), other_key);
    campaign = create(*owner, campaign_of(2));
    const auto made = owner->post("/v1/keys", R"({"scope":"read"})");
    REQUIRE(made.status == 201);
    key_id = made.json().at("id");
    REQUIRE(owner->post("/v1/dnc", json{{"phone", phone_number(900)}}.dump()).status == 200);
    const auto called = owner->post("/v1/calls", call_of(903));
    REQUIRE(called.status == 201);
    call_id = called.json().at("id");
    const auto hook = owner->post("/v1/webhooks", hook_of("a"));
    REQUIRE(hook.status == 201);
    webhook_id = hook.json().at("id");
  }

  std::string key(const std::string& workspace) {
    process child{keys.path(), {"keys", "create", "--workspace", workspace, "--scope", "admin", "--data-dir",
                                 (directory.path() / "data").string()}};
    REQUIRE(child.wait() == 0);
    const auto out = child.out();
    return out.substr(0, out.find('\n'));
  }

  scratch_directory directory;
  scratch_directory keys;
  server_process server{directory, {}};
  std::unique_ptr<client> owner;
  std::string other_key;
  std::unique_ptr<client> other;
  std::string campaign;
  std::string key_id;
  std::string call_id;
  std::string webhook_id;
};

/// One route tried with the other's ids.
using attempt = std::function<void(two_workspaces&)>;

/// It must answer the other as if there were nothing: as it does for `unknown`, an id that nobody has.
attempt hidden(verb method, std::string (*path)(const two_workspaces&), std::string unknown, std::string body = {}) {
  return [=](two_workspaces& w) {
    const auto answer = w.other->request(method, path(w), body);
    CHECK(answer.status == 404);
    auto said = answer.json();
    auto expected = w.other->request(method, unknown, body).json();
    CHECK(said == expected);
  };
}

/// A list must hold nothing of it, and have something to hold.
attempt unlisted(const std::string& path, std::size_t own = 0) {
  return [=](two_workspaces& w) {
    CHECK(w.other->get(path).json().at("total") == own);
    CHECK(w.owner->get(path).json().at("total") > 0);
  };
}

/// Belongs to nobody: why.
attempt nobodys(const char*) {
  return [](two_workspaces&) {};
}

/// It tells of all workspaces, and so is shut even to admins of these.
attempt operators(const std::string& path) {
  return [=](two_workspaces& w) {
    for (auto* each : {w.owner.get(), w.other.get()}) {
      const auto answer = each->get(path);
      CHECK(answer.status == 403);
      CHECK(answer.json().at("code") == "operators_only");
    }
  };
}

std::string of_campaign(const two_workspaces& w) { return "/v1/campaigns/" + w.campaign; }
std::string start_of(const two_workspaces& w) { return of_campaign(w) + "/start"; }
std::string pause_of(const two_workspaces& w) { return of_campaign(w) + "/pause"; }
std::string resume_of(const two_workspaces& w) { return of_campaign(w) + "/resume"; }
std::string stop_of(const two_workspaces& w) { return of_campaign(w) + "/stop"; }
std::string contacts_of_it(const two_workspaces& w) { return of_campaign(w) + "/contacts"; }
std::string first_contact(const two_workspaces& w) { return contacts_of_it(w) + "/" + phone_number(0); }
std::string export_of(const two_workspaces& w) { return of_campaign(w) + "/export?format=csv"; }
std::string events_of(const two_workspaces& w) { return of_campaign(w) + "/events"; }
std::string calls_of_it(const two_workspaces& w) { return of_campaign(w) + "/calls"; }
std::string why_not(const two_workspaces& w) { return first_contact(w) + "/explain"; }
std::string of_call(const two_workspaces& w) { return "/v1/calls/" + w.call_id; }
std::string of_hook(const two_workspaces& w) { return "/v1/webhooks/" + w.webhook_id; }
std::string deliveries_of(const two_workspaces& w) { return of_hook(w) + "/deliveries"; }
std::string replay_of(const two_workspaces& w) { return of_hook(w) + "/replay?from=2030-01-01T00:00:00Z"; }
std::string of_entry(const two_workspaces&) { return "/v1/dnc/" + phone_number(900); }
std::string of_key(const two_workspaces& w) { return "/v1/keys/" + w.key_id; }

const std::string no_campaign = "/v1/campaigns/cmp_000000000";
const std::string no_hook = "/v1/webhooks/whk_000000000";

/// Every route there is, "METHOD path". A new one has to come here too.
const std::map<std::string, attempt> attempts{
  {"GET /healthz", nobodys("open")},
  {"GET /readyz", nobodys("open")},
  {"GET /openapi.json", nobodys("open")},
  {"POST /v1/gateway/events", nobodys("a provider signs what it says, of any call that it was given")},

  {"GET /ops/actors", operators("/ops/actors")},
  {"GET /ops/actors/{}", operators("/ops/actors/cmp_000000000")},
  {"GET /ops/lines", operators("/ops/lines")},
  {"GET /ops/store", operators("/ops/store")},
  {"GET /ops/config", operators("/ops/config")},
  {"GET /ops/overview", operators("/ops/overview")},
  {"GET /metrics", operators("/metrics")},

  {"GET /v1/campaigns", unlisted("/v1/campaigns")},
  {"POST /v1/campaigns",
    [](two_workspaces& w) {
      const auto made = create(*w.other, campaign_of(1));
      CHECK(w.owner->get("/v1/campaigns/" + made).status == 404);
      CHECK(w.owner->get("/v1/campaigns").json().at("total") == 1);
      CHECK(w.other->post("/v1/campaigns/" + made + "/stop").status == 200);
    }},
  {"GET /v1/campaigns/{}", hidden(verb::get, of_campaign, no_campaign)},
  {"PATCH /v1/campaigns/{}", hidden(verb::patch, of_campaign, no_campaign, R"({"action":"start"})")},
  {"POST /v1/campaigns/{}/start", hidden(verb::post, start_of, no_campaign + "/start")},
  {"POST /v1/campaigns/{}/pause", hidden(verb::post, pause_of, no_campaign + "/pause")},
  {"POST /v1/campaigns/{}/resume", hidden(verb::post, resume_of, no_campaign + "/resume")},
  {"POST /v1/campaigns/{}/stop", hidden(verb::post, stop_of, no_campaign + "/stop")},
  {"GET /v1/campaigns/{}/contacts", hidden(verb::get, contacts_of_it, no_campaign + "/contacts")},
  {"GET /v1/campaigns/{}/contacts/{}", hidden(verb::get, first_contact, no_campaign + "/contacts/" + phone_number(0))},
  {"POST /v1/campaigns/{}/contacts", hidden(verb::post, contacts_of_it, no_campaign + "/contacts",
                                       json::array({{{"phone", phone_number(9)}, {"name", "A"}}}).dump())},
  {"DELETE /v1/campaigns/{}/contacts",
    hidden(verb::delete_, contacts_of_it, no_campaign + "/contacts", json{{"phones", {phone_number(0)}}}.dump())},

  {"GET /v1/campaigns/{}/contacts/{}/explain",
    hidden(verb::get, why_not, no_campaign + "/contacts/" + phone_number(0) + "/explain")},
  {"GET /v1/contacts/{}", unlisted("/v1/contacts/" + phone_number(1))},

  {"GET /v1/calls", [](two_workspaces& w) { CHECK(w.other->get("/v1/calls").json().at("total") == 0); }},
  {"POST /v1/calls",
    [](two_workspaces& w) {
      const auto made = w.other->post("/v1/calls", call_of(904));
      REQUIRE(made.status == 201);
      CHECK(w.owner->get(made.header("Location")).status == 404);
    }},
  {"GET /v1/calls/{}", hidden(verb::get, of_call, "/v1/calls/cal_0000000000000000000000")},
  {"GET /v1/campaigns/{}/calls", hidden(verb::get, calls_of_it, no_campaign + "/calls")},

  {"GET /v1/webhooks", unlisted("/v1/webhooks")},
  {"POST /v1/webhooks",
    [](two_workspaces& w) {
      const auto made = w.other->post("/v1/webhooks", hook_of("b"));
      REQUIRE(made.status == 201);
      const auto path = "/v1/webhooks/" + made.json().at("id").get<std::string>();
      CHECK(w.owner->get(path).status == 404);
      CHECK(w.other->del(path).status == 204);
    }},
  {"GET /v1/webhooks/{}", hidden(verb::get, of_hook, no_hook)},
  {"DELETE /v1/webhooks/{}", hidden(verb::delete_, of_hook, no_hook)},
  {"GET /v1/webhooks/{}/deliveries", hidden(verb::get, deliveries_of, no_hook + "/deliveries")},
  {"POST /v1/webhooks/{}/replay", hidden(verb::post, replay_of, no_hook + "/replay?from=2030-01-01T00:00:00Z")},

  {"GET /v1/events",
    [](two_workspaces& w) {
      for (auto* each : {w.owner.get(), w.other.get()})
        act(*each, create(*each, campaign_of(0)), "start");
      const auto last = create(*w.other, campaign_of(0));
      act(*w.other, last, "start");
      test::sse_client stream{w.server.port(), "/v1/events", "0", "Authorization: Bearer " + w.other_key + "\r\n"};
      for (bool over = false; !over;) {
        const auto event = json::parse(stream.next().value().data);
        const auto campaign = event.at("data").at("campaign").at("id").get<std::string>();
        CHECK(w.other->get("/v1/campaigns/" + campaign).status == 200);
        over = campaign == last && event.at("type") == "campaign.completed";
      }
    }},
  {"GET /v1/campaigns/{}/events", hidden(verb::get, events_of, no_campaign + "/events")},

  {"GET /v1/campaigns/{}/export", hidden(verb::get, export_of, no_campaign + "/export?format=csv")},

  {"GET /v1/dnc", unlisted("/v1/dnc")},
  {"POST /v1/dnc",
    [](two_workspaces& w) {
      CHECK(w.other->post("/v1/dnc", json{{"phone", phone_number(901)}}.dump()).status == 200);
      CHECK(w.owner->get("/v1/dnc/" + phone_number(901)).status == 404);
      CHECK(w.other->del("/v1/dnc/" + phone_number(901)).status == 200);
    }},
  {"DELETE /v1/dnc",
    [](two_workspaces& w) {
      CHECK(w.other->del("/v1/dnc", json{{"phones", {phone_number(900)}}}.dump()).json()
            == json{{"removed", 0}, {"not_found", 1}});
    }},
  {"GET /v1/dnc/{}", hidden(verb::get, of_entry, "/v1/dnc/" + phone_number(902))},
  {"DELETE /v1/dnc/{}", hidden(verb::delete_, of_entry, "/v1/dnc/" + phone_number(902))},

  {"GET /v1/keys", unlisted("/v1/keys", 1)},
  {"POST /v1/keys",
    [](two_workspaces& w) {
      const auto before = w.owner->get("/v1/keys").json().at("total");
      // There is no way to name another workspace.
      CHECK(w.other->post("/v1/keys", R"({"scope":"admin","workspace":"acme"})").status == 422);
      const auto made = w.other->post("/v1/keys", R"({"scope":"admin"})");
      CHECK(made.json().at("workspace") == "beta");
      CHECK(w.owner->get("/v1/keys").json().at("total") == before);
      CHECK(client(w.server.port(), made.json().at("key")).get(of_campaign(w)).status == 404);
      CHECK(w.other->del(made.header("Location")).status == 200);
    }},
  {"GET /v1/keys/{}", hidden(verb::get, of_key, "/v1/keys/key_000000000")},
  {"DELETE /v1/keys/{}", hidden(verb::delete_, of_key, "/v1/keys/key_000000000")},
};

} // namespace

TEST_CASE("no route shows one workspace's objects to another, or lets it touch them") {
  two_workspaces w;
  const auto before = show(*w.owner, w.campaign);
  std::size_t tried = 0;
  for (auto table : http::all_routes()) {
    for (const auto& route : table) {
      const auto name = std::string{boost::beast::http::to_string(route.method)} + " " + std::string{route.path};
      INFO(name);
      const auto found = attempts.find(name);
      if (found == attempts.end()) {
        FAIL_CHECK("this route has not been tried with another workspace's ids");
        continue;
      }
      ++tried;
      found->second(w);
    }
  }
  CHECK(tried == attempts.size());
  CHECK(show(*w.owner, w.campaign) == before);
  CHECK(w.owner->get(of_key(w)).json().at("revoked") == false);
  // What was hidden is there.
  for (const auto& path :
    {of_campaign(w), contacts_of_it(w), first_contact(w), of_call(w), of_entry(w), of_hook(w), of_key(w)})
    CHECK(w.owner->get(path).status == 200);
}

TEST_CASE("an Idempotency-Key is its workspace's own") {
  two_workspaces w;
  const auto body = campaign_of(1).dump();
  const headers same_key{{"Idempotency-Key", "one key for two"}};
  const auto owned = w.owner->request(verb::post, "/v1/campaigns", body, same_key);
  const auto others = w.other->request(verb::post, "/v1/campaigns", body, same_key);
  REQUIRE(owned.status == 201);
  REQUIRE(others.status == 201);
  CHECK(others.header("Idempotency-Replayed").empty());
  CHECK(others.json().at("id") != owned.json().at("id"));
  CHECK(w.owner->request(verb::post, "/v1/campaigns", body, same_key).json().at("id") == owned.json().at("id"));
}
