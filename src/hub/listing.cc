#include "hub/listing.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "hub/blob_facts.h"
#include "hub/last_commits.h"
#include "hub/tree_cursor.h"
#include "hub/tree_walk.h"

namespace kohaku::hub {
namespace {

std::unexpected<Error> no_such_folder(std::string_view path) {
  return fail(Code::entry_not_found,
              fmt::format("Folder '{}' does not exist in this revision.", path.substr(0, 512)));
}

std::unexpected<Error> bad_cursor() {
  return fail(Code::bad_request, "The cursor is not one that this listing gave.");
}

Result<> check_prefix(std::string_view prefix) {
  if (prefix.find('/') == prefix.npos && prefix.size() <= longest_name_prefix) return {};
  return fail(Code::bad_request,
              fmt::format("'name_prefix' must have at most {} characters and no '/'.",
                          longest_name_prefix));
}

Result<Sha1> find_folder(const git::Repository& repository, const Sha1& root,
                         std::string_view folder) {
  if (folder.empty()) return root;
  const auto entry = TRY(repository.find(root, folder));
  if (!entry || !entry->is_tree()) return no_such_folder(folder);
  return entry->id;
}

Result<ListedEntry> describe(Hub& hub, RepoId repo, const git::Repository& repository,
                             const git::TreeEntry& entry, std::string path) {
  ListedEntry listed;
  listed.path = std::move(path);
  listed.oid = entry.id;
  listed.is_folder = entry.is_tree();
  if (listed.is_folder) return listed;
  auto facts = TRY(blob_facts(hub, repo, repository, entry.id));
  listed.blob_size = facts.size;
  listed.lfs = std::move(facts.pointer);
  return listed;
}

// Whether the name that stands right in the folder begins with the prefix.
bool has_prefix(std::string_view path, std::size_t folder_length, std::string_view prefix) {
  const auto begin = folder_length == 0 ? 0 : folder_length + 1;
  return path.substr(begin).starts_with(prefix);
}

struct Begin {
  Revision revision;
  std::string after;  // "" on the first page
};

Result<Begin> begin_of_page(Hub& hub, const Repo& repo, const Revision& revision,
                            std::string_view cursor) {
  if (cursor.empty()) return Begin{revision, {}};
  auto parsed = parse_tree_cursor(cursor);
  if (!parsed) return bad_cursor();
  if (parsed->commit == revision.commit) return Begin{revision, std::move(parsed->path)};
  auto listed = resolve_revision(hub, repo, parsed->commit.hex());
  if (!listed) return bad_cursor();
  return Begin{std::move(*listed), std::move(parsed->path)};
}

std::size_t page_size(const TreeQuery& query) {
  const auto most = query.expand ? largest_expanded_page : largest_tree_page;
  return std::clamp<std::size_t>(query.limit, 1, most);
}

// Fills the page; its next_cursor is set when there is more.
Result<> fill(Hub& hub, const Repo& repo, const git::Repository& repository, TreeWalk& walk,
              const TreeQuery& query, TreePage& page) {
  const auto most = page_size(query);
  while (true) {
    const auto step = TRY(walk.next());
    if (step.entry == nullptr) return {};
    if (!query.name_prefix.empty() &&
        !has_prefix(*step.path, query.folder.size(), query.name_prefix)) {
      walk.skip_children();
      continue;
    }
    if (page.entries.size() == most) {
      page.next_cursor = write_cursor({page.commit, page.entries.back().path});
      return {};
    }
    page.entries.push_back(TRY(describe(hub, repo.id, repository, *step.entry, *step.path)));
  }
}

// With one connection for all of a page.
Result<> add_xet_hashes(Hub& hub, RepoId repo, std::vector<ListedEntry>& entries) {
  if (std::ranges::none_of(entries, [](const auto& entry) { return entry.lfs != nullptr; }))
    return {};
  return hub.database.read_now([&](db::Connection& connection) -> Result<> {
    for (auto& entry : entries) {
      if (!entry.lfs) continue;
      const auto object = TRY(store::ObjectStore::find(connection, repo, entry.lfs->oid));
      if (object) entry.xet_hash = object->xet_hash;
    }
    return {};
  });
}

std::string without_slashes(std::string_view folder) {
  while (folder.ends_with('/')) folder.remove_suffix(1);
  return std::string(folder);
}

}  // namespace

Result<TreePage> list_tree(Hub& hub, const Repo& repo, const Revision& revision,
                           const TreeQuery& asked) {
  TRY(check_prefix(asked.name_prefix));
  auto query = asked;
  query.folder = without_slashes(asked.folder);
  const auto begin = TRY(begin_of_page(hub, repo, revision, query.cursor));
  const auto repository = TRY(hub.repositories.get(repo.id));
  const auto root = TRY(repository->commit(begin.revision.commit))->tree;
  const auto folder = TRY(find_folder(*repository, root, query.folder));
  auto walk = TRY(TreeWalk::start(repository, folder, query.folder, query.recursive));
  if (!begin.after.empty()) TRY(walk.skip_past(begin.after));
  TreePage page;
  page.commit = begin.revision.commit;
  TRY(fill(hub, repo, *repository, walk, query, page));
  TRY(add_xet_hashes(hub, repo.id, page.entries));
  if (query.expand) TRY(add_last_commits(hub, repo, begin.revision, *repository, page.entries));
  return page;
}

Result<std::vector<ListedEntry>> list_paths(Hub& hub, const Repo& repo, const Revision& revision,
                                            const std::vector<std::string>& paths, bool expand) {
  if (paths.size() > most_asked_paths) {
    return fail(Code::payload_too_large,
                fmt::format("At most {} paths can be asked for at once.", most_asked_paths));
  }
  const auto repository = TRY(hub.repositories.get(repo.id));
  const auto root = TRY(repository->commit(revision.commit))->tree;
  std::vector<ListedEntry> entries;
  std::unordered_set<std::string> seen;
  for (const auto& asked : paths) {
    auto path = without_slashes(asked);
    if (path.empty() || !seen.insert(path).second) continue;
    const auto entry = TRY(repository->find(root, path));
    if (!entry || entry->mode == git::mode_submodule) continue;
    entries.push_back(TRY(describe(hub, repo.id, *repository, *entry, std::move(path))));
  }
  TRY(add_xet_hashes(hub, repo.id, entries));
  if (expand) TRY(add_last_commits(hub, repo, revision, *repository, entries));
  return entries;
}

}  // namespace kohaku::hub
