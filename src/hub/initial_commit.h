// The first commit of a repository: .gitattributes with the patterns that clients expect to be
// large files, and what the creator brought along.
//
//   reserve an id → prepare_initial_commit → transaction: insert the row, record_initial_commit
//
// so that the repository, its branch and its history appear at once.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "hub/commit_publish.h"
#include "hub/hub.h"

namespace kohaku::hub {

struct InitialFile {
  std::string path;
  std::string content;
};

struct InitialCommit {
  Sha1 id;
  Publication publication;
};

// Makes the git directory of `repo`, an id that no repository has or ever had, and puts a pack with
// the commit in place. unprocessable for a bad path, payload_too_large for a file over the LFS
// threshold. Nothing refers to it until record_initial_commit; repositories.remove(repo) takes it back.
Task<Result<InitialCommit>> prepare_initial_commit(Hub& hub, RepoId repo, User author,
                                                   std::string default_branch,
                                                   std::vector<InitialFile> files);

// Inside the transaction that inserts the repository's row, after it.
Result<> record_initial_commit(db::Connection& connection, const InitialCommit& commit, Micros now);

}  // namespace kohaku::hub
