#include "git/tree_editor.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

namespace kohaku::git {
namespace {

struct Folder;

// What a name stands for now: nothing (removed), an entry as given, or a folder being changed.
struct Change {
  std::optional<TreeEntry> entry;
  std::unique_ptr<Folder> folder;
};

// A folder as it was, with the changes made to it since.
struct Folder {
  std::shared_ptr<const Tree> before;
  std::map<std::string, Change, std::less<>> changes;
};

std::string_view take_segment(std::string_view& path) {
  const auto segment = path.substr(0, path.find('/'));
  path.remove_prefix(std::min(segment.size() + 1, path.size()));
  return segment;
}

std::unexpected<Error> parent_is_a_file(std::string_view path, std::string_view segment) {
  return fail(Code::conflict, "Cannot write '" + std::string(path) + "': '" + std::string(segment) +
                                  "' is a file, not a folder.");
}

}  // namespace

struct TreeEditor::State {
  const Repository& repository;
  std::optional<Sha1> start;
  std::unique_ptr<Folder> root;
  // Trees made of changes, which the repository need not have yet.
  std::unordered_map<Sha1, std::shared_ptr<const Tree>> made;
  std::vector<ChangedEntry> changed;

  Result<std::unique_ptr<Folder>> load(const std::optional<Sha1>& id) {
    auto folder = std::make_unique<Folder>();
    folder->before = id ? TRY(load_tree(*id)) : std::make_shared<const Tree>();
    return folder;
  }

  Result<std::shared_ptr<const Tree>> load_tree(const Sha1& id) {
    if (const auto found = made.find(id); found != made.end()) return found->second;
    return repository.tree(id);
  }

  Result<Folder*> root_folder() {
    if (!root) root = TRY(load(start));
    return root.get();
  }

  Result<Folder*> folder_to_change(Folder& parent, std::string_view name, bool make);
  Result<Folder*> parent_of(std::string_view path, bool make);
  Result<std::optional<TreeEntry>> find_below(TreeEntry entry, std::string_view path);
  std::optional<Sha1> make_tree(const Folder& folder);
  Tree merge(const Folder& folder);
  Result<> write_made(const Sha1& root, PackWriter& pack);
};

namespace {

// The entry a name has in a folder, unless it is a folder being changed.
struct Standing {
  const TreeEntry* entry = nullptr;
  Folder* folder = nullptr;
};

Standing standing(const Folder& folder, std::string_view name) {
  const auto change = folder.changes.find(name);
  if (change == folder.changes.end()) return {.entry = find_entry(*folder.before, name)};
  if (change->second.folder) return {.folder = change->second.folder.get()};
  return {.entry = change->second.entry ? &*change->second.entry : nullptr};
}

void set(Folder& folder, std::string_view name, Change change) {
  folder.changes.insert_or_assign(std::string(name), std::move(change));
}

// Whether anything would be left of a folder with its changes applied.
bool is_empty(const Folder& folder) {
  for (const auto& [name, change] : folder.changes) {
    if (change.entry || (change.folder && !is_empty(*change.folder))) return false;
  }
  return std::all_of(folder.before->begin(), folder.before->end(),
                     [&](const TreeEntry& entry) { return folder.changes.contains(entry.name); });
}

}  // namespace

// The folder of this name, ready to be changed. Null when there is none and none shall be made;
// conflict when a file is in the way of making it.
Result<Folder*> TreeEditor::State::folder_to_change(Folder& parent, std::string_view name,
                                                    bool make) {
  const auto now = standing(parent, name);
  if (now.folder != nullptr) return now.folder;
  const bool is_folder = now.entry != nullptr && now.entry->is_tree();
  if (!is_folder && !make) return nullptr;
  if (!is_folder && now.entry != nullptr) return fail(Code::conflict, std::string(name));
  auto folder = TRY(load(is_folder ? std::optional(now.entry->id) : std::nullopt));
  auto* result = folder.get();
  set(parent, name, {.entry = {}, .folder = std::move(folder)});
  return result;
}

// The folder that holds `path`, ready to be changed; null when there is none and none shall be made.
Result<Folder*> TreeEditor::State::parent_of(std::string_view path, bool make) {
  auto* folder = TRY(root_folder());
  auto rest = path;
  auto segment = take_segment(rest);
  while (!rest.empty() && folder != nullptr) {
    auto next = folder_to_change(*folder, segment, make);
    if (!next && next.error().code == Code::conflict) return parent_is_a_file(path, segment);
    folder = TRY(std::move(next));
    segment = take_segment(rest);
  }
  return folder;
}

// Like Repository::find, in trees of ours too.
Result<std::optional<TreeEntry>> TreeEditor::State::find_below(TreeEntry entry,
                                                               std::string_view path) {
  while (!path.empty()) {
    if (!entry.is_tree()) return std::nullopt;
    const auto tree = TRY(load_tree(entry.id));
    const auto* next = find_entry(*tree, take_segment(path));
    if (next == nullptr) return std::nullopt;
    entry = *next;
  }
  return entry;
}

// The folder's entries with the changes applied, sorted.
Tree TreeEditor::State::merge(const Folder& folder) {
  Tree tree;
  tree.reserve(folder.before->size() + folder.changes.size());
  for (const auto& entry : *folder.before) {
    if (!folder.changes.contains(entry.name)) tree.push_back(entry);
  }
  for (const auto& [name, change] : folder.changes) {
    if (change.folder) {
      const auto id = make_tree(*change.folder);
      if (id) tree.push_back({.mode = mode_tree, .name = name, .id = *id});
    } else if (change.entry) {
      tree.push_back(*change.entry);
    }
  }
  sort_tree(tree);
  return tree;
}

// The id the folder has now. Nothing for one that became empty.
std::optional<Sha1> TreeEditor::State::make_tree(const Folder& folder) {
  auto tree = merge(folder);
  if (tree.empty()) return std::nullopt;
  const auto id = object_id(ObjectType::tree, as_bytes(serialize_tree(tree)));
  // Changes that were undone give the old tree again, which is there already.
  if (tree != *folder.before) made.try_emplace(id, std::make_shared<const Tree>(std::move(tree)));
  return id;
}

// Those trees of ours that the new root leads to.
Result<> TreeEditor::State::write_made(const Sha1& root, PackWriter& pack) {
  std::vector<Sha1> waiting{root};
  while (!waiting.empty()) {
    const auto id = waiting.back();
    waiting.pop_back();
    const auto found = made.find(id);
    if (found == made.end() || pack.contains(id)) continue;
    TRY(pack.add(ObjectType::tree, as_bytes(serialize_tree(*found->second))));
    for (const auto& entry : *found->second) {
      if (entry.is_tree()) waiting.push_back(entry.id);
    }
  }
  return {};
}

TreeEditor::TreeEditor(const Repository& repository, std::optional<Sha1> root)
    : state_(new State{
          .repository = repository, .start = root, .root = {}, .made = {}, .changed = {}}) {}
TreeEditor::~TreeEditor() = default;

Result<std::optional<TreeEntry>> TreeEditor::find(std::string_view path) {
  const auto* folder = TRY(state_->root_folder());
  if (path.empty()) {
    const auto id = state_->make_tree(*folder).value_or(empty_tree_id());
    return TreeEntry{.mode = mode_tree, .name = {}, .id = id};
  }
  while (folder != nullptr) {
    const auto segment = take_segment(path);
    const auto now = standing(*folder, segment);
    if (now.folder == nullptr) {
      if (now.entry == nullptr) return std::nullopt;
      return state_->find_below(*now.entry, path);
    }
    if (path.empty()) {
      const auto id = state_->make_tree(*now.folder);
      if (!id) return std::nullopt;
      return TreeEntry{.mode = mode_tree, .name = std::string(segment), .id = *id};
    }
    folder = now.folder;
  }
  return std::nullopt;
}

Result<> TreeEditor::put(const RepoPath& path, std::uint32_t mode, const Sha1& id) {
  return put_entry(path, {.mode = mode, .name = {}, .id = id});
}

Result<> TreeEditor::put_entry(const RepoPath& path, const TreeEntry& entry) {
  auto* folder = TRY(state_->parent_of(path.text(), true));
  const std::string name(path.name());
  set(*folder, name,
      {.entry = TreeEntry{.mode = entry.mode, .name = name, .id = entry.id}, .folder = {}});
  return {};
}

Result<bool> TreeEditor::remove_file(std::string_view path) {
  const auto entry = TRY(find(path));
  if (!entry || entry->is_tree()) return false;
  auto* folder = TRY(state_->parent_of(path, false));
  set(*folder, path.substr(path.rfind('/') + 1), {});
  return true;
}

Result<bool> TreeEditor::remove_folder(std::string_view path) {
  if (path.empty()) {
    auto* root = TRY(state_->root_folder());
    const bool was_there = !is_empty(*root);
    root->changes.clear();
    for (const auto& entry : *root->before) set(*root, entry.name, {});
    return was_there;
  }
  const auto entry = TRY(find(path));
  if (!entry || !entry->is_tree()) return false;
  auto* folder = TRY(state_->parent_of(path, false));
  set(*folder, path.substr(path.rfind('/') + 1), {});
  return true;
}

Result<Sha1> TreeEditor::write(PackWriter& pack) {
  const auto* folder = TRY(state_->root_folder());
  const auto id = state_->make_tree(*folder).value_or(empty_tree_id());
  if (id == empty_tree_id()) {
    TRY(pack.add(ObjectType::tree, {}));
  } else {
    TRY(state_->write_made(id, pack));
  }
  state_->changed = TRY(diff_trees(state_->start.value_or(empty_tree_id()), id,
                                   [&](const Sha1& tree) { return state_->load_tree(tree); }));
  return id;
}

std::vector<ChangedEntry> TreeEditor::changed_entries() const { return state_->changed; }

}  // namespace kohaku::git
