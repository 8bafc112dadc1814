#include "world.hpp"

#include "persistence/keys.hpp"

#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace redial::testing {

void seeded_random::fill(std::span<std::byte> out) {
  for (auto& byte : out) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    byte = static_cast<std::byte>(state_ >> 56U);
  }
}

void recording_gateway::place(telephony::call_request request, telephony::call_listener listener) {
  if (severed)
    return;
  if (hold) {
    held.emplace_back([this, request = std::move(request), listener = std::move(listener)]() mutable {
      place(std::move(request), std::move(listener));
    });
    return;
  }
  ledger.push_back({request.id, request.campaign->id, request.contact->phone, request.attempt, time_.now(),
    request.contact->name, request.contact->fields});
  inner_->place(std::move(request), std::move(listener));
}

void recording_gateway::look_up(call_id id, telephony::call_listener listener) {
  if (!severed)
    inner_->look_up(id, std::move(listener));
}

result<void> faulty_engine::write(persistence::batch& changes, bool sync) {
  const problem full{error_code::storage_failed, "no space left on device", {}};
  if (failing)
    return full;
  const auto what = judge ? judge(sync) : fate::done;
  if (what == fate::refused)
    return full;
  synced_writes += sync ? 1 : 0;
  auto written = inner_->write(changes, sync);
  return what == fate::unclear ? result<void>{full} : written;
}

world::world(world_options options)
  : options_{std::move(options)}, time_{options_.start}, disk_{persistence::make_memory_engine()} {
  options_.engine.detach_blocking = false;
  boot();
}

world::~world() {
  if (parts_)
    end();
}

world::parts::~parts() = default;

void world::boot() {
  parts_ = std::make_unique<parts>();
  auto& p = *parts_;
  const bool loud = std::getenv("WORLD_LOG") != nullptr;
  p.log = loud ? std::make_shared<spdlog::logger>("world", std::make_shared<spdlog::sinks::stderr_sink_mt>())
               : std::make_shared<spdlog::logger>("world", std::make_shared<spdlog::sinks::null_sink_mt>());
  p.disk = std::make_shared<faulty_engine>(disk_);
  auto store = persistence::store::open(p.disk);
  if (!store)
    throw std::runtime_error(store.error().detail);
  p.store = std::move(*store);
  auto gateway = options_.make_gateway ? options_.make_gateway(time_, p.timers)
                                       : telephony::make_simulator(options_.calls, time_, p.timers);
  p.gateway = std::make_unique<recording_gateway>(std::move(gateway), time_);
  p.context = std::unique_ptr<actors::engine_context>(
    new actors::engine_context{time_, p.timers, *p.gateway, *p.store, random_, *p.log, options_.engine});
  p.context->render = [](const actors::feed_message& message) {
    std::string text = message.id.to_string() + " " + std::string{to_string(message.what.type)};
    if (message.contact)
      text += " " + message.contact->phone.to_string() + " " + message.contact->name;
    return text;
  };
  if (auto loaded = p.context->load_books(); !loaded)
    throw std::runtime_error(loaded.error().detail);
  if (options_.prepare)
    options_.prepare(*p.context);
  p.config.set("scheduler.policy", caf::atom("testing"));
  p.system = std::make_unique<caf::actor_system>(p.config);
  p.scheduler = dynamic_cast<caf::scheduler::test_coordinator*>(&p.system->scheduler());
  p.engine = std::make_unique<actors::engine>(*p.system, *p.context);
  auto ready = p.engine->recover();
  settle();
  if (ready.wait_for(0s) != std::future_status::ready)
    throw std::runtime_error("the engine did not recover");
}

void world::end() {
  auto& p = *parts_;
  former_ledger_.insert(former_ledger_.end(), p.gateway->ledger.begin(), p.gateway->ledger.end());
  p.gateway->ledger.clear();
  p.gateway->held.clear();
  p.gateway->shut_down();
  p.timers.shut_down();
  p.engine.reset();
  settle();
  p.system.reset();
  parts_.reset();
}

void world::crash_and_restart() {
  crash();
  restart();
}

void world::crash() {
  // From here on nothing reaches the disk or the network: what the dying actors still do is without effect.
  parts_->disk->failing = true;
  parts_->gateway->severed = true;
  end();
}

void world::stop_and_restart() {
  auto drained = engine().drain();
  if (!pass_until([&] { return drained.wait_for(0s) == std::future_status::ready; }))
    throw std::runtime_error("the engine did not drain");
  end();
  boot();
}

void world::settle() { parts_->scheduler->run(); }

bool world::step_any(std::size_t choice) {
  auto& jobs = parts_->scheduler->jobs;
  if (jobs.empty())
    return false;
  // Actors run concurrently: whichever has mail may be the next, as long as each takes its own in order.
  std::swap(jobs.front(), jobs[choice % jobs.size()]);
  return parts_->scheduler->try_run_once();
}

void world::step(std::size_t messages) { parts_->scheduler->run(messages); }

void world::pass(milliseconds time) {
  const auto until = time_.now() + time;
  settle();
  for (auto due = parts_->timers.next_due(); due && *due <= until; due = parts_->timers.next_due()) {
    time_.set(std::max(*due, time_.now()));
    parts_->timers.run_due(time_.now());
    settle();
  }
  time_.set(until);
}

bool world::pass_until(const std::function<bool()>& done, milliseconds at_most) {
  const auto until = time_.now() + at_most;
  settle();
  while (!done()) {
    auto due = parts_->timers.next_due();
    if (!due || *due > until)
      return false;
    time_.set(std::max(*due, time_.now()));
    parts_->timers.run_due(time_.now());
    settle();
  }
  return true;
}

phone world::phone_of(std::size_t contact) { return phone::from_packed(919'000'000'000ULL + contact); }

campaign_id world::create(std::size_t contacts, std::function<void(campaign_definition&)> edit) {
  campaign_definition definition;
  definition.name = "Renewals";
  definition.script_id = "scr_1";
  definition.language = "hi-IN";
  if (edit)
    edit(definition);
  auto upload = engine().begin_upload({}).value();
  constexpr std::size_t chunk = 1000;
  for (std::size_t first = 0; first < contacts; first += chunk) {
    std::vector<contact_profile> list;
    for (auto i = first; i < std::min(contacts, first + chunk); ++i)
      list.push_back({phone_of(i), "Contact " + std::to_string(i), R"({"n":)" + std::to_string(i) + "}"});
    std::optional<result<void>> added;
    upload->add(std::move(list), [&](result<void> r) { added = std::move(r); });
    settle();
    if (!added || !*added)
      throw std::runtime_error("upload refused");
  }
  std::optional<result<actors::created_campaign>> created;
  upload->finish(std::move(definition), {}, [&](auto r) { created = std::move(r); });
  settle();
  return created.value().value().campaign->state.definition->id;
}

result<campaign_view_ptr> world::act(const campaign_id& id, campaign_action action) {
  auto answer = std::make_shared<std::optional<result<campaign_view_ptr>>>();
  engine().act({}, id, action, [answer](auto r) { *answer = std::move(r); });
  settle();
  return answer->value();
}

result<actors::removal_summary> world::remove(const campaign_id& id, std::vector<phone> phones) {
  auto answer = std::make_shared<std::optional<result<actors::removal_summary>>>();
  engine().remove_contacts({}, id, std::move(phones), [answer](auto r) { *answer = std::move(r); });
  settle();
  return answer->value();
}

std::shared_ptr<std::optional<result<actors::added_contacts>>> world::begin_add(
  const campaign_id& id, std::size_t first, std::size_t count, actors::answer_note<actors::added_contacts> note) {
  auto answer = std::make_shared<std::optional<result<actors::added_contacts>>>();
  auto addition = engine().begin_addition({}, id);
  if (!addition) {
    *answer = addition.error();
    return answer;
  }
  constexpr std::size_t chunk = 1000;
  for (std::size_t from = first; from < first + count; from += chunk) {
    std::vector<contact_profile> list;
    for (auto i = from; i < std::min(first + count, from + chunk); ++i)
      list.push_back({phone_of(i), "Contact " + std::to_string(i), R"({"n":)" + std::to_string(i) + "}"});
    std::optional<result<void>> added;
    (*addition)->add(std::move(list), [&](result<void> r) { added = std::move(r); });
    settle();
    if (!added || !*added) {
      *answer = problem{error_code::storage_failed, "a chunk was refused", {}};
      return answer;
    }
  }
  (*addition)->finish(std::move(note), [answer](auto r) { *answer = std::move(r); });
  return answer;
}

result<actors::added_contacts> world::add(const campaign_id& id, std::size_t first, std::size_t count) {
  auto answer = begin_add(id, first, count);
  settle();
  return answer->value();
}

campaign_state world::state(const campaign_id& id) { return engine().find(default_workspace, id)->state; }

void world::damage_contacts(const campaign_id& id) {
  auto changes = disk_->new_batch();
  auto scanned = disk_->scan(persistence::table::contact, persistence::keys::of(number(id)),
    persistence::keys::of(number(id) + 1), [&](std::string_view key, std::string_view) {
      changes->put(persistence::table::contact, key, "\xff\xff");
      return true;
    });
  if (!scanned || !disk_->write(*changes, true))
    throw std::runtime_error("could not damage the store");
}

campaign_no world::number(const campaign_id& id) { return engine().find(default_workspace, id)->number; }

std::vector<placed_call> world::ledger() const {
  auto all = former_ledger_;
  all.insert(all.end(), parts_->gateway->ledger.begin(), parts_->gateway->ledger.end());
  return all;
}

} // namespace redial::testing
