#include "webhook_receiver.hpp"

#include <stdexcept>

namespace redial::testing {

namespace {

/// Lets messages be handled until a command is answered, and time pass a little where a write has to be waited for.
template <class T>
T answer_of(world& w, const std::optional<T>& answer) {
  w.settle();
  for (int i = 0; i < 100 && !answer; ++i)
    w.pass(100ms);
  return answer.value();
}

} // namespace

result<void> receiver::check(std::string_view url) const {
  if (url.starts_with("https://"))
    return {};
  return problem{error_code::invalid_value, "must begin with https://", "/url"};
}

void receiver::send(webhooks::message what, std::function<void(webhooks::answer)> done) {
  most_under_way = std::max(most_under_way, ++under_way);
  heard now{what.url, what.secret, notice_id::parse(what.id).value(), *what.body, in->time().now()};
  auto said = judge ? judge(now) : webhooks::answer{200, {}, {}};
  now.status = said.status;
  all.push_back(std::move(now));
  in->context().timers.arm(in->time().now() + latency, [this, done = std::move(done), said = std::move(said)] {
    --under_way;
    done(said);
  });
}

std::vector<notice_id> receiver::acked(std::optional<campaign_no> of) const {
  std::vector<notice_id> ids;
  for (const auto& each : all) {
    if (each.status / 100 == 2 && (!of || each.id.campaign == *of))
      ids.push_back(each.id);
  }
  return ids;
}

std::vector<receiver::heard> receiver::of(const notice_id& id) const {
  std::vector<heard> found;
  for (const auto& each : all) {
    if (each.id == id)
      found.push_back(each);
  }
  return found;
}

world_options told_to(receiver& to, actors::engine_settings engine) {
  world_options o;
  o.engine = engine;
  o.engine.lines = {50, 0};
  o.prepare = [&to](actors::engine_context& context) {
    to.under_way = 0; // who was killed hears no answer
    context.sender = &to;
  };
  return o;
}

result<webhook> create_webhook(world& w, const std::string& url, notice_filter events) {
  std::optional<result<webhook>> answer;
  actors::new_webhook wanted;
  wanted.url = url;
  wanted.events = events;
  w.engine().webhooks()->create({}, wanted, {}, [&](auto r) { answer = std::move(r); });
  return answer_of(w, answer);
}

result<webhook> find_webhook(world& w, const webhook_id& id) {
  std::optional<result<webhook>> answer;
  w.engine().webhooks()->find(workspace_name{default_workspace}, id, [&](auto r) { answer = std::move(r); });
  return answer_of(w, answer);
}

result<void> remove_webhook(world& w, const webhook_id& id) {
  std::optional<result<void>> answer;
  w.engine().webhooks()->remove({}, id, [&](auto r) { answer = std::move(r); });
  return answer_of(w, answer);
}

result<webhook> replay(world& w, const webhook_id& id, actors::replay_start from) {
  std::optional<result<webhook>> answer;
  w.engine().webhooks()->replay({}, id, from, [&](auto r) { answer = std::move(r); });
  return answer_of(w, answer);
}

actors::delivery_page deliveries(world& w, const webhook_id& id, std::size_t limit) {
  std::optional<result<actors::delivery_page>> answer;
  w.engine().webhooks()->deliveries(
    workspace_name{default_workspace}, id, 0, limit, [&](auto r) { answer = std::move(r); });
  return answer_of(w, answer).value();
}

std::vector<notice_id> notices(world& w, const campaign_id& id, notice_filter types) {
  std::vector<notice_id> all;
  const auto number = w.number(id);
  w.store()
    .read_events(number, 0,
      [&](std::uint64_t seq, const event& e) {
        for (const auto& each : notices_of(e)) {
          if (types.has(each.type))
            all.push_back({number, seq, each.sub});
        }
        return true;
      })
    .value();
  return all;
}

} // namespace redial::testing
