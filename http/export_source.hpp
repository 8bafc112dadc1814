/// A campaign's list as the body of an answer: read from the store stretch by stretch while it is being sent.
#pragma once

#include "http/body_source.hpp"
#include "http/exchange.hpp"

#include <memory>
#include <vector>

namespace redial::http {

enum class export_format : std::uint8_t { csv, ndjson };

class export_source final : public body_source, public std::enable_shared_from_this<export_source> {
public:
  /// @param first the first stretch of the list, empty where it has no contact
  export_source(std::unique_ptr<actors::contact_export> list, std::vector<contact_detail> first, export_format format,
    session_link_ptr link);

  pulled pull(std::string& out) override;

private:
  void ask();
  void take(result<std::vector<contact_detail>> stretch);

  const std::unique_ptr<actors::contact_export> list_;
  const export_format format_;
  const session_link_ptr link_;
  bool begun_ = false;
  bool asked_ = false; ///< the next stretch is on its way
  bool failed_ = false;
  std::size_t next_ = 0; ///< of `stretch_`
  std::vector<contact_detail> stretch_;
};

} // namespace redial::http
