#include "hub/changes.h"

#include <fmt/format.h>

#include "base/repo_path.h"
#include "git/line_match.h"
#include "git/text_diff.h"
#include "hub/blob_facts.h"

namespace kohaku::hub {
namespace {

constexpr std::size_t most_files = 1000;
constexpr std::uint64_t most_text_of_many = 1 << 20;
constexpr std::uint64_t most_text_of_one = 8 << 20;
constexpr std::uint64_t most_texts = 64 << 20;  // read for one answer
constexpr std::size_t most_diffs = 4 << 20;     // in one answer

class ChangeReader {
 public:
  ChangeReader(Hub& hub, RepoId repo, const git::Repository& repository, const ChangeQuery& query)
      : hub_(hub), repo_(repo), repository_(repository), query_(query) {}

  Result<Changes> read(const Sha1& before, const Sha1& after) {
    auto found = TRY(git::diff_files(repository_, before, after, query_.path, most_files));
    const bool one = found.files.size() == 1 && found.files.front().path == query_.path;
    most_text_ = one ? most_text_of_one : most_text_of_many;
    Changes changes;
    changes.complete = found.complete;
    for (auto& file : found.files) changes.files.push_back(TRY(describe(file)));
    return changes;
  }

 private:
  Result<ChangedFile> describe(git::FileChange& file) {
    ChangedFile changed;
    changed.path = std::move(file.path);
    changed.before = TRY(version_of(file.before));
    changed.after = TRY(version_of(file.after));
    if (query_.with_text) TRY(add_diff(changed));
    return changed;
  }

  Result<std::optional<FileVersion>> version_of(const std::optional<git::TreeEntry>& entry) {
    if (!entry) return std::nullopt;
    FileVersion version{.blob = entry->id};
    if (entry->mode == git::mode_submodule) {
      version.is_submodule = true;
      return version;
    }
    auto facts = TRY(blob_facts(hub_, repo_, repository_, entry->id));
    version.blob_size = facts.size;
    version.lfs = std::move(facts.pointer);
    return version;
  }

  static bool may_be_text(const std::optional<FileVersion>& version) {
    return !version || (!version->lfs && !version->is_submodule);
  }

  Result<> add_diff(ChangedFile& file) {
    if (!may_be_text(file.before) || !may_be_text(file.after)) return {};
    const auto size = std::max(size_of(file.before), size_of(file.after));
    texts_ += size_of(file.before) + size_of(file.after);
    if (size > most_text_ || texts_ > most_texts || diffs_ >= most_diffs) {
      file.diff_complete = false;  // it may be binary: nobody looked
      return {};
    }
    const auto before = TRY(read_text(file.before));
    const auto after = TRY(read_text(file.after));
    if (!before || !after) return {};
    auto diff = git::unified_diff(*before, *after, most_diffs - diffs_);
    diffs_ += diff.hunks.size();
    file.diff_complete = diff.complete;
    file.diff = fmt::format("--- {}\n+++ {}\n{}", name_of(file, file.before, "a/"),
                            name_of(file, file.after, "b/"), diff.hunks);
    return {};
  }

  static std::uint64_t size_of(const std::optional<FileVersion>& version) {
    return version ? version->blob_size : 0;
  }

  static std::string name_of(const ChangedFile& file, const std::optional<FileVersion>& version,
                             std::string_view prefix) {
    return version ? fmt::format("{}{}", prefix, file.path) : "/dev/null";
  }

  // Nothing for what is no text, or none that JSON could hold.
  Result<std::optional<std::string>> read_text(const std::optional<FileVersion>& version) {
    if (!version) return std::string();
    auto text = TRY(repository_.read(version->blob, git::ObjectType::blob, most_text_));
    if (!git::is_text(text) || !is_utf8(text)) return std::nullopt;
    return text;
  }

  Hub& hub_;
  RepoId repo_;
  const git::Repository& repository_;
  const ChangeQuery& query_;
  std::uint64_t most_text_ = most_text_of_many;
  std::uint64_t texts_ = 0;
  std::size_t diffs_ = 0;
};

struct Range {
  std::string_view base;
  std::string_view head;
  bool from_merge_base = true;
};

// No branch or tag has two dots in a row in its name.
Result<Range> parse_range(std::string_view text) {
  const auto dots = text.find("..");
  Range range;
  if (dots != text.npos) {
    range.from_merge_base = text.substr(dots).starts_with("...");
    range.base = text.substr(0, dots);
    range.head = text.substr(dots + (range.from_merge_base ? 3 : 2));
  }
  if (range.base.empty() || range.head.empty()) {
    return fail(Code::bad_request, "Give two revisions to compare as base...head.");
  }
  return range;
}

}  // namespace

Result<Changes> list_changes(Hub& hub, const Repo& repo, const git::Repository& repository,
                             const Sha1& before, const Sha1& after, const ChangeQuery& query) {
  return ChangeReader(hub, repo.id, repository, query).read(before, after);
}

Result<CommitChanges> changes_of_commit(Hub& hub, const Repo& repo, std::string_view revision,
                                        const ChangeQuery& query) {
  const auto repository = TRY(hub.repositories.get(repo.id));
  CommitChanges result;
  result.id = TRY(resolve_revision(hub, repo, revision)).commit;
  result.commit = TRY(repository->commit(result.id));
  auto before = git::empty_tree_id();
  if (!result.commit->parents.empty()) {
    before = TRY(repository->commit(result.commit->parents.front()))->tree;
  }
  result.changes = TRY(list_changes(hub, repo, *repository, before, result.commit->tree, query));
  return result;
}

Result<Comparison> compare(Hub& hub, const Repo& repo, std::string_view range,
                           const ChangeQuery& query, std::size_t most_commits) {
  const auto ends = TRY(parse_range(range));
  Comparison comparison;
  comparison.base = TRY(resolve_revision(hub, repo, ends.base)).commit;
  comparison.head = TRY(resolve_revision(hub, repo, ends.head)).commit;
  const auto repository = TRY(hub.repositories.get(repo.id));
  comparison.relation =
      TRY(git::relate(*repository, comparison.base, comparison.head, most_commits));
  auto before = git::empty_tree_id();
  if (!ends.from_merge_base) {
    before = TRY(repository->commit(comparison.base))->tree;
  } else if (comparison.relation.merge_base) {
    before = TRY(repository->commit(*comparison.relation.merge_base))->tree;
  }
  const auto after = TRY(repository->commit(comparison.head))->tree;
  comparison.changes = TRY(list_changes(hub, repo, *repository, before, after, query));
  return comparison;
}

}  // namespace kohaku::hub
