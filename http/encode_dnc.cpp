#include "http/encode_dnc.hpp"

#include "http/json_text.hpp"

namespace redial::http {

void append_dnc_entry(std::string& out, const dnc_entry& entry) {
  out += R"({"phone":)";
  append_json_string(out, entry.phone.to_string());
  out += R"(,"reason":)";
  append_text_or_null(out, entry.reason);
  out += R"(,"source":)";
  append_text_or_null(out, entry.source);
  out += R"(,"created_at":)";
  append_time(out, entry.created_at);
  out += R"(,"expires_at":)";
  append_time(out, entry.expires_at);
  out += '}';
}

} // namespace redial::http
