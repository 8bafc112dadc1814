#include "http/export_source.hpp"

#include "http/contact_csv.hpp"
#include "http/encode.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace redial::http {

namespace {

/// Custom fields are kept as they were given, which may be over several lines; where JSON has a line break, a space
/// says the same.
void append_line(std::string& out, const contact_detail& contact) {
  const auto begin = static_cast<std::ptrdiff_t>(out.size());
  append_contact(out, contact);
  std::replace_if(
    out.begin() + begin, out.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  out += '\n';
}

} // namespace

export_source::export_source(std::unique_ptr<actors::contact_export> list, std::vector<contact_detail> first,
  export_format format, session_link_ptr link)
  : list_{std::move(list)}, format_{format}, link_{std::move(link)}, stretch_{std::move(first)} {}

pulled export_source::pull(std::string& out) {
  if (failed_)
    return pulled::failed;
  if (asked_)
    return pulled::later;
  if (!begun_ && format_ == export_format::csv)
    append_csv_header(out);
  begun_ = true;
  for (; next_ < stretch_.size() && out.size() < piece_size; ++next_) {
    if (format_ == export_format::csv)
      append_csv_rows(out, stretch_[next_]);
    else
      append_line(out, stretch_[next_]);
  }
  if (next_ < stretch_.size())
    return pulled::piece;
  if (stretch_.empty())
    return pulled::end;
  ask();
  return pulled::piece;
}

/// What has been sent is given back before more is read.
void export_source::ask() {
  asked_ = true;
  stretch_ = {};
  next_ = 0;
  list_->next([link = link_, self = weak_from_this()](result<std::vector<contact_detail>> stretch) {
    link->post([link, self, stretch = std::move(stretch)]() mutable {
      if (const auto source = self.lock()) {
        source->take(std::move(stretch));
        link->resume();
      }
    });
  });
}

void export_source::take(result<std::vector<contact_detail>> stretch) {
  asked_ = false;
  if (stretch) {
    stretch_ = std::move(*stretch);
  } else {
    failed_ = true;
    spdlog::error("http: an export ends half way: {}", stretch.error().detail);
  }
}

} // namespace redial::http
