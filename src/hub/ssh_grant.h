// What git-lfs gets when it asks by SSH: the address of the LFS endpoint and a token for it that opens
// one repository for half an hour, as long as the key it was made for is known.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/date.h"
#include "base/result.h"
#include "hub/access.h"
#include "hub/hub.h"
#include "hub/ssh_command.h"
#include "hub/ssh_keys.h"

namespace kohaku::hub {

inline constexpr std::int64_t ssh_grant_seconds = 1800;

struct SshGrant {
  std::string href;  // of the LFS endpoint
  std::string token;
  Micros expires_at;
};

// The caller that a key stands for. unauthorized when the key is no longer known.
Result<Caller> caller_behind_key(Hub& hub, SshKeyId key);

// The repository a command names, when the caller may do there what it asks for: repo_not_found,
// forbidden, gated_repo.
Result<Repo> repo_of_command(Hub& hub, const Caller& caller, const SshCommand& command);

// For a repository of repo_of_command(). not_implemented when the hub does not know its own address
// (KOHAKU_HUB_BASE_URL), since nothing in an SSH connection tells it.
Result<SshGrant> grant_lfs(Hub& hub, SshKeyId key, const SshCommand& command, const Repo& repo);

// Whether a Bearer token is one of these, and who is behind it: nobody when it is forged or expired, or
// when its key is gone.
bool looks_like_ssh_grant(std::string_view token);
Result<std::optional<Caller>> caller_behind_grant(Hub& hub, std::string_view token);

}  // namespace kohaku::hub
