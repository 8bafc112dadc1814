/// POST /v1/campaigns/{id}/contacts: from the bytes of the body to contacts on a campaign's list.
#pragma once

#include "http/contact_rows.hpp"
#include "http/exchange.hpp"

#include <memory>
#include <optional>

namespace redial::http {

/// Passes contacts on to an addition while they are parsed, one chunk at a time. The next is being parsed meanwhile;
/// when it is full too, the connection is not read any further until the engine has taken the first. Destroyed before
/// its end, or after a fault, it leaves nothing behind. Used by one io thread alone.
class contact_intake final : public body_sink, public std::enable_shared_from_this<contact_intake> {
public:
  contact_intake(
    route_context context, const request& asked, campaign_id campaign, on_invalid policy, session_link_ptr link);

  bool feed(std::string_view slice) override;
  void end() override;

  /// Nothing will be added; a short body is read to its end before that is said.
  void refuse_later(problem_details why) { doomed_ = std::move(why); }

private:
  void pump();
  bool begin();
  void taken(const result<void>& outcome);
  void finish();
  bool must_wait() const noexcept { return addition_ && adding_ && rows_->has_full_chunk(); }
  void refuse(problem_details why);

  route_context context_;
  actors::caller from_;
  std::shared_ptr<const actors::keyed_request> keyed_;
  campaign_id campaign_;
  session_link_ptr link_;
  std::unique_ptr<contact_rows> rows_;
  std::unique_ptr<actors::contact_addition> addition_;
  std::optional<problem_details> doomed_;
  std::size_t passed_over_ = 0; ///< bytes of a body of which nothing comes
  bool adding_ = false;         ///< a chunk is with the engine
  bool waiting_ = false;        ///< the connection waits for `resume`
  bool ended_ = false;          ///< the body is complete
  bool answered_ = false;       ///< or about to be
};

} // namespace redial::http
