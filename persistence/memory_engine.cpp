#include "persistence/engine.hpp"

#include <map>
#include <mutex>
#include <shared_mutex>
#include <utility>
#include <variant>
#include <vector>

namespace redial::persistence {

namespace {

using rows = std::map<std::string, std::string, std::less<>>;

std::size_t index_of(table which) noexcept { return static_cast<std::size_t>(which); }

struct put_change {
  table where;
  std::string key;
  std::string value;
};
struct erase_change {
  table where;
  std::string from;
  std::string to; ///< erases `from` alone if empty
};

class memory_batch final : public batch {
public:
  void put(table where, std::string_view key, std::string_view value) override {
    changes.emplace_back(put_change{where, std::string{key}, std::string{value}});
  }
  void erase(table where, std::string_view key) override {
    changes.emplace_back(erase_change{where, std::string{key}, {}});
  }
  void erase_range(table where, std::string_view from, std::string_view to) override {
    if (!may_erase_range(where, from))
      refused = true;
    else if (from < to)
      changes.emplace_back(erase_change{where, std::string{from}, std::string{to}});
  }

  std::vector<std::variant<put_change, erase_change>> changes;
  bool refused = false;
};

std::optional<std::string> found_in(const rows& all, std::string_view key) {
  const auto it = all.find(key);
  return it == all.end() ? std::nullopt : std::optional{it->second};
}

std::optional<std::pair<std::string, std::string>> last_in(
  const rows& all, std::string_view key, std::string_view floor) {
  auto it = all.upper_bound(key);
  if (it == all.begin() || (--it)->first < floor)
    return std::nullopt;
  return std::pair{it->first, it->second};
}

void visit_in(const rows& all, std::string_view from, std::string_view to,
  const std::function<bool(std::string_view key, std::string_view value)>& visit) {
  if (from >= to)
    return;
  const auto end = all.lower_bound(to);
  for (auto it = all.lower_bound(from); it != end; ++it) {
    if (!visit(it->first, it->second))
      break;
  }
}

/// A scan reads a table that no one changes any more: who writes while it runs changes a copy. So visitors may call the
/// engine themselves, and no scan makes a writer wait.
class memory_engine final : public engine {
public:
  memory_engine() {
    for (auto& t : tables_)
      t = std::make_shared<rows>();
  }

  std::unique_ptr<batch> new_batch() override { return std::make_unique<memory_batch>(); }

  result<void> write(batch& changes, bool) override {
    auto& mine = static_cast<memory_batch&>(changes);
    if (std::exchange(mine.refused, false)) {
      mine.changes.clear();
      return problem{error_code::storage_failed, "preparing a write to the store: such a range is not erased", {}};
    }
    const std::unique_lock lock{mutex_};
    for (auto& change : mine.changes)
      std::visit([this](auto& c) { apply(c); }, change);
    mine.changes.clear();
    return {};
  }

  result<std::optional<std::string>> get(table where, std::string_view key) const override {
    const std::shared_lock lock{mutex_};
    return found_in(*tables_[index_of(where)], key);
  }

  result<void> scan(table where, std::string_view from, std::string_view to,
    const std::function<bool(std::string_view key, std::string_view value)>& visit) const override {
    const pinned all{*this, where};
    visit_in(*all, from, to, visit);
    return {};
  }

  result<std::optional<std::pair<std::string, std::string>>> last_at_most(
    table where, std::string_view key, std::string_view floor) const override {
    const std::shared_lock lock{mutex_};
    return last_in(*tables_[index_of(where)], key, floor);
  }

  result<std::unique_ptr<reader>> snapshot() const override { return std::unique_ptr<reader>{new instant{*this}}; }

private:
  /// One table as it is now. Taken and given back under the lock, so that a writer who finds itself the only owner has
  /// seen the readers off.
  class pinned {
  public:
    pinned(const memory_engine& from, table where) : from_{from} {
      const std::shared_lock lock{from_.mutex_};
      rows_ = from_.tables_[index_of(where)];
    }
    ~pinned() {
      const std::shared_lock lock{from_.mutex_};
      rows_.reset();
    }
    pinned(const pinned&) = delete;
    pinned& operator=(const pinned&) = delete;
    const rows& operator*() const noexcept { return *rows_; }

  private:
    const memory_engine& from_;
    std::shared_ptr<const rows> rows_;
  };

  /// All tables as they are now.
  class instant final : public reader {
  public:
    explicit instant(const memory_engine& from) : from_{from} {
      const std::shared_lock lock{from_.mutex_};
      for (std::size_t i = 0; i < tables_.size(); ++i)
        tables_[i] = from_.tables_[i];
    }
    ~instant() override {
      const std::shared_lock lock{from_.mutex_};
      tables_ = {};
    }
    instant(const instant&) = delete;
    instant& operator=(const instant&) = delete;

    result<std::optional<std::string>> get(table where, std::string_view key) const override {
      return found_in(*tables_[index_of(where)], key);
    }
    result<void> scan(table where, std::string_view from, std::string_view to,
      const std::function<bool(std::string_view key, std::string_view value)>& visit) const override {
      visit_in(*tables_[index_of(where)], from, to, visit);
      return {};
    }
    result<std::optional<std::pair<std::string, std::string>>> last_at_most(
      table where, std::string_view key, std::string_view floor) const override {
      return last_in(*tables_[index_of(where)], key, floor);
    }

  private:
    const memory_engine& from_;
    std::array<std::shared_ptr<const rows>, all_tables.size()> tables_;
  };

  rows& writable(table where) {
    auto& mine = tables_[index_of(where)];
    if (mine.use_count() > 1)
      mine = std::make_shared<rows>(*mine);
    return *mine;
  }

  void apply(put_change& c) { writable(c.where).insert_or_assign(std::move(c.key), std::move(c.value)); }
  void apply(erase_change& c) {
    auto& all = writable(c.where);
    if (c.to.empty()) {
      if (const auto it = all.find(c.from); it != all.end())
        all.erase(it);
    } else {
      all.erase(all.lower_bound(c.from), all.lower_bound(c.to));
    }
  }

  mutable std::shared_mutex mutex_;
  std::array<std::shared_ptr<rows>, all_tables.size()> tables_;
};

} // namespace

std::unique_ptr<engine> make_memory_engine() { return std::make_unique<memory_engine>(); }

} // namespace redial::persistence
