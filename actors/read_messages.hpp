/// Questions that read the store, and who answers them.
#pragma once

#include "actors/life_messages.hpp"
#include "actors/reply_once.hpp"
#include "actors/service.hpp"

#include <caf/all.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace redial::actors {

struct list_contacts_query {
  campaign_no campaign = 0;
  std::optional<contact_status> status;
  std::uint64_t offset = 0;
  std::size_t limit = 0;
  reply_once<contact_page> done;
};

struct find_contact_query {
  campaign_no campaign = 0;
  redial::phone phone;
  reply_once<contact_detail> done;
};

struct explain_query {
  campaign_no campaign = 0;
  redial::phone phone;
  reply_once<explained_contact> done;
};

struct find_call_query {
  workspace_name workspace;
  call_id call;
  reply_once<call_detail> done;
};

struct list_calls_query {
  workspace_name workspace;
  std::optional<campaign_no> campaign; ///< nullopt: of the whole workspace
  call_filter filter;
  reply_once<call_page> done;
};

struct find_phone_query {
  workspace_name workspace;
  redial::phone phone;
  std::uint64_t offset = 0;
  std::size_t limit = 0;
  reply_once<phone_history> done;
};

struct list_dnc_query {
  workspace_name workspace;
  std::uint64_t offset = 0;
  std::size_t limit = 0;
  reply_once<dnc_page> done;
};

struct find_dnc_query {
  workspace_name workspace;
  redial::phone phone;
  reply_once<dnc_entry> done;
};

/// Contacts that were staged and closed.
struct staged_query {
  campaign_no campaign = 0;
  contact_no first = 0;
  contact_no count = 0;
  reply_once<std::shared_ptr<std::vector<contact_profile>>> done;
};

/// Read the next stretch of the list.
struct export_next {
  reply_once<std::vector<contact_detail>> done;
};

/// Answers questions that read the store.
using reader_actor = caf::typed_actor<caf::reacts_to<list_contacts_query>, caf::reacts_to<find_contact_query>,
  caf::reacts_to<explain_query>, caf::reacts_to<find_call_query>, caf::reacts_to<list_calls_query>,
  caf::reacts_to<find_phone_query>, caf::reacts_to<list_dnc_query>, caf::reacts_to<find_dnc_query>,
  caf::reacts_to<staged_query>>;

/// Reads one campaign's list for one export.
using exporter_actor = caf::typed_actor<caf::reacts_to<export_next>, caf::reacts_to<retire>>;

} // namespace redial::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::explain_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::export_next)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::find_call_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::find_contact_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::find_dnc_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::find_phone_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::list_calls_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::list_contacts_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::list_dnc_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::staged_query)
