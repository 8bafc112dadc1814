#include "bench/provider/ledger_check.hpp"

#include <tuple>
#include <unordered_map>
#include <unordered_set>

namespace redial::provider {

namespace {

class checker {
public:
  ledger_report take_report() { return std::move(report_); }

  void operator()(const url_fact&) {}

  void operator()(const placed_fact& f) {
    ++report_.placed;
    const auto shown = f.attempt_id.to_string() + " (" + f.to.to_string() + ", attempt "
                       + std::to_string(unsigned{f.attempt}) + " of " + f.campaign + ")";
    if (f.number != report_.placed)
      fault("call " + std::to_string(f.number) + " stands where call " + std::to_string(report_.placed) + " should");
    if (!ids_.insert(f.attempt_id).second)
      fault("placed twice: " + shown);
    if (fenced_.contains(f.attempt_id))
      fault("placed after a look-up was told that it never will be: " + shown);
    const auto campaign = campaigns_.emplace(f.campaign, campaigns_.size()).first->second;
    if (!attempts_.insert({campaign, f.to, f.attempt}).second)
      fault("the same attempt at the same contact placed under two ids, the later: " + shown);
  }

  void operator()(const fenced_fact& f) {
    ++report_.fenced;
    if (ids_.contains(f.attempt_id))
      fault("fenced after it was placed: " + f.attempt_id.to_string());
    fenced_.insert(f.attempt_id);
  }

  void operator()(const refused_fact& f) { ++report_.refused[f.status]; }

  void operator()(const cancelled_fact& f) {
    ++report_.cancelled;
    known(f.number, "cancelled");
  }

  void operator()(const ended_fact& f) {
    ++report_.ended;
    ++report_.outcomes[std::string{to_string(f.outcome)}];
    if (known(f.number, "ended") && !ended_.insert(f.number).second)
      fault("call " + std::to_string(f.number) + " ended twice");
  }

  void operator()(const told_fact& f) {
    ++report_.told;
    known(f.number, "told");
  }

private:
  struct attempt_key {
    std::size_t campaign;
    phone to;
    std::uint8_t attempt;
    friend bool operator==(const attempt_key&, const attempt_key&) = default;
  };
  struct attempt_hash {
    std::size_t operator()(const attempt_key& key) const noexcept {
      return (std::hash<phone>{}(key.to) * 31 + key.campaign) * 31 + key.attempt;
    }
  };

  bool known(std::uint64_t number, const char* what) {
    if (number >= 1 && number <= report_.placed)
      return true;
    fault("call " + std::to_string(number) + " was " + what + ", but never placed");
    return false;
  }

  void fault(std::string what) {
    constexpr std::size_t most = 100;
    ++report_.fault_count;
    if (report_.faults.size() < most)
      report_.faults.push_back(std::move(what));
  }

  ledger_report report_;
  std::unordered_map<std::string, std::size_t> campaigns_;
  std::unordered_set<call_id> ids_;
  std::unordered_set<call_id> fenced_;
  std::unordered_set<attempt_key, attempt_hash> attempts_;
  std::unordered_set<std::uint64_t> ended_;
};

} // namespace

std::string ledger_report::to_text() const {
  std::string text = std::to_string(placed) + " placed, " + std::to_string(ended) + " ended, " + std::to_string(told)
                     + " told to the end, " + std::to_string(cancelled) + " cancelled, " + std::to_string(fenced)
                     + " fenced\n";
  for (const auto& [status, count] : refused)
    text += "refused with " + std::to_string(status) + ": " + std::to_string(count) + "\n";
  for (const auto& [outcome, count] : outcomes)
    text += outcome + ": " + std::to_string(count) + "\n";
  for (const auto& each : faults)
    text += "FAULT: " + each + "\n";
  if (fault_count > faults.size())
    text += "… and " + std::to_string(fault_count - faults.size()) + " more\n";
  text += clean() ? "clean\n" : std::to_string(fault_count) + " faults\n";
  return text;
}

ledger_report check_ledger(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file))
    throw std::runtime_error{"there is no " + file.string()};
  checker check;
  read_ledger(file, [&](const fact& what) { std::visit(check, what); });
  return check.take_report();
}

} // namespace redial::provider
