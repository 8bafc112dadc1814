/// What a connection has read and not used yet.
#pragma once

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>

namespace redial::http {

/// One stretch of memory that grows on demand and shrinks when the connection rests, so that 10,000 idle ones are
/// cheap.
class read_buffer {
public:
  static constexpr std::size_t resting_size = 1024;

  std::string_view unread() const noexcept { return {data_.get() + begin_, end_ - begin_}; }
  bool empty() const noexcept { return begin_ == end_; }
  void consume(std::size_t bytes) noexcept { begin_ += bytes; }
  void commit(std::size_t bytes) noexcept { end_ += bytes; }
  void clear() noexcept { begin_ = end_ = 0; }

  /// Makes room for at least one byte more, with `wanted` bytes in all if there is nothing unread, else twice as many
  /// as now. What is unread keeps its order, not its place. @returns the room.
  boost::asio::mutable_buffer prepare(std::size_t wanted) {
    const auto kept = end_ - begin_;
    if (capacity_ < wanted || kept == capacity_)
      resize(std::max(wanted, kept == capacity_ ? capacity_ * 2 : capacity_));
    else if (begin_ != 0 && (end_ == capacity_ || kept == 0))
      move_to_front();
    return {data_.get() + end_, capacity_ - end_};
  }

  /// Gives memory back; only if nothing is unread.
  void rest() {
    if (!empty())
      return;
    clear();
    if (capacity_ > 4 * resting_size) {
      data_.reset();
      capacity_ = 0;
    }
  }

private:
  void move_to_front() noexcept {
    std::memmove(data_.get(), data_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  void resize(std::size_t capacity) {
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    if (!empty())
      std::memcpy(larger.get(), data_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    data_ = std::move(larger);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

} // namespace redial::http
