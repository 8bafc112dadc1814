#include "http/campaign_intake.hpp"

#include "http/encode.hpp"
#include "http/keyed_exchange.hpp"

namespace redial::http {

namespace {

response created(const actors::created_campaign& outcome) {
  const auto& state = outcome.campaign->state;
  std::string body;
  append_campaign(body, state, outcome.duplicates_skipped);
  auto answer = json_response(201, std::move(body));
  answer.location = "/v1/campaigns/" + state.definition->id.to_string();
  return answer;
}

} // namespace

campaign_intake::campaign_intake(route_context context, const request& asked, session_link_ptr link)
  : context_{context}, from_{asked.caller()}, keyed_{asked.keyed}, link_{std::move(link)} {}

bool campaign_intake::feed(std::string_view slice) {
  if (answered_)
    return false;
  body_.feed(slice);
  if (body_.broken()) {
    refuse(*body_.broken());
    return false;
  }
  pump();
  waiting_ = !answered_ && must_wait();
  return !waiting_ && !answered_;
}

void campaign_intake::end() {
  ended_ = true;
  if (answered_)
    return;
  auto definition = body_.finish(context_.time.now());
  if (auto* wrong = std::get_if<problem_details>(&definition)) {
    refuse(*wrong);
    return;
  }
  definition_ = std::move(std::get<campaign_definition>(definition));
  pump();
}

/// Hands the engine what there is to hand, unless it is busy with the last chunk.
void campaign_intake::pump() {
  if (body_.faulty()) {
    upload_.reset(); // nothing will come of it; the rest is read only to name its faults
    return;
  }
  if (adding_ || !(body_.has_full_chunk() || definition_) || !begin())
    return;
  auto chunk = body_.take_chunk();
  if (chunk.empty()) {
    create();
    return;
  }
  adding_ = true;
  upload_->add(std::move(chunk), [link = link_, weak = weak_from_this()](result<void> outcome) {
    link->post([weak, outcome = std::move(outcome)] {
      if (auto self = weak.lock())
        self->added(outcome);
    });
  });
}

/// Opens the upload with the first chunk, and not before: slow senders shall not hold one each.
bool campaign_intake::begin() {
  if (upload_)
    return true;
  auto begun = context_.engine.begin_upload(from_);
  if (!begun) {
    refuse(to_details(begun.error()));
    return false;
  }
  upload_ = std::move(*begun);
  return true;
}

void campaign_intake::added(const result<void>& outcome) {
  adding_ = false;
  if (answered_)
    return;
  // The end of an upload that was given up is no news.
  if (!outcome && !body_.faulty()) {
    refuse(to_details(outcome.error()));
    return;
  }
  pump();
  if (waiting_ && !answered_ && !must_wait()) {
    waiting_ = false;
    link_->resume();
  }
}

void campaign_intake::create() {
  answered_ = true;
  upload_->finish(std::move(*definition_), note_of<actors::created_campaign>(std::exchange(keyed_, {}), created),
    [to = responder{link_}](result<actors::created_campaign> outcome) {
      to([outcome = std::move(outcome)] { return outcome ? created(*outcome) : problem_response(outcome.error()); });
    });
}

void campaign_intake::refuse(const problem_details& why) {
  answered_ = true;
  upload_.reset();
  auto answer = problem_response(why);
  answer.close = !ended_; // what is left of the body would be taken for a request
  link_->post([link = link_, answer = std::move(answer)] { link->answer(answer); });
}

} // namespace redial::http
