/// POST /v1/campaigns: from the bytes of the body to a created campaign.
#pragma once

#include "http/campaign_body.hpp"
#include "http/exchange.hpp"

#include <memory>
#include <optional>
#include <string>

namespace redial::http {

/// Passes contacts on to an upload while they are parsed, one chunk at a time. The next is being parsed meanwhile; when
/// it is full too, the connection is not read any further until the engine has taken the first. Destroyed before its
/// end, or after a fault, it leaves nothing behind. Used by one io thread alone.
class campaign_intake final : public body_sink, public std::enable_shared_from_this<campaign_intake> {
public:
  campaign_intake(route_context context, const request& asked, session_link_ptr link);

  bool feed(std::string_view slice) override;
  void end() override;
  /// Answers why not, whatever the body is; what follows of it is not looked at.
  void refuse(const problem_details& why);

private:
  void pump();
  bool begin();
  void added(const result<void>& outcome);
  void create();
  bool must_wait() const noexcept { return upload_ && adding_ && body_.has_full_chunk(); }

  route_context context_;
  actors::caller from_;
  std::shared_ptr<const actors::keyed_request> keyed_;
  session_link_ptr link_;
  campaign_body body_;
  std::unique_ptr<actors::campaign_upload> upload_;
  std::optional<campaign_definition> definition_; ///< set once the body is complete and valid
  bool adding_ = false;                           ///< a chunk is with the engine
  bool waiting_ = false;                          ///< the connection waits for `resume`
  bool ended_ = false;                            ///< the body is complete
  bool answered_ = false;                         ///< or about to be
};

} // namespace redial::http
