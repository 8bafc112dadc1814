#include "http/export_source.hpp"
#include "http/query.hpp"
#include "http/router.hpp"

namespace redial::http {

namespace {

response stream_of(std::shared_ptr<export_source> source, export_format format, const campaign_id& id) {
  response answer;
  answer.content_type =
    format == export_format::csv ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson";
  answer.disposition = "attachment; filename=\"" + std::string{id.view()} + "-contacts"
                       + (format == export_format::csv ? ".csv" : ".ndjson") + "\"";
  answer.stream = std::move(source);
  return answer;
}

/// The first stretch is read before the answer begins: what cannot be read at all is told in an answer of its own.
std::optional<response> export_contacts(route_context& context, request& asked, const link_maker& make_link) {
  query_reader query{asked.query};
  auto format = export_format::csv;
  if (const auto text = query.text("format")) {
    if (*text == "ndjson")
      format = export_format::ndjson;
    else if (*text != "csv")
      query.refuse("format", "must be csv or ndjson");
  }
  if (auto wrong = query.finish())
    return problem_response(*wrong);
  const auto id = campaign_id::parse(asked.path_values[0]);
  if (!id)
    return problem_response(problem{error_code::not_found, "There is no campaign with this id.", {}});
  auto begun = context.engine.begin_export(asked.caller(), *id);
  if (!begun)
    return problem_response(begun.error());
  auto link = make_link();
  // Shared, as an answer that waits to be made is copied about.
  auto list = std::make_shared<std::unique_ptr<actors::contact_export>>(std::move(*begun));
  auto& reading = **list;
  reading.next([list, link, format, id = *id, answer = responder{link}](result<std::vector<contact_detail>> first) {
    answer([list, link, format, id, first = std::make_shared<decltype(first)>(std::move(first))] {
      if (!*first)
        return problem_response(first->error());
      return stream_of(std::make_shared<export_source>(std::move(*list), std::move(**first), format, link), format, id);
    });
  });
  return std::nullopt;
}

constexpr std::array table{
  route{verb::get, "/v1/campaigns/{}/export", export_contacts},
};

} // namespace

std::span<const route> export_routes() { return table; }

} // namespace redial::http
