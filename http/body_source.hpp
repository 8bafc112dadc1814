/// The body of an answer that is made while it is being sent.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace redial::http {

/// What a source says when it is asked for the next piece.
enum class pulled : std::uint8_t {
  piece,  ///< it was appended
  later,  ///< there is none yet; the source calls `resume` of its link when there may be
  end,    ///< the body is complete with what was appended, which may be nothing
  failed, ///< the body cannot be completed: the connection is cut, so that the client knows
};

/// Gives a body piece by piece: it is asked for the next one when the socket has taken the former, so that a connection
/// never holds more than one piece, however slow its client reads. Used by the io thread alone; destroyed when the last
/// piece has been taken over, and when the connection goes, which is how it learns that the client did.
class body_source {
public:
  static constexpr std::size_t piece_size = 64 * 1024;

  virtual ~body_source() = default;

  /// Appends the next piece to `out`, which is empty: some `piece_size` bytes, or what there is. Must not block, nor
  /// call the link. May be asked again while it has nothing.
  virtual pulled pull(std::string& out) = 0;

  /// Whether the body has no end of its own. It then ends, in good order, when the server stops, and when the client
  /// says that it will send nothing more.
  virtual bool endless() const noexcept { return false; }

  /// How long the source may have nothing before `beat` is asked for something to send in its place; 0: for ever.
  virtual std::chrono::milliseconds heartbeat_interval() const noexcept { return {}; }
  virtual void beat(std::string& out) { static_cast<void>(out); }
};

} // namespace redial::http
