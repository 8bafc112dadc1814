#include "app/keys.hpp"
#include "app/maintenance.hpp"
#include "app/ops.hpp"
#include "app/serve.hpp"
#include "app/signals.hpp"
#include "app/version.hpp"
#include "config/keys.hpp"
#include "config/load.hpp"

#include <CLI/CLI.hpp>

#include <iostream>

#include <sys/stat.h>

namespace {

/// What a command was told on its command line: flags that stand for keys of the configuration.
struct key_flags {
  std::optional<std::string> config;
  redial::config::assignments keys;
};

void add_key_flag(CLI::App& command, key_flags& flags, const char* name, const char* key, const char* help) {
  command.add_option_function<std::string>(
    name, [&flags, key](const std::string& value) { flags.keys.emplace_back(key, value); }, help);
}

void add_config_flag(CLI::App& command, key_flags& flags) {
  command.add_option("--config", flags.config, "Configuration file (TOML); without one, the defaults");
}

void add_data_flag(CLI::App& command, key_flags& flags) {
  add_key_flag(command, flags, "--data-dir", "storage.data_dir", "Where campaigns are kept");
}

/// A command that works on the data.
CLI::App* add_data_command(CLI::App& app, key_flags& flags, const char* name, const char* help) {
  auto* command = app.add_subcommand(name, help);
  add_config_flag(*command, flags);
  return command;
}

void add_keys_commands(CLI::App& keys, key_flags& flags, redial::app::keys_order& order) {
  auto* create = add_data_command(keys, flags, "create", "Make a key, and print it this once");
  create->add_option("--workspace", order.workspace, "What it opens (default)");
  create->add_option("--scope", order.scope, "How far it reaches: read, write or admin")
    ->required()
    ->check(CLI::IsMember({"read", "write", "admin"}));
  create->add_option("--name", order.name, "What it is called in lists");
  auto* list = add_data_command(keys, flags, "list", "Show all keys, revoked ones too; their texts are kept nowhere");
  list->add_option("--workspace", order.workspace, "Only those of this workspace");
  auto* revoke = add_data_command(keys, flags, "revoke", "Take a key back, for good");
  revoke->add_option("KEY_ID", order.id, "The key's id: key_…")->required();
  for (auto* each : {create, list, revoke}) {
    add_data_flag(*each, flags);
    each->callback([&order, name = each->get_name()] { order.action = name; });
  }
}

} // namespace

int main(int argc, char** argv) {
  redial::app::block_signals();
  // Whatever is written holds names and phone numbers.
  ::umask(0077);

  CLI::App app{"redial: a self-hosted engine for outbound calling campaigns"};
  app.set_version_flag("--version", std::string{"redial "} + redial::app::version);
  app.require_subcommand(1);

  key_flags flags;
  auto* serve = app.add_subcommand("serve", "Serve the HTTP API and dial");
  add_config_flag(*serve, flags);
  add_data_flag(*serve, flags);
  add_key_flag(*serve, flags, "--listen", "http.listen", "HOST:PORT to listen on; port 0 picks a free one");
  add_key_flag(*serve, flags, "--tls-cert", "http.tls_cert", "Certificate to serve HTTPS with (PEM, with its chain)");
  add_key_flag(*serve, flags, "--tls-key", "http.tls_key", "Its key (PEM)");
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

  serve->add_flag_callback(
    "--insecure-no-auth", [&flags] { flags.keys.emplace_back("http.insecure_no_auth", "true"); },
    "Serve everybody as an admin, without a key; only on an address of this machine");

  auto* config = app.add_subcommand("config", "Print every setting with its meaning, range and default");

  std::string backup_to;
  auto* backup = add_data_command(app, flags, "backup", "Copy the data, also while redial serves them");
  backup->add_option("--to", backup_to, "Where the copy goes: a directory that does not exist yet")->required();
  add_data_flag(*backup, flags);

  std::string restore_from;
  auto* restore = add_data_command(app, flags, "restore", "Make a data directory out of a backup; nobody is dialed");
  restore->add_option("--from", restore_from, "The backup")->required();
  restore
    ->add_option_function<std::string>(
      "--data-dir", [&flags](const std::string& value) { flags.keys.emplace_back("storage.data_dir", value); },
      "Where it goes: an empty directory, or one that does not exist yet")
    ->required();

  auto* verify = add_data_command(app, flags, "verify", "Recount and check the data, also while redial serves them");
  add_data_flag(*verify, flags);

  redial::app::keys_order order;
  auto* keys = app.add_subcommand("keys", "Make, list and revoke API keys, also while redial serves");
  keys->require_subcommand(1);
  add_keys_commands(*keys, flags, order);

  redial::app::top_order top_order;
  auto* ops = app.add_subcommand("ops", "Look inside the redial that serves");
  ops->require_subcommand(1);
  auto* top = add_data_command(*ops, flags, "top", "Campaigns by rate, lines, store and actors, refreshed");
  add_data_flag(*top, flags);
  top->add_option("--interval", top_order.interval, "Seconds between two screens (1)")->check(CLI::Range(0.1, 3600.0));
  top->add_option("--frames", top_order.frames, "So many screens, then end (0: until interrupted)");

  CLI11_PARSE(app, argc, argv);
  if (config->parsed()) {
    std::cout << redial::config::reference_file();
    return 0;
  }

  std::optional<std::filesystem::path> file;
  if (flags.config)
    file = *flags.config;
  const auto environment = redial::config::redial_environment();
  auto settings = redial::config::load(file, environment, flags.keys);
  if (!settings) {
    std::cerr << "redial: " << settings.error().detail << '\n';
    return 2;
  }
  if (backup->parsed())
    return redial::app::backup(settings->storage, backup_to);
  if (restore->parsed())
    return redial::app::restore(settings->storage, restore_from);
  if (verify->parsed())
    return redial::app::verify(settings->storage);
  if (keys->parsed())
    return redial::app::keys(settings->storage, order);
  if (top->parsed())
    return redial::app::ops_top(settings->storage, top_order);
  return redial::app::serve(*settings, redial::config::admin_key(environment));
}
