/// As many GETs as a server answers, asked by wrk (Debian's package of that name).
#pragma once

#include <cstdint>
#include <string>

namespace redial::bench {

/// @returns whether there is a wrk here.
bool have_wrk();

/// GETs `path` of a server of this machine, with the key of `server_process`, on 64 connections from one thread, for
/// `length` seconds.
/// @returns answers a second. @throws std::runtime_error where wrk fails or an answer is not 2xx.
double wrk_gets_a_second(std::uint16_t port, const std::string& path, unsigned length);

} // namespace redial::bench
