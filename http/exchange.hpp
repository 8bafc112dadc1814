/// What a route is given, and how it answers.
#pragma once

#include "actors/key_service.hpp"
#include "actors/service.hpp"
#include "http/media_type.hpp"
#include "http/response.hpp"
#include "http/view_cache.hpp"

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace redial::http {

/// Takes what a telephony provider has to say: the signature that it bears, its body as it came, and where to answer.
/// Callable from any thread; answers once, from any thread. Empty where calls do not go through such a provider.
using provider_callback =
  std::function<void(std::string_view signature, std::string_view body, std::function<void(result<void>)> done)>;

struct live_streams;
class request_figures;

/// What routes share within one io thread.
struct route_context {
  actors::service& engine;
  actors::key_service& keys;
  const clock& time;
  view_cache& views;
  const provider_callback& take_callback;
  live_streams& streams;
  const request_figures& requests; ///< what has been counted of them
  const std::string& config;       ///< the settings, secrets masked, as JSON
};

/// One request, its body (if the route collects it) whole.
struct request {
  std::string_view id;                         ///< X-Request-Id
  workspace_name workspace{default_workspace}; ///< of the key that the request bears
  access_scope scope = access_scope::read;     ///< how far that reaches
  std::string_view last_event_id;              ///< Last-Event-ID, valid within the handler
  std::string_view signature;             ///< Redial-Signature, empty where there is none; valid within the handler
  std::array<std::string, 2> path_values; ///< what stands for the {…} of the route's path, decoded
  std::string query;                      ///< after the "?", not decoded
  std::string body;
  media body_type = media::json; ///< as its Content-Type says; one of those that the route takes
  /// Under what the answer is to be kept; null where there is no Idempotency-Key, or the route does not heed it. Given
  /// back when the request is answered: a command takes a copy (`note_of`).
  std::shared_ptr<const actors::keyed_request> keyed;

  actors::caller caller() const { return {workspace, std::string{id}}; }
};

/// The way back to the connection from where its answer is made. `post` may be called from any thread, also after the
/// connection or the server has gone: then nothing happens. The rest is for the io thread, within what was posted.
class session_link {
public:
  virtual ~session_link() = default;
  /// Runs `work` in the connection's io thread, never within this call.
  virtual void post(std::function<void()> work) = 0;
  /// Sends the answer. Once a request; later ones are dropped.
  virtual void answer(response what) = 0;
  /// The body sink takes more, or the body source has more.
  virtual void resume() = 0;
};
using session_link_ptr = std::shared_ptr<session_link>;

/// Answers a request later, once, from any thread. If it is lost unanswered, the client gets a 503.
class responder {
public:
  explicit responder(session_link_ptr link);
  /// `make` is run in the io thread. Copies of the responder may be kept; calls after the first do nothing.
  void operator()(std::function<response()> make) const;

private:
  struct once;
  std::shared_ptr<once> once_;
};

/// Takes a body while it arrives. Used by the io thread alone; destroyed when the connection goes, which is how it
/// learns that the client went half way.
class body_sink {
public:
  virtual ~body_sink() = default;
  /// @returns whether more may come at once; if not, the sink calls `resume` (or `answer`) of its link later.
  virtual bool feed(std::string_view slice) = 0;
  /// The body is complete; the sink answers.
  virtual void end() = 0;
};

/// Makes the link of the request under way, if its route needs one.
using link_maker = std::function<session_link_ptr()>;

/// Answers at once, or takes a link and returns nullopt. Must not block.
using handler = std::optional<response> (*)(route_context&, request&, const link_maker&);
/// Gives an answer that was kept for its Idempotency-Key, where that is more than repeating it.
using replayer = void (*)(route_context&, request&, response kept, const link_maker&);
/// Opens the sink for a body that is to be streamed.
using sink_opener = std::shared_ptr<body_sink> (*)(route_context&, request&, const link_maker&);

} // namespace redial::http
