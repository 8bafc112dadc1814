/// Shows what the servers of a failed test had to say.
#pragma once

#include <string>

namespace redial::e2e {

/// Keeps the end of what `command` wrote to stderr until the test case is over; it is printed if that has failed.
void keep_stderr(const std::string& command, const std::string& text);

} // namespace redial::e2e
