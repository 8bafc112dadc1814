/// JSON in and JSON out, by Google Benchmark.
#include "bench/contact_list.hpp"
#include "bench/samples.hpp"
#include "http/call_body.hpp"
#include "http/campaign_body.hpp"
#include "http/encode.hpp"
#include "http/encode_call.hpp"
#include "http/event_encode.hpp"
#include "http/phones_body.hpp"

#include <benchmark/benchmark.h>

namespace {

using namespace redial;

/// The body of POST /v1/campaigns in the slices in which a connection brings it; each chunk dropped as it is ready.
void parse_campaign_body(benchmark::State& state) {
  const auto body = bench::campaign_json({100'000, 3, 240});
  constexpr std::size_t slice = 64 * 1024;
  for (auto _ : state) {
    http::campaign_body parser;
    for (std::size_t at = 0; at < body.size(); at += slice) {
      parser.feed(std::string_view{body}.substr(at, slice));
      while (parser.has_full_chunk())
        benchmark::DoNotOptimize(parser.take_chunk());
    }
    if (parser.faulty())
      state.SkipWithError("the body is refused");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
  state.SetItemsProcessed(state.iterations() * 100'000);
}
BENCHMARK(parse_campaign_body)->Unit(benchmark::kMillisecond);

void parse_call_body(benchmark::State& state) {
  const std::string body = R"({"phone":"+919000000000","name":"Asha Sharma","script_id":"script-1","language":"hi-IN",)"
                           R"("fields":{"city":"Pune","due":100,"plan":"A"}})";
  for (auto _ : state) {
    auto read = http::read_call(body);
    if (std::get_if<http::problem_details>(&read) != nullptr)
      state.SkipWithError("the body is refused");
    benchmark::DoNotOptimize(read);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}
BENCHMARK(parse_call_body);

/// A thousand phones to be removed.
void parse_phones_body(benchmark::State& state) {
  std::string body = R"({"phones":[)";
  for (std::uint64_t i = 0; i < 1'000; ++i)
    body += (i > 0 ? ",\"+" : "\"+") + std::to_string(bench::first_phone + i) + '"';
  body += "]}";
  for (auto _ : state) {
    auto read = http::read_phones(body);
    if (std::get_if<http::problem_details>(&read) != nullptr)
      state.SkipWithError("the body is refused");
    benchmark::DoNotOptimize(read);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
  state.SetItemsProcessed(state.iterations() * 1'000);
}
BENCHMARK(parse_phones_body)->Unit(benchmark::kMicrosecond);

/// What GET /v1/campaigns/{id} answers, made anew.
void encode_campaign(benchmark::State& state) {
  const auto campaign = bench::running_campaign(1'000'000);
  std::string text;
  for (auto _ : state) {
    text.clear();
    http::append_campaign(text, campaign);
    benchmark::DoNotOptimize(text.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(encode_campaign);

/// A page of GET /v1/campaigns.
void encode_campaign_page(benchmark::State& state) {
  actors::campaign_page page;
  for (campaign_no n = 1; n <= 100; ++n) {
    auto view = std::make_shared<campaign_view>();
    view->number = n;
    view->state = bench::running_campaign(1'000);
    page.campaigns.push_back(std::move(view));
  }
  page.total = page.campaigns.size();
  std::size_t size = 0;
  for (auto _ : state) {
    const auto text = http::encode_campaign_page(page, 0, 100);
    size = text.size();
    benchmark::DoNotOptimize(text.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(size));
}
BENCHMARK(encode_campaign_page)->Unit(benchmark::kMicrosecond);

contact_profile someone() {
  return {phone::from_packed(bench::first_phone), "Asha Sharma", R"({"city":"Pune","due":100,"plan":"A"})"};
}

/// A contact with its one call, as exports and pages of contacts have it.
void encode_contact(benchmark::State& state) {
  const auto campaign = bench::running_campaign(1);
  const auto events = bench::failed_attempt(campaign, 0);
  const auto& last = std::get<contact_event>(events.back());
  contact_detail contact;
  contact.profile = someone();
  contact.state = last.after;
  contact.calls.push_back(*last.ended);
  std::string text;
  for (auto _ : state) {
    text.clear();
    http::append_contact(text, contact);
    benchmark::DoNotOptimize(text.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(encode_contact);

/// What a webhook or a live event tells of a call that has ended.
void encode_event(benchmark::State& state) {
  const auto campaign = bench::running_campaign(1);
  actors::feed_message message;
  message.campaign = campaign.definition;
  message.contact = someone();
  message.what = notices_of(bench::failed_attempt(campaign, 0).back()).front();
  std::size_t size = 0;
  for (auto _ : state) {
    const auto text = http::encode_event(message);
    size = text.size();
    benchmark::DoNotOptimize(text.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(size));
}
BENCHMARK(encode_event);

} // namespace
