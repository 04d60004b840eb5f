// What a client asks for when it connects by SSH: git's and git-lfs's few commands, and nothing else.
// Source: git's connect.c as its documentation tells it (quoting: git-sh-setup(1), sq_quote), git-lfs
// docs/api/server-discovery.md.
#pragma once

#include <string_view>

#include "base/repo_name.h"
#include "base/result.h"

namespace kohaku::hub {

enum class SshService { upload_pack, receive_pack, lfs_download, lfs_upload };

struct SshCommand {
  SshService service = SshService::upload_pack;
  RepoType type = RepoType::model;
  RepoName repo;

  bool writes() const {
    return service == SshService::receive_pack || service == SshService::lfs_upload;
  }
};

// SSH_ORIGINAL_COMMAND:
//
//   git-upload-pack '/alice/bird.git'             also `git upload-pack`
//   git-receive-pack 'datasets/alice/bird'
//   git-lfs-authenticate alice/bird.git upload    download or upload; an object id may follow
//
// The path is {models/,datasets/,spaces/,}{owner}/{name}{.git}, with or without a slash around it.
// bad_request with a sentence for the person at the terminal for anything else. Nothing of the text is
// ever given to a shell.
Result<SshCommand> parse_ssh_command(std::string_view text);

}  // namespace kohaku::hub
