#include "git/merge_base.h"

#include <ranges>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "git/pack_writer.h"
#include "git/relation.h"
#include "git/tree_merge.h"

namespace kohaku::git {
namespace {

constexpr int most_merges = 64;
constexpr RepoId only_repository{1};

// Commits that count as one, and their merged tree.
struct Merged {
  std::vector<Sha1> commits;
  Sha1 tree;
};

}  // namespace

// A repository of its own, with the packs of the other one and those that are made here.
class BaseMaker {
 public:
  BaseMaker(std::shared_ptr<const Repository> repository, os::Path directory)
      : present_(std::move(repository)), objects_(present_), directory_(std::move(directory)) {}
  BaseMaker(const BaseMaker&) = delete;
  BaseMaker& operator=(const BaseMaker&) = delete;
  ~BaseMaker() {
    if (is_open()) std::ignore = os::remove_tree(directory_);
  }

  Result<std::optional<MergeBase>> make(const Sha1& ours, const Sha1& theirs) {
    const auto bases = TRY(merge_bases(*present_, {ours}, theirs));
    if (bases.empty()) return std::nullopt;
    const auto tree = TRY(merge_all(bases));
    MergeBase base(std::move(objects_), tree, is_open() ? directory_ : os::Path());
    directories_.reset();
    return base;
  }

 private:
  bool is_open() const { return directories_ != nullptr; }

  Result<Sha1> tree_of(const Sha1& commit) { return TRY(present_->commit(commit))->tree; }

  // Of best common ancestors, newest first.
  Result<Sha1> merge_all(const std::vector<Sha1>& bases) {
    Merged merged{{bases.back()}, TRY(tree_of(bases.back()))};
    for (const auto& next : std::views::reverse(bases) | std::views::drop(1)) {
      if (++merges_ > most_merges) return tree_of(bases.front());
      merged.tree = TRY(merge(merged, next));
      merged.commits.push_back(next);
    }
    return merged.tree;
  }

  Result<Sha1> merge(const Merged& ours, const Sha1& theirs) {
    const auto bases = TRY(merge_bases(*present_, ours.commits, theirs));
    const auto base = bases.empty() ? empty_tree_id() : TRY(merge_all(bases));
    TRY(open());
    auto pack = TRY(PackWriter::create(directories_->staging(only_repository)));
    const auto merged =
        TRY(merge_trees(*objects_, base, ours.tree, TRY(tree_of(theirs)), Favour::both, pack));
    if (pack.count() > 0) TRY(objects_->publish(TRY(pack.finish())));
    return merged.tree;
  }

  Result<> open() {
    if (is_open()) return {};
    auto directories = TRY(Repositories::open(directory_));
    directories_ = std::move(directories);
    TRY(directories_->create(only_repository));
    const auto from = present_->directory() / "objects" / "pack";
    const auto to = directories_->directory(only_repository) / "objects" / "pack";
    for (const auto& entry : TRY(os::list(from))) {
      if (!entry.name.ends_with(".pack") && !entry.name.ends_with(".idx")) continue;
      TRY(os::hard_link(from / entry.name, to / entry.name));
    }
    objects_ = TRY(directories_->get(only_repository));
    return {};
  }

  std::shared_ptr<const Repository> present_;
  std::shared_ptr<const Repository> objects_;
  os::Path directory_;
  std::unique_ptr<Repositories> directories_;  // null until something has to be made
  int merges_ = 0;
};

MergeBase::MergeBase(std::shared_ptr<const Repository> objects, const Sha1& tree,
                     os::Path directory)
    : objects_(std::move(objects)), tree_(tree), directory_(std::move(directory)) {}

MergeBase::MergeBase(MergeBase&& other) noexcept
    : objects_(std::move(other.objects_)),
      tree_(other.tree_),
      directory_(std::exchange(other.directory_, {})) {}

MergeBase::~MergeBase() {
  if (!directory_.empty()) std::ignore = os::remove_tree(directory_);
}

Result<std::optional<MergeBase>> MergeBase::find(std::shared_ptr<const Repository> repository,
                                                 const os::Path& staging_directory,
                                                 const Sha1& ours, const Sha1& theirs) {
  BaseMaker maker(std::move(repository), staging_directory / ("merge-" + random_text(16)));
  return maker.make(ours, theirs);
}

}  // namespace kohaku::git
