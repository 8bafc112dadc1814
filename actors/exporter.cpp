#include "actors/exporter.hpp"

#include "actors/observed.hpp"

namespace redial::actors {

namespace {

/// What is read at once, and held until it has been sent: so many contacts, or fewer where they are large.
constexpr contact_no stretch_contacts = 1024;
constexpr std::size_t stretch_bytes = 256 * 1024;

class exporter : public observed<exporter_actor> {
public:
  exporter(caf::actor_config& config, engine_context* context, campaign_no campaign)
    : observed{config, *context, actor_kind::exporter, std::to_string(campaign)}, context_{*context}, campaign_{
                                                                                                        campaign} {}

  const char* name() const override { return "exporter"; }

protected:
  behavior_type make_behavior() override {
    return heed([this](const export_next& n) { n.done(next()); }, [this](retire) { quit(); });
  }

  void on_exit() override { context_.live_exports.fetch_sub(1, std::memory_order_relaxed); }

private:
  result<std::vector<contact_detail>> next() {
    auto stretch = context_.store.read_contacts(campaign_, next_, stretch_contacts, stretch_bytes);
    if (stretch)
      next_ += static_cast<contact_no>(stretch->size());
    return stretch;
  }

  engine_context& context_;
  const campaign_no campaign_;
  contact_no next_ = 0;
};

} // namespace

exporter_actor spawn_exporter(caf::actor_system& system, engine_context& context, campaign_no campaign) {
  if (context.settings.detach_blocking)
    return system.spawn<exporter, caf::detached>(&context, campaign);
  return system.spawn<exporter>(&context, campaign);
}

} // namespace redial::actors
