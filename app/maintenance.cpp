#include "app/maintenance.hpp"

#include "app/data.hpp"
#include "domain/restore.hpp"
#include "persistence/engine.hpp"
#include "persistence/restore_files.hpp"
#include "persistence/verify.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

namespace redial::app {

namespace {

using nlohmann::json;

/// An answer of more faults than this helps nobody.
constexpr std::size_t most_faults = 10'000;
/// So many events go into one append at most.
constexpr std::size_t most_events = 4096;

int fail(const std::string& why) {
  std::cerr << "redial: " << why << std::endl;
  return 1;
}

json failure(const std::string& why) { return {{"ok", false}, {"error", why}}; }

json make_backup(const persistence::store& held, const std::filesystem::path& to) {
  const auto campaigns = held.back_up(to);
  if (!campaigns)
    return failure(campaigns.error().detail);
  return {{"ok", true}, {"campaigns", *campaigns}};
}

int told_backup(const json& answer, const std::filesystem::path& to) {
  if (!answer.value("ok", false))
    return fail(answer.value("error", std::string{"the backup failed"}));
  std::cout << "backup of " << answer.value("campaigns", 0U) << " campaigns in " << to.string() << std::endl;
  return 0;
}

int told_verification(std::size_t faults) {
  if (faults == 0)
    std::cout << "no faults" << std::endl;
  else
    std::cerr << "redial: " << faults << (faults == 1 ? " fault" : " faults") << std::endl;
  return faults == 0 ? 0 : 1;
}

/// Makes one campaign of a restored copy safe, and says what that came to.
result<void> settle(persistence::store& held, campaign_view_ptr view) {
  auto contacts = held.load_contacts(view->number);
  if (!contacts)
    return contacts.error();
  std::vector<contact_in_flight> open;
  for (auto& contact : contacts->open)
    open.push_back({contact.contact, std::move(contact.state)});
  std::sort(open.begin(), open.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  const auto now = std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
  auto decided = decide_restore(view->state, open, now);
  const auto was = view->state.status;
  for (auto from = decided.events.begin(); from != decided.events.end();) {
    const auto size = std::min<std::ptrdiff_t>(most_events, decided.events.end() - from);
    persistence::append part{view->number, view->state.last_seq, {}};
    part.events.assign(std::make_move_iterator(from), std::make_move_iterator(from + size));
    from += size;
    auto committed = std::move(held.commit({&part, 1}).front());
    if (!committed)
      return committed.error();
    view = std::move(*committed);
  }
  const auto& counters = view->state.counters;
  std::cout << view->state.definition->id.view() << " " << to_string(was);
  if (decided.paused)
    std::cout << " -> " << to_string(view->state.status);
  std::cout << ": " << decided.unknown << " attempts in flight are unknown now";
  if (decided.ended > 0)
    std::cout << ", " << decided.ended << " calls without a disposition";
  std::cout << "; " << counters.pending << " contacts pending, " << counters.waiting_retry << " waiting, "
            << counters.done << " done" << std::endl;
  return {};
}

} // namespace

control_handler maintenance_of(const persistence::store& held) {
  return [&held](const json& asked, const std::function<bool()>& go_on) -> json {
    const auto command = asked.value("command", std::string{});
    if (command == "backup") {
      const std::filesystem::path to = asked.value("to", std::string{});
      if (!to.is_absolute())
        return failure("\"to\" has to be an absolute path");
      return make_backup(held, to);
    }
    if (command == "verify") {
      json faults = json::array();
      held.verify(
        [&](const std::string& fault) {
          faults.push_back(fault);
          return faults.size() < most_faults;
        },
        go_on);
      if (!go_on())
        return failure("redial is stopping");
      return {{"ok", true}, {"faults", std::move(faults)}};
    }
    return failure("no such command: " + command);
  };
}

int backup(const config::storage_settings& storage, const std::filesystem::path& to) {
  const auto where = std::filesystem::absolute(to).lexically_normal();
  // A path that ends in a slash names the same directory.
  const auto target = where.has_filename() ? where : where.parent_path();
  auto asked = ask_control(storage.data_dir, {{"command", "backup"}, {"to", target.string()}});
  if (!asked)
    return fail(asked.error().detail);
  if (*asked)
    return told_backup(**asked, target);
  // Nobody serves: the data may be looked at from here. They are opened as for serving, so that the copy is whole.
  if (!holds_data(storage))
    return fail(storage.data_dir + " holds no data of redial");
  auto held = open_data(storage);
  if (!held)
    return fail(held.error().detail);
  return told_backup(make_backup(**held, target), target);
}

int restore(const config::storage_settings& storage, const std::filesystem::path& from) {
  const std::filesystem::path to{storage.data_dir};
  if (auto begun = persistence::begin_restore(from, to); !begun)
    return fail(begun.error().detail);
  {
    auto options = options_of(storage);
    options.restoring = true;
    auto backend = persistence::open_rocksdb(options);
    if (!backend)
      return fail(backend.error().detail);
    auto held = persistence::store::open(std::move(*backend));
    if (!held)
      return fail(held.error().detail);
    for (auto& view : (*held)->campaigns()) {
      if (auto done = settle(**held, std::move(view)); !done)
        return fail(done.error().detail);
    }
  }
  if (auto finished = persistence::finish_restore(to); !finished)
    return fail(finished.error().detail);
  std::cout << "restored " << from.string() << " to " << to.string()
            << "; calls that were placed after the backup are not known to it: no campaign dials before it is resumed"
            << std::endl;
  return 0;
}

int verify(const config::storage_settings& storage) {
  auto asked = ask_control(storage.data_dir, {{"command", "verify"}});
  if (!asked)
    return fail(asked.error().detail);
  if (*asked) {
    const auto& answer = **asked;
    if (!answer.value("ok", false))
      return fail(answer.value("error", std::string{"the verification failed"}));
    for (const auto& fault : answer.at("faults"))
      std::cout << fault.get_ref<const std::string&>() << '\n';
    return told_verification(answer.at("faults").size());
  }
  auto backend = persistence::open_rocksdb_read_only(options_of(storage));
  if (!backend)
    return fail(backend.error().detail);
  std::size_t faults = 0;
  persistence::verify_all(
    **backend,
    [&](const std::string& fault) {
      std::cout << fault << '\n';
      return ++faults < most_faults;
    },
    [] { return true; });
  return told_verification(faults);
}

} // namespace redial::app
