#include "hub/initial_commit.h"

#include <fmt/format.h>

#include "git/attributes.h"
#include "git/tree_editor.h"
#include "hub/signature.h"

namespace kohaku::hub {
namespace {

constexpr std::string_view attributes_path = ".gitattributes";

struct Written {
  Sha1 commit;
  std::vector<git::ChangedEntry> changes;
};

Result<> put_file(git::TreeEditor& editor, git::PackWriter& pack, const InitialFile& file,
                  std::uint64_t threshold) {
  if (file.content.size() >= threshold) {
    return fail(
        Code::payload_too_large,
        fmt::format("The file '{}' is too large for a new repository. Create it first, then "
                    "upload the file with LFS.",
                    file.path));
  }
  const auto path = TRY(RepoPath::parse(file.path));
  const auto blob = TRY(pack.add(git::ObjectType::blob, as_bytes(file.content)));
  auto put = editor.put(path, git::mode_file, blob);
  if (!put && put.error().code == Code::conflict) {
    return fail(Code::unprocessable,
                fmt::format("'{}' lies below another file of the request.", file.path));
  }
  return put;
}

Result<Written> write_objects(git::PackWriter& pack, const git::Repository& repository,
                              const git::Signature& author, const std::vector<InitialFile>& files,
                              std::uint64_t threshold) {
  git::TreeEditor editor(repository, std::nullopt);
  TRY(put_file(editor, pack, {std::string(attributes_path), std::string(git::default_attributes())},
               threshold));
  for (const auto& file : files) TRY(put_file(editor, pack, file, threshold));
  git::Commit commit;
  commit.tree = TRY(editor.write(pack));
  commit.author = author;
  commit.committer = author;
  commit.message = commit_message("initial commit", {});
  const auto id = TRY(pack.add(git::ObjectType::commit, as_bytes(git::serialize_commit(commit))));
  return Written{id, editor.changed_entries()};
}

std::string_view content_of(const std::vector<InitialFile>& files, std::string_view path) {
  for (const auto& file : files) {
    if (file.path == path) return file.content;
  }
  return {};
}

Result<InitialCommit> prepare(Hub& hub, RepoId repo, const User& author,
                              std::string_view default_branch,
                              const std::vector<InitialFile>& files) {
  TRY(hub.repositories.create(repo));
  const auto repository = TRY(hub.repositories.get(repo));
  auto pack = TRY(git::PackWriter::create(hub.repositories.staging(repo)));
  const auto written = TRY(write_objects(pack, *repository, signature_of(author, hub.clock.now()),
                                         files, hub.config.lfs_threshold_bytes));
  InitialCommit commit{.id = written.commit, .publication = {}};
  auto& publication = commit.publication;
  publication.repo = repo;
  publication.writer = author.id;
  publication.packs.push_back(TRY(pack.finish()));
  publication.refs.push_back({.name = fmt::format("refs/heads/{}", default_branch),
                              .expected = std::nullopt,
                              .target = written.commit,
                              .commit = written.commit,
                              .commit_count = 1});
  for (const auto& change : written.changes) {
    publication.path_changes.push_back({change.folder, change.name, written.commit});
  }
  publication.card = read_card(content_of(files, "README.md"), content_of(files, "config.json"));
  TRY(place_packs(hub, repo, publication.packs));
  return commit;
}

}  // namespace

Task<Result<InitialCommit>> prepare_initial_commit(Hub& hub, RepoId repo, User author,
                                                   std::string default_branch,
                                                   std::vector<InitialFile> files) {
  co_return co_await hub.pool.run(
      [&] { return prepare(hub, repo, author, default_branch, files); });
}

Result<> record_initial_commit(db::Connection& connection, const InitialCommit& commit,
                               Micros now) {
  return record(connection, commit.publication, now, Rights::already_checked);
}

}  // namespace kohaku::hub
