/// How `redial backup`, `verify`, `keys` and `ops` speak to the redial that serves: over a socket in its data
/// directory, one line of JSON each way. Who may write in that directory may speak to it, nobody else.
///
///   {"command":"backup","to":"/absolute/path"}   {"ok":true,"campaigns":3}
///   {"command":"verify"}                         {"ok":true,"campaigns":3,"faults":["…"]}
///   {"command":"keys","action":"list"}           {"ok":true,"keys":[…]}
///   {"command":"ops"}                            {"ok":true,"campaigns":[…],"lines":{…},…}
///   anything that fails                          {"ok":false,"error":"…"}
#pragma once

#include "domain/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

namespace redial::app {

/// @returns the answer to a question. Runs on a thread of the socket's: never two short questions at once, never two
/// long ones. `go_on` turns false when redial stops.
using control_handler = std::function<nlohmann::json(const nlohmann::json& asked, const std::function<bool()>& go_on)>;

/// So many long questions may wait, the one that is answered included; others are told that redial is busy.
inline constexpr unsigned max_long_questions = 8;

/// The serving end. A thread takes the questions and answers one after the other; another one does so for those that
/// take long, so that whoever looks at redial sees it also while a backup is made. A socket that a former process left
/// behind is replaced; the lock on the data makes sure that it is a former one's.
class control_server {
public:
  /// @param takes_long which questions the second thread is for
  /// @returns `storage_failed` where the socket cannot be made.
  static result<std::unique_ptr<control_server>> start(const std::filesystem::path& data_directory,
    control_handler handler, std::function<bool(const nlohmann::json& asked)> takes_long);

  /// Answers what it is at, lets go of what waits, takes the socket away.
  ~control_server();
  control_server(const control_server&) = delete;
  control_server& operator=(const control_server&) = delete;

private:
  struct impl;
  explicit control_server(std::unique_ptr<impl> self);
  std::unique_ptr<impl> self_;
};

/// Asks the redial that serves the data in `data_directory`, and waits for as long as it takes. @returns nullopt where
/// none does, `unavailable` where the connection breaks off half way.
result<std::optional<nlohmann::json>> ask_control(
  const std::filesystem::path& data_directory, const nlohmann::json& asked);

} // namespace redial::app
