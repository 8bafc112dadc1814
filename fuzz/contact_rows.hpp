/// What the fuzzers of the formats that contacts come in share.
#pragma once

#include "http/contact_rows.hpp"

#include "fuzz/json_oracle.hpp"
#include "fuzz/require.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace redial::fuzz {

struct read_rows {
  std::vector<contact_profile> contacts;
  std::unique_ptr<http::contact_rows> rows;
};

/// Feeds `text` in pieces whose lengths `text` itself gives, or whole.
inline read_rows read_in(std::unique_ptr<http::contact_rows> rows, std::string_view text, bool whole) {
  read_rows what;
  for (std::size_t fed = 0; fed < text.size() && !rows->broken();) {
    const auto size = whole ? text.size() : static_cast<unsigned char>(text[fed]) % 67 + 1U;
    rows->feed(text.substr(fed, size));
    fed += size;
  }
  if (!rows->broken())
    rows->finish();
  for (auto chunk = rows->take_chunk(); !chunk.empty(); chunk = rows->take_chunk())
    std::move(chunk.begin(), chunk.end(), std::back_inserter(what.contacts));
  what.rows = std::move(rows);
  return what;
}

/// Reads `text` whole, cut into pieces, and strictly: it must come to the same, and to contacts that are some.
inline read_rows read_every_way(std::unique_ptr<http::contact_rows> (*make)(http::on_invalid), std::string_view text) {
  auto a = read_in(make(http::on_invalid::skip), text, true);
  const auto b = read_in(make(http::on_invalid::skip), text, false);
  require(a.rows->broken().has_value() == b.rows->broken().has_value(), "cut into pieces it comes to something else");
  if (a.rows->broken()) {
    require(
      http::to_json(*a.rows->broken()) == http::to_json(*b.rows->broken()), "cut into pieces it is refused otherwise");
    require(a.rows->broken()->status == 400 || a.rows->broken()->status == 422, "it is refused with another status");
  }
  require(a.rows->refused_rows() == b.rows->refused_rows() && a.rows->faults().count() == b.rows->faults().count()
            && a.rows->faults().first() == b.rows->faults().first(),
    "cut into pieces it has other faults");
  require(a.rows->faults().count() >= a.rows->refused_rows(), "a row was refused without a fault");
  // Of a body that is refused, what was handed out before does not matter.
  if (!a.rows->broken()) {
    require(a.contacts == b.contacts, "cut into pieces it has other contacts");
    for (const auto& contact : a.contacts) {
      require(contact.phone.packed() >= 1'000'000 && !contact.name.empty(), "what is no contact is taken");
      require(json_judge::of(contact.fields) != verdict::no_json && contact.fields.front() == '{',
        "custom fields are no object");
    }
  }
  const auto strict = read_in(make(http::on_invalid::reject), text, true);
  require(
    strict.rows->broken().has_value() == a.rows->broken().has_value(), "strictly read it comes to something else");
  require(strict.rows->faulty() == (a.rows->broken() || a.rows->refused_rows() > 0), "a fault was passed over");
  require(a.rows->refused_rows() > 0 || a.rows->broken() || strict.contacts == a.contacts, "contacts were lost");
  return a;
}

} // namespace redial::fuzz
