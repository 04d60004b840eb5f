#include "api/repo/diff.h"

namespace kohaku::api {

Result<CommitDiff> show_commit_diff(const hub::ReadableContent& readable, Call& call) {
  const auto query = TRY(read_change_query(call));
  auto found =
      TRY(hub::changes_of_commit(call.hub, readable.repo(), call.path.value("rev"), query));
  CommitDiff diff;
  diff.commit_id = found.id;
  if (!found.commit->parents.empty()) diff.parent_commit = found.commit->parents.front();
  diff.message = found.commit->message;
  diff.author = found.commit->author.name;
  diff.date = found.commit->author.time;
  diff.files_truncated = !found.changes.complete;
  diff.files = changed_file_items(std::move(found.changes));
  return diff;
}

}  // namespace kohaku::api
