#include "server/admin/admin_commands.hpp"

#include "api/http/messages.hpp"
#include "model/json.hpp"

#include <string>
#include <vector>

namespace weike::server {
namespace {

using nlohmann::json;

// In English and Chinese, as everything that people read.
std::string describe(const Error& error) {
  const http::Message* message = http::find_message(
      error.reason.empty() ? name_of(error.code) : std::string_view(error.reason));
  if (message == nullptr) return error.message;
  std::string text = std::string(message->en_detail) + " " + std::string(message->zh_detail);
  const std::string shown = error.field.empty() ? "?" : error.field;
  for (std::size_t at = text.find("{field}"); at != std::string::npos; at = text.find("{field}")) {
    text.replace(at, 7, shown);
  }
  return text;
}

json refused(const Error& error) {
  const std::string code = error.reason.empty() ? std::string(name_of(error.code)) : error.reason;
  return {{"ok", false}, {"code", code}, {"message", describe(error)}};
}

Error bad_field(const char* field) {
  return {ErrorCode::invalid_argument, "bad admin command", {}, field};
}

Result<std::string> text_field(const json& command, const char* name) {
  const auto found = command.find(name);
  if (found == command.end() || !found->is_string()) return bad_field(name);
  return found->get<std::string>();
}

Result<std::vector<RoleGrant>> read_grants(const json& command) {
  UnitId unit = kRootUnit;
  if (command.contains("unit")) {
    const auto text = text_field(command, "unit");
    const auto parsed = text ? UnitId::parse(*text) : std::nullopt;
    if (!parsed) return bad_field("unit");
    unit = *parsed;
  }
  const auto roles = command.find("roles");
  if (roles == command.end() || !roles->is_array() || roles->empty()) return bad_field("roles");
  std::vector<RoleGrant> grants;
  for (const json& item : *roles) {
    const auto role = item.is_string() ? role_of(item.get<std::string>()) : std::nullopt;
    if (!role) return bad_field("roles");
    grants.push_back({*role, unit});
  }
  return grants;
}

json create_account(accounts::AccountService& accounts, const json& command) {
  accounts::NewAccount wanted;
  const auto name = text_field(command, "account");
  if (!name) return refused(name.error());
  const auto password = text_field(command, "password");
  if (!password) return refused(password.error());
  auto grants = read_grants(command);
  if (!grants) return refused(grants.error());
  wanted.name = *name;
  wanted.password = *password;
  wanted.grants = std::move(*grants);
  if (command.contains("display_name")) {
    const auto display_name = text_field(command, "display_name");
    if (!display_name) return refused(display_name.error());
    wanted.display_name = *display_name;
  }
  const auto made = accounts.create(wanted);
  if (!made) return refused(made.error());
  return {{"ok", true}, {"id", made->id.text()}, {"message", "created account " + made->name}};
}

}  // namespace

json run_admin_command(accounts::AccountService& accounts, const json& command) {
  const auto kind = text_field(command, "command");
  if (!kind) return refused(kind.error());
  if (*kind == "create-account") return create_account(accounts, command);

  const auto name = text_field(command, "account");
  if (!name) return refused(name.error());
  if (*kind == "set-password") {
    const auto password = text_field(command, "password");
    if (!password) return refused(password.error());
    const auto done = accounts.set_password(*name, *password);
    if (!done) return refused(done.error());
    return {{"ok", true}, {"message", "set the password of " + *name}};
  }
  if (*kind == "disable-account") {
    const auto done = accounts.disable(*name);
    if (!done) return refused(done.error());
    return {{"ok", true}, {"message", "disabled account " + *name}};
  }
  return refused(bad_field("command"));
}

}  // namespace weike::server
