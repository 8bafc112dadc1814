#include "app/top_screen.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace redial::app {

namespace {

using nlohmann::json;

/// 12345 as "12.3k": at most six characters.
std::string brief(double value) {
  constexpr std::array units{"", "k", "M", "G", "T"};
  std::size_t unit = 0;
  for (; value >= 10'000 && unit + 1 < units.size(); ++unit)
    value /= 1000;
  if (unit == 0 && value == static_cast<double>(static_cast<std::int64_t>(value)))
    return fmt::format("{:.0f}", value);
  return fmt::format("{:.1f}{}", value, units[unit]);
}

double number(const json& of, const char* name) {
  const auto found = of.find(name);
  return found != of.end() && found->is_number() ? found->get<double>() : 0;
}

std::string text(const json& of, const char* name) {
  const auto found = of.find(name);
  return found != of.end() && found->is_string() ? found->get<std::string>() : std::string{"-"};
}

/// Control characters of a name must not reach the terminal; what is cut is cut between characters.
std::string shown(std::string_view from, std::size_t most) {
  std::string out;
  std::size_t columns = 0;
  for (std::size_t i = 0; i < from.size();) {
    const auto lead = static_cast<unsigned char>(from[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (columns++ == most)
      break;
    const auto one = from.substr(i, length);
    const bool control =
      lead < 0x20 || lead == 0x7f || (lead == 0xc2 && one.size() > 1 && static_cast<unsigned char>(one[1]) < 0xa0);
    out += control ? std::string_view{"?"} : one;
    i += length;
  }
  return out;
}

const json* of_id(const json& looks, const std::string& id) {
  const auto all = looks.find("campaigns");
  if (all == looks.end())
    return nullptr;
  for (const auto& each : *all) {
    if (text(each, "id") == id)
      return &each;
  }
  return nullptr;
}

const json* of_kind(const json& looks, const std::string& kind) {
  const auto all = looks.find("actors");
  if (all == looks.end())
    return nullptr;
  for (const auto& each : *all) {
    if (text(each, "kind") == kind)
      return &each;
  }
  return nullptr;
}

std::string rate(double before, double now, double passed) {
  return passed > 0 && now >= before ? brief((now - before) / passed) : std::string{"-"};
}

class screen {
public:
  explicit screen(screen_size size) : size_{size} {}

  void line(std::string_view text) {
    if (rows_++ < size_.rows)
      out_ += shown(text, size_.columns) + '\n';
  }
  std::size_t left() const { return rows_ < size_.rows ? size_.rows - rows_ : 0; }
  std::string take() { return std::move(out_); }

private:
  screen_size size_;
  std::size_t rows_ = 0;
  std::string out_;
};

} // namespace

std::string draw_top(const json& before, const json& now, double passed, screen_size size) {
  screen out{size};
  const auto& lines = now.at("lines");
  const auto& store = now.at("store");
  const auto& commits = store.at("commits");
  const auto formerly = [&before](const char* name) { return before.is_object() ? number(before, name) : 0; };
  const auto since = before.is_object() ? passed : 0;

  out.line(
    fmt::format("redial  {}   campaigns {}   attempts {} ({}/s)", text(now, "at"), brief(number(now, "campaign_count")),
      brief(number(now, "attempted")), rate(formerly("attempted"), number(now, "attempted"), since)));
  out.line(fmt::format("lines   {} of {} in use   allowed {}   wanted {}   campaigns waiting {}{}",
    brief(number(lines, "in_use")), brief(number(lines, "limit")), brief(number(lines, "allowed")),
    brief(number(lines, "wanted")), brief(number(lines, "campaigns_waiting")),
    text(lines, "held_until") == "-" ? "" : "   held until " + text(lines, "held_until")));
  out.line(
    fmt::format("store   {}   commit p50 {:.1f} ms p99 {:.1f} ms   events a commit {}   log {}B   debt {}B   stalls {}",
      store.value("healthy", false) ? "healthy" : "TAKES NO WRITES", 1000 * number(commits.at("seconds"), "p50"),
      1000 * number(commits.at("seconds"), "p99"), brief(number(commits.at("events"), "mean")),
      brief(number(store, "log_bytes")), brief(number(store.at("compaction"), "debt_bytes")),
      brief(number(store.at("stalls"), "slowdowns") + number(store.at("stalls"), "stops"))));
  out.line("");
  out.line(fmt::format("{:<14} {:>6} {:>8} {:>8} {:>9} {:>6} {:>5}", "ACTORS", "LIVE", "MAILBOX", "LONGEST",
    "HANDLED/S", "BUSY%", "SLOW"));
  for (const auto& each : now.at("actors")) {
    const auto* was = before.is_object() ? of_kind(before, text(each, "kind")) : nullptr;
    const auto busy =
      was && passed > 0 ? 100 * (number(each, "busy_seconds") - number(*was, "busy_seconds")) / passed : 0;
    out.line(fmt::format("{:<14} {:>6} {:>8} {:>8} {:>9} {:>6.1f} {:>5}", text(each, "kind"),
      brief(number(each, "live")), brief(number(each, "mailbox")), brief(number(each, "longest_mailbox")),
      was ? rate(number(*was, "handled"), number(each, "handled"), passed) : "-", std::max(busy, 0.0),
      brief(number(each, "slow"))));
  }
  out.line("");
  out.line(fmt::format("{:<13} {:<20} {:<9} {:>8} {:>8} {:>8} {:>8} {:>7} {:>7}", "CAMPAIGN", "NAME", "STATUS",
    "ATTEMPTS", "PER S", "IN CALL", "WAITING", "LEFT", "MAILBOX"));
  // Those that dial most now come first.
  struct row {
    const json* campaign;
    double per_second;
  };
  std::vector<row> rows;
  for (const auto& each : now.at("campaigns")) {
    const auto* was = before.is_object() ? of_id(before, text(each, "id")) : nullptr;
    const auto attempted = number(each.at("counters"), "attempted");
    rows.push_back({&each, was && passed > 0 ? (attempted - number(was->at("counters"), "attempted")) / passed : 0});
  }
  std::stable_sort(rows.begin(), rows.end(), [](const row& a, const row& b) { return a.per_second > b.per_second; });
  for (const auto& each : rows) {
    if (out.left() == 0)
      break;
    const auto& c = each.campaign->at("counters");
    out.line(fmt::format("{:<13} {:<20} {:<9} {:>8} {:>8} {:>8} {:>8} {:>7} {:>7}", text(*each.campaign, "id"),
      shown(text(*each.campaign, "name"), 20), text(*each.campaign, "status"), brief(number(c, "attempted")),
      brief(each.per_second), brief(number(c, "in_progress")), brief(number(c, "waiting_retry")),
      brief(number(c, "pending")), brief(number(*each.campaign, "mailbox"))));
  }
  return out.take();
}

} // namespace redial::app
