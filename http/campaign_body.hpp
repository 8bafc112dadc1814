/// The body of POST /v1/campaigns, parsed as it arrives: 1,000,000 contacts pass through a few hundred kilobytes.
#pragma once

#include "domain/campaign.hpp"
#include "http/campaign_members.hpp"
#include "http/contact_chunks.hpp"
#include "http/contact_reader.hpp"
#include "http/json_element.hpp"
#include "http/json_value_scanner.hpp"
#include "http/problem.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace redial::http {

/// A push parser. A small state machine finds the members of the body's object and the elements of `contacts`; each
/// contact goes to `contact_reader` as soon as it is whole, in place where it can; other members are kept as text until
/// the end, since they may come after the contacts. How the body is cut into slices makes no difference to the result.
/// After the first fault contacts are still checked, so that every fault is named, but no longer handed out.
/// Not thread-safe. Time is linear in the bytes fed.
class campaign_body {
public:
  static constexpr std::size_t max_other_bytes = 256 * 1024; ///< of all other members together, names included
  static constexpr std::size_t max_members = 100;            ///< of the body's object

  campaign_body();

  /// Takes the next bytes of the body.
  void feed(std::string_view slice);

  /// @returns why the rest of the body does not matter any more (it is not JSON), if so.
  const std::optional<problem_details>& broken() const noexcept { return broken_; }
  /// Whether anything is wrong so far.
  bool faulty() const noexcept { return broken_ || !faults_.empty(); }

  /// Whether a chunk of `contact_chunks::size` contacts can be taken.
  bool has_full_chunk() const noexcept { return chunks_.has_full(); }
  /// @returns the next contacts in list order, at most a chunk; empty if there are none.
  std::vector<contact_profile> take_chunk() { return chunks_.take(); }

  /// The body has ended. @returns the definition without `id` and `created_at`, or everything that is wrong.
  checked<campaign_definition> finish(time_point now);

private:
  enum class place : std::uint8_t {
    before_object,
    first_member,
    member,
    name,
    colon,
    value_start,
    value,
    after_value,
    array_start,
    first_element,
    element_start,
    element,
    after_element,
    after_object
  };
  /// What becomes of the value under way.
  enum class use : std::uint8_t { keep, skip };

  std::size_t step(std::string_view rest);
  std::size_t step_name(std::string_view rest);
  std::size_t step_value(std::string_view rest);
  std::size_t step_element(std::string_view rest);
  void structure(char c);
  void begin_value(char first);
  void begin_element(char first);
  void end_name();
  void end_element(std::string_view element);
  void end_large();
  bool take_other(std::string_view bytes, std::string& into);
  void break_off(problem_details why);
  void unexpected(char c, std::string_view expected);

  place place_ = place::before_object;
  use use_ = use::keep;
  json_value_scanner scanner_; ///< of names and members
  json_element element_;
  contact_reader reader_;
  std::string pending_;        ///< of a name, what earlier slices brought
  std::uint64_t offset_ = 0;   ///< bytes of the body before the one being looked at
  std::uint64_t begun_at_ = 0; ///< where in the body the name or element under way began
  std::uint64_t elements_ = 0;
  std::size_t other_bytes_ = 0;
  bool has_contacts_ = false;
  bool reading_contacts_ = false; ///< the member under way is `contacts`
  bool any_value_ = false;        ///< anything but white space was seen
  std::vector<raw_member> members_;
  contact_chunks chunks_;
  contact_profile contact_;
  fault_list faults_;
  std::optional<problem_details> broken_;
};

} // namespace redial::http
