/// A Beast body that hands each piece on where it lies, instead of collecting the whole.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/optional.hpp>

#include <cstdint>
#include <string_view>

namespace redial::http {

/// After each step of the parser, `slice` is the piece of the body that this step found, pointing into the buffer that
/// was parsed; the caller clears it before the next step.
struct slice_body {
  struct value_type {
    std::string_view slice;
  };

  class reader {
  public:
    template <bool is_request, class Fields>
    reader(boost::beast::http::header<is_request, Fields>&, value_type& value) : value_{value} {}

    void init(const boost::optional<std::uint64_t>&, boost::system::error_code& error) { error = {}; }

    std::size_t put(boost::asio::const_buffer piece, boost::system::error_code& error) {
      error = {};
      value_.slice = {static_cast<const char*>(piece.data()), piece.size()};
      return piece.size();
    }

    void finish(boost::system::error_code& error) { error = {}; }

  private:
    value_type& value_;
  };
};

} // namespace redial::http
