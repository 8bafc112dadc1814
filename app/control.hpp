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

/// @returns the answer to a question. Runs on the thread of the socket. `go_on` turns false when redial stops.
using control_handler = std::function<nlohmann::json(const nlohmann::json& asked, const std::function<bool()>& go_on)>;

/// The serving end: one thread, which answers one question after the other. A socket that a former process left behind
/// is replaced; the lock on the data makes sure that it is a former one's.
class control_server {
public:
  /// @returns `storage_failed` where the socket cannot be made.
  static result<std::unique_ptr<control_server>> start(
    const std::filesystem::path& data_directory, control_handler handler);

  /// Answers what it is at, takes the socket away.
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
