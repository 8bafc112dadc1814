#include "persistence/answer_records.hpp"

#include "persistence/records.pb.h"

#include <limits>

namespace redial::persistence {

namespace {

bool parse(std::string_view bytes, record::answer& out) {
  return bytes.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max())
         && out.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) && out.status() != 0;
}

} // namespace

std::string encode_answer(const kept_answer& answer) {
  record::answer row;
  row.set_fingerprint(answer.fingerprint);
  row.set_status(answer.status);
  row.set_location(answer.location);
  row.set_content_type(answer.content_type);
  row.set_body(answer.body);
  row.set_created_at(answer.created_at.time_since_epoch().count());
  return row.SerializeAsString();
}

bool decode_answer(std::string_view bytes, kept_answer& out) {
  record::answer row;
  if (!parse(bytes, row))
    return false;
  out.fingerprint = row.fingerprint();
  out.status = row.status();
  out.location = row.location();
  out.content_type = row.content_type();
  out.body = row.body();
  out.created_at = time_point{milliseconds{row.created_at()}};
  return true;
}

bool decode_answer_time(std::string_view bytes, time_point& out) {
  thread_local record::answer row;
  if (!parse(bytes, row))
    return false;
  out = time_point{milliseconds{row.created_at()}};
  return true;
}

} // namespace redial::persistence
