#include "media/sandbox/child_main.hpp"
#include "server/app/commands.hpp"
#include "server/demo/demo.hpp"
#include "server/version.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace weike::server;

struct Arguments {
  std::string config_file;
  std::string data;
  std::string listen;
  std::string account;
  std::string display_name;
  std::string unit;
  std::vector<std::string> roles;
  bool password_from_stdin = false;
  DemoOptions demo;
};

void add_store_options(CLI::App& command, Arguments& arguments) {
  command.add_option("--data", arguments.data, "Folder with everything the server keeps");
  command.add_option("--config", arguments.config_file, "JSON file; `weike config` shows all keys");
}

void add_admin(CLI::App& program, Arguments& arguments) {
  CLI::App* admin = program.add_subcommand("admin", "Manage accounts, beside a running server too");
  admin->require_subcommand(1);
  for (const auto& [name, about] :
       {std::pair{"create-account", "Make an account; the password comes from standard input"},
        std::pair{"set-password", "Set a new password and end all sessions of the account"},
        std::pair{"disable-account", "Close an account and end all its sessions"}}) {
    CLI::App* command = admin->add_subcommand(name, about);
    add_store_options(*command, arguments);
    command->add_option("--account", arguments.account, "Account name")->required();
    if (std::string_view(name) == "disable-account") continue;
    command
        ->add_flag("--password-stdin", arguments.password_from_stdin,
                   "Read the password from standard input")
        ->required();
    if (std::string_view(name) == "set-password") continue;
    command->add_option("--role", arguments.roles, "Role; may be given several times")
        ->required()
        ->take_all()
        ->check(CLI::IsMember(
            {"member", "publisher", "reviewer", "curator", "unit_manager", "administrator"}));
    command->add_option("--unit", arguments.unit, "Unit the roles are held in (default: the root)");
    command->add_option("--display-name", arguments.display_name, "Name that others see");
  }
}

void add_demo(CLI::App& program, Arguments& arguments) {
  CLI::App* demo = program.add_subcommand("demo", "Bring the demo lessons into a running server");
  demo->add_option("--server", arguments.demo.server, "http://ADDRESS:PORT")->required();
  demo->add_option("--clips", arguments.demo.clips, "Folder of the clips")->required();
  demo->add_option("--lessons", arguments.demo.lessons, "JSON list of the lessons")->required();
  demo->add_option("--accounts", arguments.demo.accounts, "JSON file of the log-ins")->required();
  demo->add_option("--patience", arguments.demo.patience_s, "Give up after so many idle seconds");
}

weike::Result<Config> effective_config(const Arguments& arguments) {
  Config config;
  if (!arguments.config_file.empty()) {
    auto loaded = load_config(arguments.config_file);
    if (!loaded) return loaded.error();
    config = std::move(*loaded);
  }
  if (!arguments.data.empty()) config.data = arguments.data;
  if (!arguments.listen.empty()) config.listen = arguments.listen;
  if (const auto applied = apply_listen(config.listen, config.net); !applied) {
    return applied.error();
  }
  return config;
}

nlohmann::json admin_command(const std::string& name, const Arguments& arguments) {
  nlohmann::json command{{"command", name}, {"account", arguments.account}};
  if (arguments.password_from_stdin) {
    std::string password;
    std::getline(std::cin, password);
    if (password.ends_with('\r')) password.pop_back();
    command["password"] = password;
  }
  if (!arguments.roles.empty()) command["roles"] = arguments.roles;
  if (!arguments.unit.empty()) command["unit"] = arguments.unit;
  if (!arguments.display_name.empty()) command["display_name"] = arguments.display_name;
  return command;
}

int dispatch(const CLI::App& program, const Arguments& arguments) {
  const CLI::App& command = *program.get_subcommands().front();
  const std::string name = command.get_name();
  if (name == "demo") return run_demo(arguments.demo);

  const auto config = effective_config(arguments);
  if (!config) {
    std::cerr << "weike: " << config.error().message << "\n";
    return 2;
  }
  if (name == "serve") return serve(*config, [&] { return effective_config(arguments); });
  if (name == "routes") return print_routes(*config);
  if (name == "config") return print_config(*config);
  const std::string admin_name = command.get_subcommands().front()->get_name();
  return run_admin(*config, admin_command(admin_name, arguments));
}

int run(int argc, char** argv) {
  // Before anything else runs: the child is to own nothing it does not need.
  if (argc == 2 && std::string_view(argv[1]) == "media-child") {
    return weike::media::media_child_main();
  }
  CLI::App program("Weike, a micro-lesson video server 微课视频服务器");
  program.set_version_flag("--version", std::string(weike::version()));
  program.require_subcommand(1);
  Arguments arguments;
  CLI::App* serve_command = program.add_subcommand("serve", "Run the server");
  add_store_options(*serve_command, arguments);
  serve_command->add_option("--listen", arguments.listen, "ADDRESS:PORT; port 0 picks a free one");
  add_admin(program, arguments);
  add_demo(program, arguments);
  program.add_subcommand("routes", "Print the route table as JSON");
  CLI::App* config_command =
      program.add_subcommand("config", "Print the configuration with every default");
  add_store_options(*config_command, arguments);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& failure) {
    return program.exit(failure);
  }
  return dispatch(program, arguments);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& failure) {
    std::cerr << "weike: " << failure.what() << "\n";
    return 1;
  }
}
