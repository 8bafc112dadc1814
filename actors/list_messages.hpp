/// Messages by which contacts arrive: with a new campaign, in one that exists, or alone.
#pragma once

#include "actors/answer_note.hpp"
#include "actors/reply_once.hpp"
#include "actors/service.hpp"
#include "actors/store_messages.hpp"

#include <caf/all.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace redial::actors {

struct upload_chunk {
  std::shared_ptr<std::vector<contact_profile>> contacts;
  reply_once<void> done;
};

struct upload_finish {
  std::shared_ptr<campaign_definition> definition;
  answer_note<created_campaign> note;
  reply_once<created_campaign> done;
};

/// The client is gone or sent something wrong: leave nothing behind.
struct upload_abort {};

/// A campaign's leave to add contacts to it, given to one addition at a time.
struct addition_turn {
  caf::actor campaign;
  campaign_no number = 0;
  std::shared_ptr<const void> hold; ///< whoever lets it go without `admit_contacts` has added nothing
};

/// Asks a campaign for its turn.
struct addition_command {
  campaign_id id;
  campaign_no addition = 0; ///< tells it from others
  reply_once<addition_turn> done;
};

/// Which of some phones are new to the campaign; their places behind its list are taken.
struct claimed_places {
  contact_no first = 0;    ///< of the first new one; the others follow
  std::vector<bool> fresh; ///< for each phone
};

/// To the campaign, by whose turn it is: at most `run` phones.
struct claim_places {
  static constexpr contact_no run = 2048;
  campaign_no addition = 0;
  std::shared_ptr<const std::vector<contact_profile>> contacts;
  reply_once<claimed_places> done;
};

/// To the campaign, by whose turn it is: all that was claimed has been placed, list it.
struct admit_contacts {
  campaign_no addition = 0;
  std::uint64_t duplicates = 0;
  answer_note<added_contacts> note;
  std::string trace;
  reply_once<added_contacts> done;
};

/// To the campaign: nobody has the turn of this addition any more.
struct addition_over {
  campaign_no addition = 0;
};

/// To an addition: its contacts are complete.
struct addition_finish {
  answer_note<added_contacts> note;
  reply_once<added_contacts> done;
};

/// To an addition: the answer to one of its own questions.
struct addition_news {
  using answer = std::variant<result<addition_turn>, result<std::shared_ptr<std::vector<contact_profile>>>,
    result<claimed_places>, result<added_contacts>>;
  std::shared_ptr<const answer> what;
};

/// Receives the contacts of one campaign that is being created.
using upload_actor = caf::typed_actor<caf::reacts_to<upload_chunk>, caf::reacts_to<upload_finish>,
  caf::reacts_to<upload_abort>, caf::reacts_to<stage_done>, caf::reacts_to<append_done>>;

/// Receives contacts that are being added to a campaign, and brings them there.
using addition_actor = caf::typed_actor<caf::reacts_to<upload_chunk>, caf::reacts_to<addition_finish>,
  caf::reacts_to<upload_abort>, caf::reacts_to<stage_done>, caf::reacts_to<addition_news>>;

/// Brings one one-off call into the store and to life.
using one_off_actor = caf::typed_actor<caf::reacts_to<append_done>>;

} // namespace redial::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::addition_command)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::addition_finish)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::addition_news)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::addition_over)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::admit_contacts)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::claim_places)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::upload_abort)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::upload_chunk)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::upload_finish)
