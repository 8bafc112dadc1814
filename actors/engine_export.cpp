#include "actors/engine.hpp"
#include "actors/exporter.hpp"

namespace redial::actors {

namespace {

/// The caller's end of an export; its actor goes with it.
class export_handle final : public contact_export {
public:
  explicit export_handle(exporter_actor actor) : actor_{std::move(actor)} {}
  ~export_handle() override { caf::anon_send(actor_, retire{}); }
  export_handle(const export_handle&) = delete;
  export_handle& operator=(const export_handle&) = delete;

  void next(reply<std::vector<contact_detail>> done) override {
    caf::anon_send(actor_, export_next{reply_once<std::vector<contact_detail>>{std::move(done)}});
  }

private:
  exporter_actor actor_;
};

} // namespace

result<std::unique_ptr<contact_export>> engine::begin_export(const caller& from, const campaign_id& id) {
  if (auto why = unreadable())
    return *why;
  const auto view = find(from.workspace, id);
  if (!view)
    return problem{error_code::not_found, "no such campaign", {}};
  if (context_.live_exports.fetch_add(1, std::memory_order_relaxed) >= context_.settings.max_exports) {
    context_.live_exports.fetch_sub(1, std::memory_order_relaxed);
    return problem{error_code::overloaded, "too many campaigns are being exported at once", {}};
  }
  return std::make_unique<export_handle>(spawn_exporter(system_, context_, view->number));
}

} // namespace redial::actors
