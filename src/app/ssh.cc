#include "app/ssh.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "git/wire.h"
#include "hub/ssh_command.h"
#include "hub/ssh_grant.h"
#include "hub/ssh_key.h"

namespace kohaku::app {
namespace {

// In a line of authorized_keys and on the command line of a shell.
bool is_plain_path(std::string_view path) {
  return !path.empty() && std::ranges::all_of(path, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/._-").find(c) != std::string_view::npos;
  });
}

std::string lfs_answer(const hub::SshGrant& grant) {
  const boost::json::object header{{"Authorization", "Bearer " + grant.token}};
  return boost::json::serialize(boost::json::object{{"href", grant.href},
                                                    {"header", header},
                                                    {"expires_in", hub::ssh_grant_seconds},
                                                    {"expires_at", iso_date(grant.expires_at)}}) +
         "\n";
}

}  // namespace

Result<SshAnswer> authorized_key(hub::Hub& hub, const AskedKey& asked) {
  if (!is_plain_path(asked.program) || !is_plain_path(asked.data_directory)) {
    return fail(Code::bad_request,
                "The paths of the program and the data directory may hold letters, digits and "
                "/._- only.");
  }
  const auto fingerprint = hub::parse_fingerprint(asked.fingerprint);
  if (!fingerprint) return fail(Code::bad_request, "The fingerprint must be SHA256:… (%f).");
  const auto login = TRY(hub.database.read_now(
      [&](db::Connection& connection) { return hub::find_ssh_login(connection, *fingerprint); }));
  if (!login) return SshAnswer{};
  if (!asked.public_key.empty() && asked.public_key != login->public_key) return SshAnswer{};
  return SshAnswer{0,
                   fmt::format("restrict,command=\"{} ssh-serve --data-dir {} {}\" {} {}\n",
                               asked.program, asked.data_directory, login->id.value, login->type,
                               login->public_key),
                   false};
}

Result<GrantedService> serve_ssh(hub::Hub& hub, const AskedService& asked) {
  const hub::SshKeyId key{asked.key};
  const auto caller = TRY(hub::caller_behind_key(hub, key));
  TRY(hub::touch_ssh_key(hub, key));
  const auto command = TRY(hub::parse_ssh_command(asked.command));
  const hub::Access access(hub);
  const int protocol = git::protocol_version(asked.protocol);
  if (command.service == hub::SshService::upload_pack) {
    return SshFetch{TRY(access.readable_content(caller, command.type, command.repo)), protocol,
                    asked.address};
  }
  if (command.service == hub::SshService::receive_pack) {
    return SshPush{TRY(access.writable(caller, command.type, command.repo)), protocol};
  }
  const auto repo = TRY(hub::repo_of_command(hub, caller, command));
  return SshAnswer{0, lfs_answer(TRY(hub::grant_lfs(hub, key, command, repo))), false};
}

}  // namespace kohaku::app
