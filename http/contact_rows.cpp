#include "http/contact_rows.hpp"

namespace redial::http {

void contact_rows::hand_out(contact_profile contact) {
  if (faulty())
    return;
  if (chunks_.empty() || chunks_.back().size() == chunk_size)
    chunks_.emplace_back();
  chunks_.back().push_back(std::move(contact));
}

std::vector<contact_profile> contact_rows::take_chunk() {
  if (chunks_.empty())
    return {};
  auto chunk = std::move(chunks_.front());
  chunks_.pop_front();
  return chunk;
}

} // namespace redial::http
