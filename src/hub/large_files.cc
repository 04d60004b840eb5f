#include "hub/large_files.h"

#include <charconv>
#include <limits>

#include "hub/file_lookup.h"
#include "hub/revisions.h"

namespace kohaku::hub {
namespace {

Result<std::int64_t> parse_cursor(std::string_view text) {
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
  if (text.empty()) return before;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, before);
  if (error == std::errc{} && stop == end) return before;
  return fail(Code::bad_request, "The cursor is not one that this list gave.");
}

Result<LargeFilePage> read_page(db::Connection& connection, RepoId repo, std::int64_t before,
                                std::size_t limit) {
  auto rows = connection
                  .sql("SELECT v.id, v.sha256, v.path, v.size, v.created_at FROM lfs_version v "
                       "WHERE v.repo_id = ?1 AND v.id < ?2 "
                       "AND NOT EXISTS (SELECT 1 FROM lfs_version n WHERE n.repo_id = v.repo_id "
                       "AND n.sha256 = v.sha256 AND n.id > v.id) "
                       "AND EXISTS (SELECT 1 FROM object_link l WHERE l.repo_id = v.repo_id "
                       "AND l.sha256 = v.sha256) "
                       "ORDER BY v.id DESC LIMIT ?3")
                  .bind(repo, before, limit + 1);
  LargeFilePage page;
  while (TRY(rows.step())) {
    if (page.files.size() == limit) {
      page.next_cursor = std::to_string(page.files.back().version);
      break;
    }
    page.files.push_back({rows.get<std::int64_t>(0), rows.get<Sha256>(1), rows.get<std::string>(2),
                          rows.get<std::uint64_t>(3), rows.get<Micros>(4), std::nullopt});
  }
  return page;
}

Result<> add_refs(Hub& hub, const Repo& repo, std::vector<LargeFile>& files) {
  const auto name = "refs/heads/" + repo.default_branch;
  const auto head = TRY(hub.database.read_now(
      [&](db::Connection& connection) { return find_ref(connection, repo.id, name); }));
  if (!head) return {};
  for (auto& file : files) {
    const auto found = find_file(hub, repo, head->commit, file.path);
    if (found && found->pointer && found->pointer->oid == file.sha256) file.ref = name;
  }
  return {};
}

}  // namespace

Result<LargeFilePage> list_large_files(Hub& hub, const Repo& repo, std::size_t limit,
                                       std::string_view cursor) {
  const auto before = TRY(parse_cursor(cursor));
  auto page = TRY(hub.database.read_now(
      [&](db::Connection& connection) { return read_page(connection, repo.id, before, limit); }));
  TRY(add_refs(hub, repo, page.files));
  return page;
}

}  // namespace kohaku::hub
