#include "git/tree_merge.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "git/lfs_pointer.h"
#include "git/line_match.h"
#include "git/text_merge.h"
#include "git/tree_editor.h"

namespace kohaku::git {
namespace {

constexpr std::uint64_t most_text = 4 << 20;

using Entry = std::optional<TreeEntry>;

// What three trees have at one path.
struct Place {
  std::string path;
  Entry base;
  Entry ours;
  Entry theirs;
};

bool same(const Entry& a, const Entry& b) {
  if (!a || !b) return !a && !b;
  return a->id == b->id && a->mode == b->mode;
}

bool is_folder_or_nothing(const Entry& entry) { return !entry || entry->is_tree(); }

bool is_file(const Entry& entry) {
  return entry && (entry->mode == mode_file || entry->mode == mode_executable);
}

Entry folder(const Sha1& id) { return TreeEntry{.mode = mode_tree, .name = {}, .id = id}; }

class TreeMerge {
 public:
  TreeMerge(const Repository& repository, const Sha1& ours, Favour favour, PackWriter& pack)
      : repository_(repository),
        editor_(repository, ours == empty_tree_id() ? std::nullopt : std::optional(ours)),
        favour_(favour),
        pack_(pack) {}

  Result<MergedTree> run(Place root) {
    waiting_.push_back(std::move(root));
    while (!waiting_.empty()) {
      const auto place = std::move(waiting_.back());
      waiting_.pop_back();
      TRY(merge(place));
    }
    MergedTree merged;
    std::ranges::sort(conflicts_);
    merged.conflicts = std::move(conflicts_);
    if (!merged.conflicts.empty()) return merged;
    TRY(apply());
    merged.tree = TRY(editor_.write(pack_));
    merged.changes = editor_.changed_entries();
    return merged;
  }

 private:
  struct Change {
    std::string path;
    Entry entry;
    bool was_folder = false;
  };

  Result<> merge(const Place& place) {
    if (same(place.theirs, place.base) || same(place.ours, place.theirs)) return {};
    if (same(place.ours, place.base)) return take_theirs(place);
    if (is_folder_or_nothing(place.base) && is_folder_or_nothing(place.ours) &&
        is_folder_or_nothing(place.theirs)) {
      return enter(place);
    }
    if (is_file(place.ours) && is_file(place.theirs)) {
      auto merged = TRY(merge_files(place));
      if (merged) {
        changes_.push_back({place.path, std::move(merged), false});
        return {};
      }
    }
    return settle_conflict(place);
  }

  Result<> take_theirs(const Place& place) {
    changes_.push_back({place.path, place.theirs, place.ours && place.ours->is_tree()});
    return {};
  }

  Result<> settle_conflict(const Place& place) {
    if (favour_ == Favour::theirs) return take_theirs(place);
    if (favour_ == Favour::both) {
      changes_.push_back({place.path, place.base, place.ours && place.ours->is_tree()});
    }
    if (favour_ == Favour::neither) conflicts_.push_back(place.path);
    return {};
  }

  Result<std::shared_ptr<const Tree>> load(const Entry& entry) {
    if (!entry || entry->id == empty_tree_id()) return std::make_shared<const Tree>();
    return repository_.tree(entry->id);
  }

  static Entry entry_of(const Tree& tree, const std::string& name) {
    const auto* entry = find_entry(tree, name);
    return entry == nullptr ? Entry() : Entry(*entry);
  }

  Result<> enter(const Place& place) {
    const auto base = TRY(load(place.base));
    const auto ours = TRY(load(place.ours));
    const auto theirs = TRY(load(place.theirs));
    // Only what they changed can change ours.
    std::set<std::string> names;
    for (const auto& entry : *theirs) {
      const auto* former = find_entry(*base, entry.name);
      if (former == nullptr || *former != entry) names.insert(entry.name);
    }
    for (const auto& entry : *base) {
      if (find_entry(*theirs, entry.name) == nullptr) names.insert(entry.name);
    }
    for (const auto& name : names) {
      waiting_.push_back({place.path.empty() ? name : place.path + "/" + name,
                          entry_of(*base, name), entry_of(*ours, name), entry_of(*theirs, name)});
    }
    return {};
  }

  // Nothing when the two do not fit together.
  Result<Entry> merge_files(const Place& place) {
    auto merged = *place.ours;
    const bool they_changed_mode = place.base && place.theirs->mode != place.base->mode;
    if (they_changed_mode) merged.mode = place.theirs->mode;
    if (place.ours->id == place.theirs->id) return merged;
    if (place.base && place.base->id == place.ours->id) {
      merged.id = place.theirs->id;
      return merged;
    }
    if (place.base && place.base->id == place.theirs->id) return merged;
    const auto base = TRY(read_text(is_file(place.base) ? place.base : Entry()));
    const auto ours = TRY(read_text(place.ours));
    const auto theirs = TRY(read_text(place.theirs));
    if (!base || !ours || !theirs) return Entry();
    const auto text = merge_texts(
        *base, *ours, *theirs, favour_ == Favour::both ? Clash::both_with_markers : Clash::fails);
    if (!text) return Entry();
    merged.id = TRY(pack_.add(ObjectType::blob, as_bytes(*text)));
    return merged;
  }

  // "" of no file; nothing for what must not be put together line by line.
  Result<std::optional<std::string>> read_text(const Entry& entry) {
    if (!entry) return std::string();
    auto text = repository_.read(entry->id, ObjectType::blob, most_text);
    if (!text && text.error().code == Code::payload_too_large) return std::nullopt;
    if (!text) return std::unexpected(text.error());
    if (!is_text(*text) || parse_pointer(*text)) return std::nullopt;
    return std::move(*text);
  }

  // What goes makes room first for what comes: a file may stand where a folder was.
  Result<> apply() {
    for (const auto& change : changes_) {
      if (change.entry && !change.was_folder) continue;
      if (change.was_folder) TRY(editor_.remove_folder(change.path));
      else TRY(editor_.remove_file(change.path));
    }
    for (const auto& change : changes_) {
      if (!change.entry) continue;
      if (change.path.empty()) TRY(put_root(*change.entry));
      else TRY(editor_.put_entry(TRY(RepoPath::parse(change.path)), *change.entry));
    }
    return {};
  }

  Result<> put_root(const TreeEntry& root) {
    for (const auto& entry : *TRY(load(root))) {
      TRY(editor_.put_entry(TRY(RepoPath::parse(entry.name)), entry));
    }
    return {};
  }

  const Repository& repository_;
  TreeEditor editor_;
  Favour favour_;
  PackWriter& pack_;
  std::vector<Place> waiting_;
  std::vector<Change> changes_;
  std::vector<std::string> conflicts_;
};

}  // namespace

Result<MergedTree> merge_trees(const Repository& repository, const Sha1& base, const Sha1& ours,
                               const Sha1& theirs, Favour favour, PackWriter& pack) {
  return TreeMerge(repository, ours, favour, pack)
      .run({{}, folder(base), folder(ours), folder(theirs)});
}

}  // namespace kohaku::git
