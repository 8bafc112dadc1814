// Contacts line by line: read whole, cut into pieces, and by another parser, they must come to the same.
#include "fuzz/contact_rows.hpp"

using namespace redial;
using namespace redial::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto read = read_every_way(http::make_ndjson_rows, text);
  require(!read.rows->broken(), "a line breaks the whole body");
  // Each line that is none refuses a row, and no other does so for that reason.
  std::size_t next = 0;
  std::uint64_t lines = 0;
  std::uint64_t refused = 0;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos)
      continue;
    ++lines;
    if (json_judge::of(line) != verdict::json || line.size() > 60'000)
      continue; // it may be refused for many reasons, or taken
    const auto other = nlohmann::json::parse(line);
    const bool valid = other.is_object() && other.contains("phone") && other.at("phone").is_string()
                       && phone::parse(other.at("phone").get_ref<const std::string&>()) && other.contains("name")
                       && other.at("name").is_string() && !other.at("name").get_ref<const std::string&>().empty();
    if (!valid) {
      ++refused;
      continue;
    }
    const auto& name = other.at("name").get_ref<const std::string&>();
    while (next < read.contacts.size() && read.contacts[next].name != name)
      ++next;
    require(
      next < read.contacts.size() || name.size() > 255 || read.rows->refused_rows() > refused, "a contact was lost");
  }
  require(lines == read.contacts.size() + read.rows->refused_rows(), "rows were lost or made");
  require(read.rows->refused_rows() >= refused, "what is no contact is taken");
  return 0;
}
