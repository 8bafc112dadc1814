#include "bench/provider/ledger.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace redial::provider {

namespace {

std::int64_t nanoseconds_of(clockid_t which) {
  timespec at{};
  if (::clock_gettime(which, &at) != 0)
    throw std::system_error{errno, std::generic_category(), "clock_gettime"};
  return std::int64_t{at.tv_sec} * 1'000'000'000 + at.tv_nsec;
}

/// Puts the words of a line together.
class line {
public:
  explicit line(std::string_view word) : text_{word} {}
  line& operator<<(std::string_view word) {
    text_ += ' ';
    text_ += word;
    return *this;
  }
  line& operator<<(const call_id& id) { return *this << std::string_view{id.to_string()}; }
  line& operator<<(phone number) { return *this << std::string_view{number.to_string()}; }
  line& operator<<(const stamp& at) { return *this << at.boot_ns << at.wall_ms; }
  template <class Integer>
  requires std::is_integral_v<Integer> line& operator<<(Integer value) {
    std::array<char, 24> digits{};
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    return *this << std::string_view{digits.data(), end};
  }
  std::string take() {
    text_ += '\n';
    return std::move(text_);
  }

private:
  std::string text_;
};

/// Takes the words of a line apart. After the first that is not what it should be, all is refused.
class words {
public:
  explicit words(std::string_view text) : rest_{text} {}

  std::string_view next() {
    const auto end = rest_.find(' ');
    const auto word = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    const bool something_follows = end == std::string_view::npos || !rest_.empty();
    good_ = good_ && !word.empty() && something_follows;
    return word;
  }
  template <class Integer>
  requires std::is_integral_v<Integer> words& operator>>(Integer& value) {
    const auto word = next();
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    good_ = good_ && error == std::errc{} && end == word.data() + word.size();
    return *this;
  }
  words& operator>>(std::string& value) {
    value = next();
    return *this;
  }
  words& operator>>(call_id& value) { return parsed(call_id::parse(next()), value); }
  words& operator>>(phone& value) { return parsed(phone::parse(next()), value); }
  words& operator>>(call_outcome& value) { return parsed(parse_call_outcome(next()), value); }
  words& operator>>(stamp& value) { return *this >> value.boot_ns >> value.wall_ms; }

  template <class Fact>
  std::optional<fact> give(Fact&& what) const {
    return good_ && rest_.empty() ? std::optional<fact>{std::forward<Fact>(what)} : std::nullopt;
  }

private:
  template <class Value>
  words& parsed(std::optional<Value> from, Value& to) {
    good_ = good_ && from;
    if (from)
      to = *from;
    return *this;
  }
  std::string_view rest_;
  bool good_ = true;
};

struct written {
  std::string operator()(const url_fact& f) const { return (line{"url"} << f.index << f.url).take(); }
  std::string operator()(const placed_fact& f) const {
    return (line{"placed"} << f.number << f.attempt_id << f.to << unsigned{f.attempt} << f.campaign << f.at
                           << f.ring_timeout_s << f.max_duration_s << f.url)
      .take();
  }
  std::string operator()(const fenced_fact& f) const { return (line{"fenced"} << f.attempt_id << f.at).take(); }
  std::string operator()(const refused_fact& f) const {
    return (line{"refused"} << f.attempt_id << f.to << unsigned{f.attempt} << f.campaign << f.status << f.at).take();
  }
  std::string operator()(const cancelled_fact& f) const { return (line{"cancelled"} << f.number << f.at).take(); }
  std::string operator()(const ended_fact& f) const {
    return (line{"ended"} << f.number << to_string(f.outcome) << f.at).take();
  }
  std::string operator()(const told_fact& f) const { return (line{"told"} << f.number).take(); }
};

} // namespace

stamp stamp_now() { return {nanoseconds_of(CLOCK_BOOTTIME), nanoseconds_of(CLOCK_REALTIME) / 1'000'000}; }

std::string to_line(const fact& what) { return std::visit(written{}, what); }

std::optional<fact> parse_line(std::string_view text) {
  words in{text};
  const auto what = in.next();
  if (what == "url") {
    url_fact f;
    in >> f.index >> f.url;
    return in.give(std::move(f));
  }
  if (what == "placed") {
    placed_fact f;
    in >> f.number >> f.attempt_id >> f.to >> f.attempt >> f.campaign >> f.at >> f.ring_timeout_s >> f.max_duration_s
      >> f.url;
    return in.give(std::move(f));
  }
  if (what == "fenced") {
    fenced_fact f;
    in >> f.attempt_id >> f.at;
    return in.give(f);
  }
  if (what == "refused") {
    refused_fact f;
    in >> f.attempt_id >> f.to >> f.attempt >> f.campaign >> f.status >> f.at;
    return in.give(std::move(f));
  }
  if (what == "cancelled") {
    cancelled_fact f;
    in >> f.number >> f.at;
    return in.give(f);
  }
  if (what == "ended") {
    ended_fact f;
    in >> f.number >> f.outcome >> f.at;
    return in.give(f);
  }
  if (what == "told") {
    told_fact f;
    in >> f.number;
    return in.give(f);
  }
  return std::nullopt;
}

std::uint64_t read_ledger(const std::filesystem::path& file, const std::function<void(const fact&)>& take) {
  std::ifstream in{file, std::ios::binary};
  if (!in) {
    if (!std::filesystem::exists(file))
      return 0;
    throw std::system_error{errno, std::generic_category(), "cannot read " + file.string()};
  }
  std::uint64_t bytes = 0;
  std::uint64_t number = 0;
  for (std::string text; std::getline(in, text);) {
    if (in.eof()) // no newline behind it
      break;
    ++number;
    const auto what = parse_line(text);
    if (!what)
      throw std::runtime_error{
        file.string() + ", line " + std::to_string(number) + ": not a line of a ledger: " + text.substr(0, 200)};
    take(*what);
    bytes += text.size() + 1;
  }
  if (in.bad())
    throw std::runtime_error{"cannot read " + file.string() + " to its end"};
  return bytes;
}

ledger_writer::ledger_writer(const std::filesystem::path& file)
  : file_{::open(file.c_str(), O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC, 0644)} {
  const auto fail = [&](const char* what) {
    const int why = errno;
    if (file_ >= 0)
      ::close(file_);
    throw std::system_error{why, std::generic_category(), what + file.string()};
  };
  struct stat found {};
  if (file_ < 0 || ::fstat(file_, &found) != 0)
    fail("cannot open the ledger ");
  if (::flock(file_, LOCK_EX | LOCK_NB) != 0)
    fail("another process writes the ledger ");
  size_ = static_cast<std::uint64_t>(found.st_size);
}

ledger_writer::~ledger_writer() {
  try {
    flush();
  } catch (const std::exception&) {
    // What was put off may be forgotten.
  }
  ::close(file_);
}

void ledger_writer::cut(std::uint64_t bytes) {
  if (::ftruncate(file_, static_cast<off_t>(bytes)) != 0)
    throw std::system_error{errno, std::generic_category(), "cannot cut the ledger"};
  size_ = bytes;
}

void ledger_writer::append(const fact& what) {
  const auto before = waiting_.size();
  waiting_ += to_line(what);
  try {
    write_waiting();
  } catch (...) {
    waiting_.resize(before);
    throw;
  }
}

void ledger_writer::flush() {
  if (!waiting_.empty())
    write_waiting();
}

void ledger_writer::write_waiting() {
  std::string_view rest = waiting_;
  while (!rest.empty()) {
    const auto done = ::write(file_, rest.data(), rest.size());
    if (done >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(done));
      continue;
    }
    if (errno == EINTR)
      continue;
    const int why = errno;
    // Half a line would spoil the next one. If it cannot be taken back, the ledger cannot be gone on with.
    if (::ftruncate(file_, static_cast<off_t>(size_)) != 0)
      std::terminate();
    throw std::system_error{why, std::generic_category(), "cannot write the ledger"};
  }
  size_ += waiting_.size();
  waiting_.clear();
}

} // namespace redial::provider
