#include "hub/commit_build.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "git/tree_editor.h"
#include "hub/attribute_lookup.h"
#include "hub/signature.h"

namespace kohaku::hub {
namespace {

std::unexpected<Error> no_such_file(std::string_view path) {
  return fail(Code::entry_not_found, fmt::format("A file with this name doesn't exist: {}", path));
}

// A small text at the root of a tree; "" when there is none or it is too long to be of use.
Result<std::string> read_root_file(const git::Repository& repository, const Sha1& tree,
                                   std::string_view name) {
  const auto text = TRY(read_rules_file(repository, TRY(repository.find(tree, name))));
  return text.value_or(std::string());
}

// Applies a draft to one tip.
class Builder {
 public:
  Builder(const git::Repository& repository, const CommitDraft& draft, const BranchTip& tip)
      : repository_(repository), draft_(draft), tip_(tip), editor_(repository, tip.tree) {}

  // The new tree; its objects go into `pack`.
  Result<Sha1> build(git::PackWriter& pack) {
    const auto sources = TRY(find_sources());
    TRY(remove());
    for (std::size_t i = 0; i < sources.size(); ++i) TRY(copy(draft_.copies()[i], sources[i]));
    for (const auto& file : draft_.files()) TRY(put(file.path, file.blob));
    for (const auto& object : draft_.objects()) TRY(name_object(object));
    TRY(add_attributes(pack));
    return editor_.write(pack);
  }

  std::vector<git::ChangedEntry> changes() const { return editor_.changed_entries(); }
  std::vector<NamedObject> take_objects() { return std::move(objects_); }

 private:
  // Before anything is deleted: a rename is a copy and a deletion.
  Result<std::vector<git::TreeEntry>> find_sources() {
    std::vector<git::TreeEntry> sources;
    for (const auto& copy : draft_.copies()) {
      auto tree = tip_.tree;
      if (copy.source_commit) tree = TRY(repository_.commit(*copy.source_commit))->tree;
      auto entry = TRY(repository_.find(tree, copy.source));
      if (!entry) return no_such_file(copy.source);
      if (entry->is_tree()) {
        return fail(Code::bad_request,
                    fmt::format("'{}' is a folder; only files can be copied.", copy.source));
      }
      sources.push_back(std::move(*entry));
    }
    return sources;
  }

  Result<> remove() {
    std::set<std::string_view> removed;  // a rename may name what is deleted by itself, too
    for (const auto& path : draft_.deleted_files()) {
      if (removed.insert(path).second && !TRY(editor_.remove_file(path))) return no_such_file(path);
    }
    for (const auto& path : draft_.deleted_folders()) TRY(editor_.remove_folder(path));
    return {};
  }

  Result<> put(const RepoPath& path, const Sha1& blob) {
    const auto there = TRY(editor_.find(path.text()));
    if (there && there->is_tree()) {
      return fail(Code::unprocessable,
                  fmt::format("'{}' is a folder; delete it first.", path.text()));
    }
    if (there && there->id == blob) return {};
    const bool executable = there && there->mode == git::mode_executable;
    return checked(editor_.put(path, executable ? git::mode_executable : git::mode_file, blob));
  }

  Result<> copy(const DraftCopy& copy, const git::TreeEntry& source) {
    const auto there = TRY(editor_.find(copy.path.text()));
    if (there && there->is_tree()) {
      return fail(Code::unprocessable,
                  fmt::format("'{}' is a folder; delete it first.", copy.path.text()));
    }
    TRY(checked(editor_.put_entry(copy.path, source)));
    const auto header = repository_.header(source.id);
    if (!header || header->type != git::ObjectType::blob ||
        header->size > git::longest_lfs_pointer) {
      return {};
    }
    const auto text =
        TRY(repository_.read(source.id, git::ObjectType::blob, git::longest_lfs_pointer));
    if (const auto pointer = git::parse_pointer(text)) {
      return name_object({copy.path.text(), *pointer, source.id});
    }
    return {};
  }

  // 409 would say that another writer was quicker.
  static Result<> checked(Result<> put) {
    if (!put && put.error().code == Code::conflict) put.error().code = Code::unprocessable;
    return put;
  }

  Result<> name_object(const DraftObject& object) {
    const auto there = TRY(editor_.find(object.path));
    if (!there || there->id != object.blob) return {};  // a later line put something else there
    const auto before = TRY(repository_.find(tip_.tree, object.path));
    objects_.push_back({.path = object.path,
                        .sha256 = object.pointer.oid,
                        .size = object.pointer.size,
                        .commit = {},
                        .is_new_version = !before || before->id != object.blob});
    return {};
  }

  Result<std::optional<std::string>> read_attributes(const std::string& path) {
    const auto entry = TRY(editor_.find(path));
    const auto own = draft_.attributes().find(path);
    if (own != draft_.attributes().end() && entry &&
        entry->id == git::object_id(git::ObjectType::blob, as_bytes(own->second))) {
      return own->second;
    }
    return read_rules_file(repository_, entry);
  }

  // Git must know a large file by a rule: git-lfs would not look at it otherwise.
  Result<> add_attributes(git::PackWriter& pack) {
    AttributeLookup lookup([this](const std::string& path) { return read_attributes(path); });
    std::set<std::string_view> missing;
    for (const auto& object : objects_) {
      if (!TRY(lookup.is_lfs(object.path)).value_or(false)) missing.insert(object.path);
    }
    if (missing.empty()) return {};
    auto text = TRY(read_attributes(std::string(attributes_name))).value_or(std::string());
    if (!text.empty() && !text.ends_with('\n')) text += '\n';
    for (const auto& path : missing) text += add_newline(git::lfs_attribute_line(path));
    return put(TRY(RepoPath::parse(attributes_name)),
               TRY(pack.add(git::ObjectType::blob, as_bytes(text))));
  }

  static std::string add_newline(std::string line) {
    if (!line.ends_with('\n')) line += '\n';
    return line;
  }

  const git::Repository& repository_;
  const CommitDraft& draft_;
  const BranchTip& tip_;
  git::TreeEditor editor_;
  std::vector<NamedObject> objects_;
};

git::Commit describe(const CommitDraft& draft, const BranchTip& tip, const Sha1& tree,
                     const git::Signature& author) {
  git::Commit commit;
  commit.tree = tree;
  commit.parents = {tip.commit};
  commit.author = author;
  commit.committer = author;
  commit.message = commit_message(draft.summary(), draft.description());
  return commit;
}

}  // namespace

Result<CardMetadata> read_card_of(const git::Repository& repository, const Sha1& tree) {
  const auto readme = TRY(read_root_file(repository, tree, "README.md"));
  return read_card(readme, TRY(read_root_file(repository, tree, "config.json")));
}

Result<> describe_changes(const git::Repository& repository, const Sha1& tree, const Sha1& commit,
                          const std::vector<git::ChangedEntry>& changes, Publication& publication) {
  bool card_changed = false;
  for (const auto& change : changes) {
    publication.path_changes.push_back(
        {change.folder, change.name,
         change.removed ? std::optional<Sha1>() : std::optional<Sha1>(commit)});
    card_changed |=
        change.folder.empty() && (change.name == "README.md" || change.name == "config.json");
  }
  if (card_changed) publication.card = TRY(read_card_of(repository, tree));
  return {};
}

Result<BuiltCommit> build_commit(Hub& hub, const WritableRepo& repo,
                                 const git::Repository& repository, CommitDraft& draft,
                                 const BranchTip& tip) {
  auto pack = TRY(draft.take_pack());
  Builder builder(repository, draft, tip);
  const auto tree = TRY(builder.build(pack));
  if (tree == tip.tree) return BuiltCommit{tip.commit, std::nullopt};

  const auto commit = describe(draft, tip, tree, signature_of(repo.user(), hub.clock.now()));
  const auto id = TRY(pack.add(git::ObjectType::commit, as_bytes(git::serialize_commit(commit))));
  const auto staged = TRY(pack.finish());
  TRY(repository.publish(staged));
  draft.placed_packs().push_back(staged);

  Publication publication;
  publication.repo = repo.repo().id;
  publication.writer = repo.user().id;
  publication.packs = draft.placed_packs();
  std::optional<std::int64_t> count;
  if (tip.commit_count) count = *tip.commit_count + 1;
  publication.refs.push_back({tip.ref, tip.commit, id, id, count});
  publication.objects = builder.take_objects();
  for (auto& object : publication.objects) object.commit = id;
  if (tip.ref == fmt::format("refs/heads/{}", repo.repo().default_branch)) {
    TRY(describe_changes(repository, tree, id, builder.changes(), publication));
  }
  return BuiltCommit{id, std::move(publication)};
}

}  // namespace kohaku::hub
