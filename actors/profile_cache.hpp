/// Names and custom fields of the contacts that are being called, read from the store a run at a time.
#pragma once

#include "persistence/store.hpp"

#include <array>
#include <memory>

namespace redial::actors {

/// Contacts are dialed nearly in list order, so one read serves the next 31 too. Not thread-safe; reads the store.
class profile_cache {
public:
  profile_cache(const persistence::store& store, campaign_no campaign) : store_{store}, campaign_{campaign} {}

  /// @returns the immutable part of `contact`; it keeps its run alive. `storage_failed` where the store cannot give it.
  result<std::shared_ptr<const contact_profile>> get(contact_no contact) {
    const auto first = contact - contact % run_length;
    auto& slot = slots_[(first / run_length) % slots_.size()];
    if (!slot.run || slot.first != first || contact - first >= slot.run->size()) {
      auto loaded = store_.load_profiles(campaign_, first, run_length);
      if (!loaded)
        return loaded.error();
      if (contact - first >= loaded->size())
        return problem{error_code::storage_failed, "contact " + std::to_string(contact) + " has no profile", {}};
      slot = {first, std::make_shared<const std::vector<contact_profile>>(std::move(*loaded))};
    }
    return std::shared_ptr<const contact_profile>{slot.run, &(*slot.run)[contact - first]};
  }

  void clear() { slots_ = {}; }

private:
  static constexpr contact_no run_length = 32;
  struct cached_run {
    contact_no first = 0;
    std::shared_ptr<const std::vector<contact_profile>> run;
  };
  const persistence::store& store_;
  campaign_no campaign_;
  std::array<cached_run, 4> slots_;
};

} // namespace redial::actors
