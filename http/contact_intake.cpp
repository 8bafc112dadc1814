#include "http/contact_intake.hpp"

#include "http/encode.hpp"
#include "http/keyed_exchange.hpp"

namespace redial::http {

namespace {

constexpr std::size_t longest_passed_over = 64 * 1024;

std::unique_ptr<contact_rows> rows_of(media type, on_invalid policy) {
  switch (type) {
  case media::ndjson: return make_ndjson_rows(policy);
  case media::csv: return make_csv_rows(policy);
  case media::json: break;
  }
  return make_json_rows(policy);
}

/// @returns the answer to a refusal, and for a conflict where the campaign stands now.
problem_details explain(
  const problem& why, const actors::service& engine, std::string_view workspace, const campaign_id& id) {
  auto details = to_details(why);
  if (details.status == 409) {
    if (auto view = engine.find(workspace, id))
      details.current_status = view->state.status;
  }
  return details;
}

} // namespace

contact_intake::contact_intake(
  route_context context, const request& asked, campaign_id campaign, on_invalid policy, session_link_ptr link)
  : context_{context}, from_{asked.caller()}, keyed_{asked.keyed}, campaign_{campaign}, link_{std::move(link)},
    rows_{rows_of(asked.body_type, policy)} {}

bool contact_intake::feed(std::string_view slice) {
  if (answered_)
    return false;
  if (doomed_) {
    passed_over_ += slice.size();
    if (passed_over_ > longest_passed_over)
      refuse(std::move(*doomed_));
    return !answered_;
  }
  rows_->feed(slice);
  if (rows_->broken()) {
    refuse(*rows_->broken());
    return false;
  }
  pump();
  waiting_ = !answered_ && must_wait();
  return !waiting_ && !answered_;
}

void contact_intake::end() {
  ended_ = true;
  if (answered_)
    return;
  if (doomed_)
    return refuse(std::move(*doomed_));
  rows_->finish();
  if (rows_->broken())
    return refuse(*rows_->broken());
  if (rows_->faulty())
    return refuse(invalid_body(rows_->faults()));
  pump();
}

/// Hands the engine what there is to hand, unless it is busy with the last chunk.
void contact_intake::pump() {
  if (rows_->faulty()) {
    addition_.reset(); // nothing will come of it; the rest is read only to name its faults
    return;
  }
  if (adding_ || !(rows_->has_full_chunk() || ended_) || !begin())
    return;
  auto chunk = rows_->take_chunk();
  if (chunk.empty())
    return finish();
  adding_ = true;
  addition_->add(std::move(chunk), [link = link_, weak = weak_from_this()](result<void> outcome) {
    link->post([weak, outcome = std::move(outcome)] {
      if (auto self = weak.lock())
        self->taken(outcome);
    });
  });
}

/// Opens the addition with the first chunk, and not before: slow senders shall not hold one each.
bool contact_intake::begin() {
  if (addition_)
    return true;
  auto begun = context_.engine.begin_addition(from_, campaign_);
  if (!begun) {
    refuse(explain(begun.error(), context_.engine, from_.workspace, campaign_));
    return false;
  }
  addition_ = std::move(*begun);
  return true;
}

void contact_intake::taken(const result<void>& outcome) {
  adding_ = false;
  if (answered_)
    return;
  // The end of an addition that was given up is no news.
  if (!outcome && !rows_->faulty())
    return refuse(to_details(outcome.error()));
  pump();
  if (waiting_ && !answered_ && !must_wait()) {
    waiting_ = false;
    link_->resume();
  }
}

void contact_intake::finish() {
  answered_ = true;
  // Shared by the answer and by the note of it: up to 1,000 faults.
  const auto skipped = std::make_shared<const skipped_rows>(skipped_rows{rows_->refused_rows(), rows_->faults()});
  const auto word = [skipped](const actors::added_contacts& outcome) {
    return json_response(200, encode_addition(outcome, *skipped));
  };
  auto note = note_of<actors::added_contacts>(std::exchange(keyed_, {}), word);
  addition_->finish(std::move(note), [word, &engine = context_.engine, whose = from_.workspace, id = campaign_,
                                       to = responder{link_}](result<actors::added_contacts> outcome) {
    to([word, &engine, whose, id, outcome = std::move(outcome)] {
      return outcome ? word(*outcome) : problem_response(explain(outcome.error(), engine, whose, id));
    });
  });
}

void contact_intake::refuse(problem_details why) {
  answered_ = true;
  addition_.reset();
  auto answer = problem_response(why);
  answer.close = !ended_; // what is left of the body would be taken for a request
  link_->post([link = link_, answer = std::move(answer)] { link->answer(answer); });
}

} // namespace redial::http
