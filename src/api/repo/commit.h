// Committing.
//
//   POST /api/{type}s/{repo}/commit/{rev}   NDJSON of operations, see hub/commit_stream.h
//
// 412 for a stale parentCommit; 413 for a large file that should have come by LFS; 404 EntryNotFound
// for the deletion of a missing file; 501 for ?create_pr=1 (decision 39).
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>

#include "api/call.h"
#include "base/task.h"
#include "hub/access.h"

namespace kohaku::api {

struct CommitReply {
  bool success = true;
  std::string commitUrl;
  Sha1 commitOid;
  std::string hookOutput;
  std::optional<std::string> pullRequestUrl;
};
BOOST_DESCRIBE_STRUCT(CommitReply, (), (success, commitUrl, commitOid, hookOutput, pullRequestUrl))

// The head of the branch afterwards; that is no new commit when the operations changed nothing.
Task<Result<http::Reply>> create_commit(hub::WritableRepo repo, Call& call);

// Code::not_implemented when the query asks for a pull request.
Result<> refuse_pull_request(const Call& call);

}  // namespace kohaku::api
