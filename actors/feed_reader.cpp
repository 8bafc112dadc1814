#include "actors/feed_reader.hpp"

#include "actors/feed_source.hpp"
#include "actors/observed.hpp"

namespace redial::actors {

namespace {

class feed_reader : public observed<feed_actor> {
public:
  feed_reader(caf::actor_config& config, engine_context* context)
    : observed{config, *context, actor_kind::feed_reader}, context_{*context}, source_{
                                                                                 context->store, context->render} {}

  const char* name() const override { return "feed_reader"; }

protected:
  behavior_type make_behavior() override {
    return heed([this](const feed_read& r) { r.done(told(source_.read(r.query))); },
      [this](const campaign_feed_read& r) { r.done(told(source_.read(r.query))); },
      [this](const feed_locate& l) {
        if (const auto* at = std::get_if<time_point>(&l.what))
          l.done(told(source_.before(*at)));
        else
          l.done(told(source_.before(l.workspace, std::get<notice_id>(l.what))));
      });
  }

private:
  template <class T>
  result<T> told(result<T> answer) {
    if (!answer && answer.error().code != error_code::not_found)
      context_.log.error("events cannot be read: {}", answer.error().detail);
    return answer;
  }

  engine_context& context_;
  feed_source source_;
};

} // namespace

void feed::read(feed_query query, reply<feed_page> done) {
  if (context_.pending_commands.load(std::memory_order_relaxed) >= context_.settings.max_commands)
    return done(problem{error_code::overloaded, "too many commands are under way", {}});
  caf::anon_send(
    reader_, feed_read{std::move(query), reply_once<feed_page>{std::move(done), &context_.pending_commands}});
}

feed_actor spawn_feed_reader(caf::actor_system& system, engine_context& context) {
  if (context.settings.detach_blocking)
    return system.spawn<feed_reader, caf::detached>(&context);
  return system.spawn<feed_reader>(&context);
}

} // namespace redial::actors
