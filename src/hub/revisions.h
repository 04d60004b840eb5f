// From what a caller writes as a revision to a commit (decision 12).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "hub/hub.h"
#include "hub/repo.h"

namespace kohaku::hub {

struct RefRow {
  std::string name;  // "refs/heads/main"
  Sha1 target;       // a commit or an annotated tag
  Sha1 commit;       // target, peeled
};

Result<std::optional<RefRow>> find_ref(db::Connection& connection, RepoId repo,
                                       std::string_view name);
Result<std::vector<RefRow>> list_refs(db::Connection& connection, RepoId repo);

struct Revision {
  Sha1 commit;
  std::string ref;  // "refs/heads/…" or "refs/tags/…" when it was named by one, else ""
};

// `HEAD` is the default branch (the JavaScript client asks so). Order: full commit id, `refs/…`, branch,
// tag, `main` for the default branch of another name, short id of 5 digits or more. revision_not_found
// otherwise. A commit id must be one this repository holds. Reads the database and git; brief.
Result<Revision> resolve_revision(Hub& hub, const Repo& repo, std::string_view revision);

// {revision}/{path} whose segments came undivided: the longest branch or tag that is a prefix wins,
// else the first segment is the revision.
struct RevisionAndPath {
  Revision revision;
  std::string path;
  std::string asked;  // the revision, as it was written
};
Result<RevisionAndPath> resolve_revision_and_path(Hub& hub, const Repo& repo,
                                                  const std::vector<std::string>& segments);

// The branch that a write to this revision goes to: "refs/heads/{name}"; `main` as above.
// revision_not_found when it does not exist (a tag, a commit id or a missing branch).
Result<RefRow> find_branch(db::Connection& connection, RepoId repo, std::string_view revision);

}  // namespace kohaku::hub
