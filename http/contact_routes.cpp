#include "http/contact_intake.hpp"
#include "http/encode.hpp"
#include "http/encode_call.hpp"
#include "http/phone_path.hpp"
#include "http/phones_body.hpp"
#include "http/query.hpp"
#include "http/router.hpp"

#include <variant>

namespace redial::http {

namespace {

constexpr std::uint64_t phones_body_limit = 16 * 1024 * 1024;
constexpr std::uint64_t max_offset = ~std::uint64_t{0} >> 1U;

response no_such_campaign() {
  return problem_response(problem{error_code::not_found, "There is no campaign with this id.", {}});
}

/// The contact that a path names.
struct named_contact {
  campaign_id campaign;
  redial::phone phone;
};

/// @returns what the path names, or why that cannot be.
std::variant<named_contact, response> contact_in(const request& asked) {
  if (auto wrong = query_reader{asked.query}.finish())
    return problem_response(*wrong);
  const auto id = campaign_id::parse(asked.path_values[0]);
  if (!id)
    return no_such_campaign();
  const auto number = phone_in_url(asked.path_values[1]);
  if (!number)
    return problem_response(problem{error_code::not_found, "The campaign has no contact with this phone.", {}});
  return named_contact{*id, *number};
}

std::optional<response> list(route_context& context, request& asked, const link_maker& link) {
  query_reader query{asked.query};
  std::optional<contact_status> status;
  if (auto text = query.text("status")) {
    status = parse_contact_status(*text);
    if (!status)
      query.refuse("status", "must be pending, in_progress, waiting_retry, done or removed");
  }
  const auto limit = query.number("limit", 1, 100, 20);
  const auto offset = query.number("offset", 0, max_offset, 0);
  if (auto wrong = query.finish())
    return problem_response(*wrong);
  const auto id = campaign_id::parse(asked.path_values[0]);
  if (!id)
    return no_such_campaign();
  context.engine.list_contacts(
    asked.caller(), *id, status, offset, limit, [offset, limit, answer = responder{link()}](result<contact_page> page) {
      answer([offset, limit, page = std::move(page)] {
        return page ? json_response(200, encode_contact_page(*page, offset, limit)) : problem_response(page.error());
      });
    });
  return std::nullopt;
}

std::optional<response> show(route_context& context, request& asked, const link_maker& link) {
  auto named = contact_in(asked);
  if (auto* wrong = std::get_if<response>(&named))
    return std::move(*wrong);
  const auto [id, number] = std::get<named_contact>(named);
  context.engine.find_contact(asked.caller(), id, number, [answer = responder{link()}](result<contact_detail> found) {
    answer([found = std::move(found)] {
      if (!found)
        return problem_response(found.error());
      std::string body;
      append_contact(body, *found);
      return json_response(200, std::move(body));
    });
  });
  return std::nullopt;
}

std::optional<response> explain(route_context& context, request& asked, const link_maker& link) {
  auto named = contact_in(asked);
  if (auto* wrong = std::get_if<response>(&named))
    return std::move(*wrong);
  const auto [id, number] = std::get<named_contact>(named);
  context.engine.explain_contact(
    asked.caller(), id, number, [id = id, answer = responder{link()}](result<actors::explained_contact> told) {
      answer([id, told = std::move(told)] {
        return told ? json_response(200, encode_explanation(id, *told)) : problem_response(told.error());
      });
    });
  return std::nullopt;
}

/// GET /v1/contacts/{phone}: a phone of which there is nothing to tell is no fault, one that is none is.
std::optional<response> history(route_context& context, request& asked, const link_maker& link) {
  query_reader query{asked.query};
  const auto limit = query.number("limit", 1, 100, 20);
  const auto offset = query.number("offset", 0, max_offset, 0);
  const auto number = phone_in_url(asked.path_values[0]);
  if (!number)
    query.refuse("phone", not_a_phone);
  if (auto wrong = query.finish())
    return problem_response(*wrong);
  context.engine.find_phone(asked.caller(), *number, offset, limit,
    [number = *number, offset, limit, answer = responder{link()}](result<phone_history> told) {
      answer([number, offset, limit, told = std::move(told)] {
        return told ? json_response(200, encode_phone_history(number, *told, offset, limit))
                    : problem_response(told.error());
      });
    });
  return std::nullopt;
}

/// The phones of a removal, from the body and the query together.
checked<std::vector<phone>> phones_of(const request& asked) {
  query_reader query{asked.query};
  const auto in_query = query.all("phones");
  if (auto wrong = query.finish())
    return std::move(*wrong);
  std::vector<phone> phones;
  // Without phones in the query the body must be there: let its reader say what is missing.
  if (!asked.body.empty() || in_query.empty()) {
    auto from_body = read_phones(asked.body);
    if (auto* wrong = std::get_if<problem_details>(&from_body))
      return std::move(*wrong);
    phones = std::move(std::get<std::vector<phone>>(from_body));
  }
  fault_list faults;
  for (auto text : in_query) {
    if (auto number = phone_in_url(text))
      phones.push_back(*number);
    else
      faults.add_parameter("phones", "has a value that is not an E.164 number: " + std::string{text.substr(0, 40)});
  }
  if (!faults.empty())
    return invalid_body(std::move(faults));
  return phones;
}

std::optional<response> remove(route_context& context, request& asked, const link_maker& link) {
  auto phones = phones_of(asked);
  if (auto* wrong = std::get_if<problem_details>(&phones))
    return problem_response(*wrong);
  const auto id = campaign_id::parse(asked.path_values[0]);
  if (!id)
    return no_such_campaign();
  auto& engine = context.engine;
  const auto from = asked.caller();
  engine.remove_contacts(from, *id, std::move(std::get<std::vector<phone>>(phones)),
    [&engine, whose = from.workspace, id = *id, answer = responder{link()}](result<actors::removal_summary> done) {
      answer([&engine, whose, id, done = std::move(done)] {
        if (done)
          return json_response(200, encode_removal(*done));
        auto details = to_details(done.error());
        if (details.status == 409) {
          if (auto view = engine.find(whose, id))
            details.current_status = view->state.status;
        }
        return problem_response(details);
      });
    });
  return std::nullopt;
}

std::shared_ptr<body_sink> add(route_context& context, request& asked, const link_maker& link) {
  query_reader query{asked.query};
  auto policy = on_invalid::reject;
  if (auto text = query.text("on_invalid"); text == "skip")
    policy = on_invalid::skip;
  else if (text && text != "reject")
    query.refuse("on_invalid", "must be reject or skip");
  const auto wrong = query.finish();
  const auto id = campaign_id::parse(asked.path_values[0]);
  const auto view = id ? context.engine.find(asked.workspace, *id) : nullptr;
  auto intake = std::make_shared<contact_intake>(context, asked, id.value_or(campaign_id{}), policy, link());
  if (wrong)
    intake->refuse_later(*wrong);
  else if (!view)
    intake->refuse_later(to_details(problem{error_code::not_found, "There is no campaign with this id.", {}}));
  return intake;
}

constexpr std::array table{
  route{verb::get, "/v1/campaigns/{}/contacts", list},
  route{.method = verb::post,
    .path = "/v1/campaigns/{}/contacts",
    .open = add,
    .heeds_key = true,
    .accepts = media::json | media::ndjson | media::csv},
  route{verb::delete_, "/v1/campaigns/{}/contacts", remove, nullptr, phones_body_limit},
  route{verb::get, "/v1/campaigns/{}/contacts/{}", show},
  route{verb::get, "/v1/campaigns/{}/contacts/{}/explain", explain},
  route{verb::get, "/v1/contacts/{}", history},
};

} // namespace

std::span<const route> contact_routes() { return table; }

} // namespace redial::http
