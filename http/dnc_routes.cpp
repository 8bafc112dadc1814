#include "http/dnc_body.hpp"
#include "http/dnc_csv.hpp"
#include "http/encode_dnc.hpp"
#include "http/json_page.hpp"
#include "http/keyed_exchange.hpp"
#include "http/phone_path.hpp"
#include "http/phones_body.hpp"
#include "http/query.hpp"
#include "http/router.hpp"

namespace redial::http {

namespace {

constexpr std::uint64_t body_limit = 32 * 1024 * 1024; // 100,000 entries with reasons
constexpr std::uint64_t max_offset = ~std::uint64_t{0} >> 1U;

std::string encode_entries(const actors::dnc_page& page, std::uint64_t offset, std::size_t limit) {
  return encode_page(page.entries, page.total, offset, limit, append_dnc_entry);
}

std::string encode_two(std::string_view first, std::uint64_t one, std::string_view second, std::uint64_t two) {
  std::string out = "{\"";
  out += first;
  out += "\":";
  append_number(out, one);
  out += ",\"";
  out += second;
  out += "\":";
  append_number(out, two);
  out += '}';
  return out;
}

response no_such_entry() {
  return problem_response(problem{error_code::not_found, "The number is not on the do-not-call list.", {}});
}

response added(const actors::dnc_added& outcome) {
  return json_response(200, encode_two("added", outcome.added, "updated", outcome.updated));
}

std::optional<response> add(route_context& context, request& asked, const link_maker& link) {
  if (auto wrong = query_reader{asked.query}.finish())
    return problem_response(*wrong);
  const auto now = context.time.now();
  auto entries = asked.body_type == media::csv ? read_dnc_csv(asked.body, now) : read_dnc_entries(asked.body, now);
  if (auto* wrong = std::get_if<problem_details>(&entries))
    return problem_response(*wrong);
  context.engine.add_dnc(asked.caller(), std::move(std::get<std::vector<dnc_entry>>(entries)),
    note_of<actors::dnc_added>(std::exchange(asked.keyed, {}), added),
    [answer = responder{link()}](result<actors::dnc_added> done) {
      answer([done = std::move(done)] { return done ? added(*done) : problem_response(done.error()); });
    });
  return std::nullopt;
}

/// The entries are on the list since the first answer, or since the commit before it, but calls that were decided
/// before may still be on their way.
void add_again(route_context& context, request& asked, response kept, const link_maker& link) {
  context.engine.clear_dnc(
    asked.caller(), [kept = std::move(kept), answer = responder{link()}](const result<void>& cleared) {
      answer([kept, cleared] { return cleared ? kept : problem_response(cleared.error()); });
    });
}

/// A page of one entry or none, for `?phone=`.
void list_one(route_context& context, const request& asked, const link_maker& link, phone number, std::uint64_t offset,
  std::size_t limit) {
  context.engine.find_dnc(asked.caller(), number, [offset, limit, answer = responder{link()}](result<dnc_entry> found) {
    answer([offset, limit, found = std::move(found)] {
      if (!found && found.error().code != error_code::not_found)
        return problem_response(found.error());
      actors::dnc_page page;
      page.total = found ? 1 : 0;
      if (found && offset == 0)
        page.entries.push_back(*found);
      return json_response(200, encode_entries(page, offset, limit));
    });
  });
}

std::optional<response> list(route_context& context, request& asked, const link_maker& link) {
  query_reader query{asked.query};
  const auto limit = query.number("limit", 1, 100, 20);
  const auto offset = query.number("offset", 0, max_offset, 0);
  std::optional<phone> number;
  if (const auto text = query.text("phone")) {
    number = phone_in_url(*text);
    if (!number)
      query.refuse("phone", not_a_phone);
  }
  if (auto wrong = query.finish())
    return problem_response(*wrong);
  if (number) {
    list_one(context, asked, link, *number, offset, limit);
    return std::nullopt;
  }
  context.engine.list_dnc(
    asked.caller(), offset, limit, [offset, limit, answer = responder{link()}](result<actors::dnc_page> page) {
      answer([offset, limit, page = std::move(page)] {
        return page ? json_response(200, encode_entries(*page, offset, limit)) : problem_response(page.error());
      });
    });
  return std::nullopt;
}

std::optional<response> show(route_context& context, request& asked, const link_maker& link) {
  if (auto wrong = query_reader{asked.query}.finish())
    return problem_response(*wrong);
  const auto number = phone_in_url(asked.path_values[0]);
  if (!number)
    return no_such_entry();
  context.engine.find_dnc(asked.caller(), *number, [answer = responder{link()}](result<dnc_entry> found) {
    answer([found = std::move(found)] {
      if (!found)
        return problem_response(found.error());
      std::string body;
      append_dnc_entry(body, *found);
      return json_response(200, std::move(body));
    });
  });
  return std::nullopt;
}

std::optional<response> remove_one(route_context& context, request& asked, const link_maker& link) {
  if (auto wrong = query_reader{asked.query}.finish())
    return problem_response(*wrong);
  const auto number = phone_in_url(asked.path_values[0]);
  if (!number)
    return no_such_entry();
  context.engine.remove_dnc(asked.caller(), {*number}, [answer = responder{link()}](result<actors::dnc_removed> done) {
    answer([done = std::move(done)] {
      if (!done)
        return problem_response(done.error());
      return done->removed == 0 ? no_such_entry() : json_response(200, encode_two("removed", 1, "not_found", 0));
    });
  });
  return std::nullopt;
}

std::optional<response> remove_many(route_context& context, request& asked, const link_maker& link) {
  if (auto wrong = query_reader{asked.query}.finish())
    return problem_response(*wrong);
  auto phones = read_phones(asked.body);
  if (auto* wrong = std::get_if<problem_details>(&phones))
    return problem_response(*wrong);
  context.engine.remove_dnc(asked.caller(), std::move(std::get<std::vector<phone>>(phones)),
    [answer = responder{link()}](result<actors::dnc_removed> done) {
      answer([done = std::move(done)] {
        return done ? json_response(200, encode_two("removed", done->removed, "not_found", done->not_found))
                    : problem_response(done.error());
      });
    });
  return std::nullopt;
}

constexpr std::array table{
  route{.method = verb::post,
    .path = "/v1/dnc",
    .handle = add,
    .body_limit = body_limit,
    .heeds_key = true,
    .replay = add_again,
    .accepts = media::json | media::csv},
  route{verb::get, "/v1/dnc", list},
  route{verb::delete_, "/v1/dnc", remove_many, nullptr, body_limit},
  route{verb::get, "/v1/dnc/{}", show},
  route{verb::delete_, "/v1/dnc/{}", remove_one},
};

} // namespace

std::span<const route> dnc_routes() { return table; }

} // namespace redial::http
