/// An actor that shows what it is doing: the base of all actors of the engine but contacts.
#pragma once

#include "actors/context.hpp"
#include "actors/roster.hpp"

#include <caf/all.hpp>

#include <exception>
#include <utility>

namespace redial::actors {

/// Counts the mail of a typed actor with `Handle`, and the time it is at work, on its record; what it dies of is noted
/// there and in the log.
template <class Handle>
class observed : public Handle::base {
public:
  using super = typename Handle::base;
  using typename super::behavior_type;

  observed(caf::actor_config& config, engine_context& context, actor_record_ptr record)
    : super{config}, log_{context.log}, record_{std::move(record)}, place_{context.who, record_} {
    this->set_exception_handler([this](caf::scheduled_actor*, std::exception_ptr& thrown) { return died_of(thrown); });
  }
  observed(caf::actor_config& config, engine_context& context, actor_kind kind, std::string id = {})
    : observed{config, context, std::make_shared<actor_record>(kind, std::move(id))} {}

  void enqueue(caf::mailbox_element_ptr mail, caf::execution_unit* host) override {
    record_->received();
    super::enqueue(std::move(mail), host);
  }

  caf::resumable::resume_result resume(caf::execution_unit* host, std::size_t most) override {
    const auto record = record_; // this actor may be gone when its turn is over
    record->begin_turn();
    const auto began = record->turn_began();
    const auto outcome = super::resume(host, most);
    record->end_turn(began);
    return outcome;
  }

protected:
  /// @returns the behaviour of these handlers, each of one message.
  template <class... Handlers>
  behavior_type heed(Handlers... handlers) {
    stamps_ = this->getf(caf::abstract_actor::is_detached_flag);
    return behavior_type{counted(std::move(handlers), &Handlers::operator())...};
  }

  bool cleanup(caf::error&& why, caf::execution_unit* host) override {
    place_.give_up();
    return super::cleanup(std::move(why), host);
  }

  void show(const actor_record::load_figures& load) noexcept { record_->show(load); }
  void note_failure(std::string why, bool own = true) { record_->note_failure(std::move(why), own); }
  /// For messages that no handler of `heed` takes.
  void take_up() noexcept { record_->take_up(stamps_); }

private:
  template <class Handler, class Result, class Message>
  auto counted(Handler handler, Result (Handler::*)(Message) const) {
    return [this, handler = std::move(handler)](Message message) -> Result {
      record_->take_up(stamps_);
      return handler(message);
    };
  }

  caf::error died_of(std::exception_ptr& thrown) {
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
      note_failure(e.what());
    } catch (...) {
      note_failure("something that is no std::exception was thrown");
    }
    log_.error("actor={} id={} dies: {}", to_string(record_->kind()), record_->id(), record_->failure());
    return caf::exit_reason::unhandled_exception;
  }

  spdlog::logger& log_;
  actor_record_ptr record_;
  roster::place place_;
  bool stamps_ = false;
};

} // namespace redial::actors
