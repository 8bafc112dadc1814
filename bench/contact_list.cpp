#include "bench/contact_list.hpp"

#include <array>
#include <string_view>

namespace redial::bench {

namespace {

constexpr std::array<std::string_view, 8> first_names{
  "Asha", "Ravi", "Meera", "Imran", "Kavya", "Arjun", "Divya", "Joseph"};
constexpr std::array<std::string_view, 8> last_names{
  "Sharma", "Iyer", "Khan", "Das", "Reddy", "Nair", "Patel", "Singh"};
constexpr std::array<std::string_view, 8> cities{"Pune", "Delhi", "Kochi", "Surat", "Patna", "Salem", "Agra", "Indore"};

} // namespace

std::string campaign_json(const campaign_shape& shape) {
  std::string body;
  body.reserve(shape.contacts * 100 + 512);
  body += R"({"name":"Benchmark","script_id":"script-1","language":"hi-IN","max_attempts":)";
  body += std::to_string(shape.max_attempts);
  body += R"(,"retry_interval_minutes":)";
  body += std::to_string(shape.retry_interval_minutes);
  body += R"(,"contacts":[)";
  for (std::uint64_t i = 0; i < shape.contacts; ++i) {
    if (i > 0)
      body += ',';
    body += R"({"phone":"+)";
    body += std::to_string(first_phone + shape.first + i);
    body += R"(","name":")";
    body += first_names[i % 8];
    body += ' ';
    body += last_names[i / 8 % 8];
    body += R"(","city":")";
    body += cities[i / 64 % 8];
    body += R"(","due":)";
    body += std::to_string(100 + i * 7919 % 90'000);
    body += R"(,"plan":")";
    body += static_cast<char>('A' + i % 26);
    body += R"("})";
  }
  body += "]}";
  return body;
}

} // namespace redial::bench
