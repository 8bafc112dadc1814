/// Certificates for tests: signed by themselves, good for an hour.
#pragma once

#include <filesystem>
#include <string>

namespace redial::test {

/// Writes a certificate for `name` and its key to two new files, replacing former ones.
void make_certificate(
  const std::string& name, const std::filesystem::path& certificate_file, const std::filesystem::path& key_file);

} // namespace redial::test
