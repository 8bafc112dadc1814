#include "app/serve.hpp"
#include "app/signals.hpp"
#include "app/version.hpp"
#include "config/keys.hpp"
#include "config/load.hpp"

#include <CLI/CLI.hpp>

#include <iostream>

namespace {

/// What `redial serve` was told on its command line: flags that stand for keys of the configuration.
struct serve_flags {
  std::optional<std::string> config;
  redial::config::assignments keys;
};

void add_key_flag(CLI::App& command, serve_flags& flags, const char* name, const char* key, const char* help) {
  command.add_option_function<std::string>(
    name, [&flags, key](const std::string& value) { flags.keys.emplace_back(key, value); }, help);
}

} // namespace

int main(int argc, char** argv) {
  redial::app::block_signals();

  CLI::App app{"redial: a self-hosted engine for outbound calling campaigns"};
  app.set_version_flag("--version", std::string{"redial "} + redial::app::version);
  app.require_subcommand(1);

  serve_flags flags;
  auto* serve = app.add_subcommand("serve", "Serve the HTTP API and dial");
  serve->add_option("--config", flags.config, "Configuration file (TOML); without one, the defaults");
  add_key_flag(*serve, flags, "--data-dir", "storage.data_dir", "Where campaigns are kept");
  add_key_flag(*serve, flags, "--listen", "http.listen", "HOST:PORT to listen on; port 0 picks a free one");
  add_key_flag(*serve, flags, "--clock-speed", "clock.speed", "How many times faster than real time (simulator only)");
  add_key_flag(*serve, flags, "--log-level", "log.level", "trace, debug, info, warn, error or critical");
  serve->add_option_function<std::vector<std::string>>(
    "--set",
    [&flags](const std::vector<std::string>& pairs) {
      for (const auto& pair : pairs) {
        const auto equals = pair.find('=');
        if (equals == std::string::npos)
          throw CLI::ValidationError("--set", "must be KEY=VALUE: " + pair);
        flags.keys.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
      }
    },
    "KEY=VALUE for any key of the configuration; may be repeated");

  auto* config = app.add_subcommand("config", "Print every setting with its meaning, range and default");

  CLI11_PARSE(app, argc, argv);
  if (config->parsed()) {
    std::cout << redial::config::reference_file();
    return 0;
  }

  std::optional<std::filesystem::path> file;
  if (flags.config)
    file = *flags.config;
  auto settings = redial::config::load(file, redial::config::redial_environment(), flags.keys);
  if (!settings) {
    std::cerr << "redial: " << settings.error().detail << '\n';
    return 2;
  }
  return redial::app::serve(*settings);
}
