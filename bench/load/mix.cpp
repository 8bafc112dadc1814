#include "bench/load/mix.hpp"

#include "bench/contact_list.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace redial::bench {

namespace {

using boost::beast::http::verb;

enum kind { create, get, list, calls, contacts, pause, add, remove, stop };

std::shared_ptr<const std::string> action(const char* name) {
  return std::make_shared<const std::string>(std::string{R"({"action":")"} + name + "\"}");
}
const auto start_body = action("start");
const auto pause_body = action("pause");
const auto resume_body = action("resume");
const auto stop_body = action("stop");

constexpr std::uint64_t added_at_once = 10;
constexpr std::uint64_t removed_at_once = 5;
/// Phones of one campaign: its own list and room for what is added to it.
constexpr std::uint64_t phones_a_campaign = 1'000;
constexpr std::uint64_t all_phones = 900'000'000;

std::uint64_t first_phone_of(std::uint64_t campaign) { return campaign * phones_a_campaign % all_phones; }

} // namespace

mix::mix(mix_shape shape, std::uint64_t seed) : shape_{shape}, random_{seed} {
  const auto& w = shape.weights;
  choose_ = {w.create, w.get, w.list, w.calls, w.contacts, w.pause, w.add, w.remove, w.stop};
}

ask mix::create() {
  const auto number = made_++;
  return {"POST campaign", verb::post, "/v1/campaigns",
    std::make_shared<const std::string>(
      campaign_json({shape_.contacts, 3, shape_.retry_interval_minutes, first_phone_of(number)})),
    number};
}

ask mix::make(std::uint64_t) {
  const auto chosen = choose_(random_);
  if (chosen == kind::create || known_.empty())
    return create();
  auto& one = any();
  switch (chosen) {
  case kind::get: return {"GET campaign", verb::get, one.path};
  case kind::list: return {"GET campaigns?status=running", verb::get, "/v1/campaigns?status=running"};
  case kind::calls:
    return {"GET calls of a campaign", verb::get, "/v1/calls?campaign_id=" + one.path.substr(one.path.rfind('/') + 1)};
  case kind::contacts: return {"GET contacts", verb::get, one.path + "/contacts?limit=50"};
  case kind::pause:
    if (std::exchange(one.asked, true))
      return {};
    return {"PATCH pause", verb::patch, one.path, pause_body, one.number};
  case kind::stop:
    if (std::exchange(one.asked, true))
      return {};
    return {"PATCH stop", verb::patch, one.path, stop_body, one.number};
  case kind::add: {
    std::string rows;
    const auto from = shape_.contacts + random_() % (phones_a_campaign - shape_.contacts - added_at_once);
    for (std::uint64_t i = 0; i < added_at_once; ++i)
      rows += (i > 0 ? "," : "")
              + (R"({"phone":"+)" + std::to_string(first_phone + first_phone_of(one.number) + from + i))
              + R"(","name":"Late Comer"})";
    return {"POST contacts", verb::post, one.path + "/contacts", std::make_shared<const std::string>("[" + rows + "]")};
  }
  default: {
    std::string phones;
    const auto from = random_() % std::max<std::uint64_t>(shape_.contacts - removed_at_once, 1);
    for (std::uint64_t i = 0; i < removed_at_once; ++i)
      phones += (i > 0 ? ",\"+" : "\"+") + std::to_string(first_phone + first_phone_of(one.number) + from + i) + '"';
    return {"DELETE contacts", verb::delete_, one.path + "/contacts",
      std::make_shared<const std::string>(R"({"phones":[)" + phones + "]}")};
  }
  }
}

mix::campaign* mix::find(std::uint64_t number) {
  const auto found =
    std::find_if(known_.begin(), known_.end(), [number](const campaign& c) { return c.number == number; });
  return found == known_.end() ? nullptr : &*found;
}

void mix::told(const ask& asked, unsigned status, const std::string& body, open_loop& callers) {
  if (asked.kind == "POST campaign") {
    if (status != 201)
      return;
    ++created_;
    campaign fresh;
    fresh.number = asked.tag;
    fresh.path = "/v1/campaigns/" + nlohmann::json::parse(body).at("id").get<std::string>();
    callers.follow({"PATCH start", verb::patch, fresh.path, start_body, fresh.number});
    known_.push_back(std::move(fresh));
    if (known_.size() > shape_.known)
      known_.pop_front();
    return;
  }
  if (asked.kind == "PATCH pause" && status == 200)
    callers.follow({"PATCH resume", verb::patch, asked.path, resume_body, asked.tag});
  else if (asked.kind == "PATCH pause" || asked.kind == "PATCH resume" || asked.kind == "PATCH stop") {
    if (auto* one = find(asked.tag))
      one->asked = false;
  }
}

} // namespace redial::bench
