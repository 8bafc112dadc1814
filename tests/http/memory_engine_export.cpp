// How a memory engine's lists are read for exports.
#include "tests/http/memory_campaign.hpp"

#include <algorithm>

namespace redial::test {

class memory_engine::reading final : public actors::contact_export {
public:
  reading(memory_engine& engine, std::shared_ptr<campaign> from) : engine_{engine}, from_{std::move(from)} {}
  ~reading() override {
    std::lock_guard lock{engine_.mutex_};
    --engine_.open_exports_;
    engine_.changed_.notify_all();
  }

  void next(actors::reply<std::vector<contact_detail>> done) override {
    engine_.answer_later([&engine = engine_, from = from_, first = std::exchange(next_, next_ + step()),
                           number = read_++, done = std::move(done)] {
      result<std::vector<contact_detail>> outcome = problem{error_code::storage_failed, "as the test demands", {}};
      {
        std::lock_guard lock{engine.mutex_};
        ++engine.stretches_;
        if (number != engine.exports_fail_after_) {
          const auto size = from->contacts.size();
          const auto begin = from->contacts.begin();
          outcome = std::vector(begin + static_cast<std::ptrdiff_t>(std::min(first, size)),
            begin + static_cast<std::ptrdiff_t>(std::min(first + engine.stretch_, size)));
        }
      }
      done(std::move(outcome));
    });
  }

private:
  std::size_t step() const {
    std::lock_guard lock{engine_.mutex_};
    return engine_.stretch_;
  }

  memory_engine& engine_;
  std::shared_ptr<campaign> from_;
  std::size_t next_ = 0;
  std::size_t read_ = 0;
};

result<std::unique_ptr<actors::contact_export>> memory_engine::begin_export(
  const actors::caller& from, const campaign_id& id) {
  std::lock_guard lock{mutex_};
  auto found = own(from.workspace, id);
  if (!found)
    return no_such_campaign();
  ++open_exports_;
  return std::make_unique<reading>(*this, std::move(found));
}

void memory_engine::set_stretch(std::size_t contacts) {
  std::lock_guard lock{mutex_};
  stretch_ = contacts;
}

void memory_engine::fail_exports(std::size_t after) {
  std::lock_guard lock{mutex_};
  exports_fail_after_ = after;
}

std::size_t memory_engine::open_exports() const {
  std::lock_guard lock{mutex_};
  return open_exports_;
}

std::size_t memory_engine::stretches() const {
  std::lock_guard lock{mutex_};
  return stretches_;
}

bool memory_engine::wait_for_open_exports(std::size_t count) const {
  std::unique_lock lock{mutex_};
  return changed_.wait_for(lock, std::chrono::seconds{10}, [&] { return open_exports_ == count; });
}

} // namespace redial::test
