#include "http/event_encode.hpp"

#include "http/encode.hpp"
#include "http/encode_call.hpp"
#include "http/json_text.hpp"

namespace redial::http {

std::string encode_event(const actors::feed_message& message) {
  const auto type = to_string(message.what.type);
  std::string out;
  out.reserve(1024);
  out += R"({"id":)";
  append_json_string(out, message.id.to_string());
  out += R"(,"type":)";
  append_json_string(out, type);
  out += R"(,"event":)";
  append_json_string(out, type);
  out += R"(,"created_at":)";
  append_time(out, message.what.at);
  out += R"(,"data":{"campaign":)";
  if (message.state) {
    append_campaign(out, *message.state);
  } else if (!message.campaign->single_call.empty()) {
    out += "null"; // a one-off call has none that its caller knows
  } else {
    out += R"({"id":)";
    append_json_string(out, message.campaign->id.view());
    out += R"(,"name":)";
    append_json_string(out, message.campaign->name);
    out += '}';
  }
  if (message.what.call && message.contact) {
    out += R"(,"call":)";
    const auto& call = *message.what.call;
    append_call(out, call.ended ? detail_of(message.campaign, *message.contact, *call.ended)
                                : detail_of(message.campaign, *message.contact, *call.open, call.attempt));
    out += R"(,"contact":)";
    append_person(out, *message.contact);
  }
  out += "}}";
  return out;
}

} // namespace redial::http
