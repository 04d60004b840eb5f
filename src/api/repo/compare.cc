#include "api/repo/compare.h"

#include "api/paging.h"

namespace kohaku::api {
namespace {

constexpr std::size_t default_commits = 250;
constexpr std::size_t most_commits = 1000;

std::string status_of(const git::Relation& relation) {
  if (relation.ahead == 0) return relation.behind == 0 ? "identical" : "behind";
  return relation.behind == 0 ? "ahead" : "diverged";
}

}  // namespace

Result<ComparisonReply> compare_revisions(const hub::ReadableContent& readable, Call& call) {
  const auto query = TRY(read_change_query(call));
  const auto limit = TRY(page_limit(call, default_commits, most_commits));
  auto found = TRY(hub::compare(call.hub, readable.repo(), call.path.rest_path(), query, limit));
  ComparisonReply reply;
  reply.base_commit = found.base;
  reply.head_commit = found.head;
  reply.merge_base = found.relation.merge_base;
  reply.status = status_of(found.relation);
  reply.ahead_by = found.relation.ahead;
  reply.behind_by = found.relation.behind;
  for (const auto& logged : found.relation.ahead_commits) {
    reply.commits.push_back(commit_item(logged, false));
  }
  reply.commits_truncated = reply.commits.size() < reply.ahead_by;
  reply.files_truncated = !found.changes.complete;
  reply.files = changed_file_items(std::move(found.changes));
  return reply;
}

}  // namespace kohaku::api
