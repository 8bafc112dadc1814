/// `redial verify` finds damages that were done to the rows behind redial's back.
#include "faulty_disk.hpp"

#include "persistence/codec.hpp"
#include "persistence/keys.hpp"

using namespace redial;
using namespace redial::e2e;
using namespace redial::faults;
using namespace redial::persistence;

namespace {

/// Does `harm` to the data of a campaign that has run, and has them verified.
std::string verdict_after(const std::function<void(persistence::engine&, batch&)>& harm) {
  const scratch_directory directory;
  const auto data = directory.path() / "data";
  {
    server_process server{directory, accelerated(1200, 100)};
    client http{server.port()};
    const auto id = create(http, campaign_of(1100, 2, 60));
    act(http, id, "start");
    wait_for_status(http, id, "completed");
    REQUIRE(server.stop() == 0);
  }
  REQUIRE(run(directory, {"verify", "--data-dir", data.string()}).status == 0);
  {
    rocksdb_options options;
    options.directory = data;
    const auto opened = open_rocksdb(options).value();
    const auto changes = opened->new_batch();
    harm(*opened, *changes);
    opened->write(*changes, true).value();
  }
  const auto verified = run(directory, {"verify", "--data-dir", data.string()});
  CHECK(verified.status == 1);
  INFO(verified.out);
  CHECK(verified.err.find("fault") != std::string::npos);
  return verified.out;
}

} // namespace

TEST_CASE("verify names a call that is missing") {
  const auto said =
    verdict_after([](persistence::engine&, batch& changes) { changes.erase(table::call, keys::of_call(1, 7, 1)); });
  CHECK(said.find("contact 7: its calls are not those of its events") != std::string::npos);
}

TEST_CASE("verify names a counter that is off by one") {
  const auto said = verdict_after([](persistence::engine& data, batch& changes) {
    campaign_state head;
    REQUIRE(decode(*data.get(table::campaign, keys::of(1)).value(), head));
    ++head.counters.connected;
    std::string row;
    encode(head, row);
    changes.put(table::campaign, keys::of(1), row);
  });
  CHECK(
    said.find("the counters in the campaign's row are not those after a replay of the journal") != std::string::npos);
  CHECK(said.find("connected is ") != std::string::npos);
}

TEST_CASE("verify names a phone that stands in a list twice, and rows of nobody") {
  const auto said = verdict_after([](persistence::engine& data, batch& changes) {
    std::vector<phone> phones;
    REQUIRE(decode_phones(*data.get(table::phone, keys::of_contact(1, 0)).value(), phones));
    phones[5] = phones[900];
    std::string row;
    encode_phones(phones, row);
    changes.put(table::phone, keys::of_contact(1, 0), row);
    encode(contact_state{}, row);
    changes.put(table::contact, keys::of_contact(77, 3), row);
  });
  CHECK(said.find("the phone " + phone_number(900) + " stands in the list more than once") != std::string::npos);
  CHECK(said.find("table contact has rows of campaign 77, which does not exist") != std::string::npos);
}

TEST_CASE("verify names a contact whose row is another, and a campaign that cannot be read") {
  const auto said = verdict_after([](persistence::engine& data, batch& changes) {
    contact_state state;
    REQUIRE(decode(*data.get(table::contact, keys::of_contact(1, 42)).value(), state));
    state.disposition = "another";
    std::string row;
    encode(state, row);
    changes.put(table::contact, keys::of_contact(1, 42), row);
    changes.put(table::campaign, keys::of(9), "no campaign");
  });
  CHECK(said.find("contact 42: its row is not the state after its last event") != std::string::npos);
  CHECK(said.find("table campaign, key 0000000000000009") != std::string::npos);
}
