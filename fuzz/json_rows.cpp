// A JSON array of contacts: read whole, cut into pieces, and by another parser, it must come to the same.
#include "fuzz/contact_rows.hpp"

using namespace redial;
using namespace redial::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto read = read_every_way(http::make_json_rows, text);
  if (text.starts_with("\xEF\xBB\xBF"))
    return 0; // the other parser passes over a byte order mark
  const auto opinion = json_judge::of(text);
  if (const auto& wrong = read.rows->broken()) {
    const bool too_deep = wrong->detail.find("nested deeper") != std::string::npos;
    require(wrong->status != 400 || opinion != verdict::json || too_deep || nlohmann::json::parse(text).is_primitive(),
      "JSON is refused as none");
    return 0;
  }
  require(opinion != verdict::no_json, "what is no JSON is taken");
  if (opinion != verdict::json)
    return 0;
  const auto other = nlohmann::json::parse(text);
  require(
    other.is_array() && other.size() == read.contacts.size() + read.rows->refused_rows(), "rows were lost or made");
  if (read.rows->refused_rows() == 0) {
    for (std::size_t i = 0; i < read.contacts.size(); ++i)
      require(other.at(i).at("name") == read.contacts[i].name, "a contact has another name");
  }
  return 0;
}
