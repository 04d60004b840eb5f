#include "git/rewrite.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace kohaku::git {
namespace {

constexpr std::uint64_t most_text = 4 << 20;  // of a commit or tag, as Repository reads them
constexpr int most_tag_depth = 16;
constexpr std::string_view signature_begin = "-----BEGIN ";

std::string_view take_line(std::string_view& rest) {
  const auto end = std::min(rest.find('\n'), rest.size());
  const auto line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

// A merge tag is the signed tag of a parent, which has another id now.
bool is_signature(std::string_view line) {
  return line.starts_with("gpgsig ") || line.starts_with("gpgsig-sha256 ") ||
         line.starts_with("mergetag ");
}

}  // namespace

Result<std::string> rewrite_commit_text(std::string_view text, const Sha1& tree,
                                        const std::vector<Sha1>& parents) {
  if (!take_line(text).starts_with("tree ")) {
    return fail_internal("rewrite: a commit that does not begin with its tree");
  }
  auto out = fmt::format("tree {}\n", tree.hex());
  for (const auto& parent : parents) out += fmt::format("parent {}\n", parent.hex());
  bool drops = false;  // the header at hand, with its continuation lines
  while (!text.empty()) {
    const auto line = take_line(text);
    if (line.empty()) break;
    if (!line.starts_with(' ')) drops = line.starts_with("parent ") || is_signature(line);
    if (!drops) out += fmt::format("{}\n", line);
  }
  return out + "\n" + std::string(text);
}

Result<std::string> rewrite_tag_text(std::string_view text, const Sha1& target) {
  if (!take_line(text).starts_with("object ")) {
    return fail_internal("rewrite: a tag that does not begin with its object");
  }
  const auto signature = text.find(fmt::format("\n{}", signature_begin));
  const auto kept = text.substr(0, signature == text.npos ? text.size() : signature + 1);
  return fmt::format("object {}\n{}", target.hex(), kept);
}

struct Rewriter::State {
  const Repository& repository;
  PackWriter& pack;
  Drops drops;
  std::unordered_map<Sha1, bool> blobs{};
  std::unordered_map<Sha1, std::optional<Sha1>> trees{};  // nothing: became empty
  std::unordered_map<Sha1, Sha1> commits{};

  Result<bool> goes(const TreeEntry& entry) {
    if (entry.mode == mode_symlink || entry.mode == mode_submodule) return false;
    const auto known = blobs.find(entry.id);
    if (known != blobs.end()) return known->second;
    const auto answer = TRY(drops(entry.id));
    blobs.emplace(entry.id, answer);
    return answer;
  }

  // Its subtrees are known by now.
  Result<std::optional<Sha1>> rebuild(const Sha1& id, const Tree& tree) {
    Tree kept;
    bool changed = false;
    for (const auto& entry : tree) {
      if (!entry.is_tree()) {
        if (TRY(goes(entry))) changed = true;
        else kept.push_back(entry);
        continue;
      }
      const auto& folder = trees.at(entry.id);
      changed = changed || folder != entry.id;
      if (folder) kept.push_back({entry.mode, entry.name, *folder});
    }
    if (!changed) return id;
    if (kept.empty()) return std::nullopt;
    return TRY(pack.add(ObjectType::tree, as_bytes(serialize_tree(kept))));
  }

  // Children before their folder, without recursion: nothing bounds how deep a pushed tree is.
  Result<> settle_tree(const Sha1& root) {
    std::vector<Sha1> stack{root};
    while (!stack.empty()) {
      const auto id = stack.back();
      if (trees.contains(id)) {
        stack.pop_back();
        continue;
      }
      const auto tree = TRY(load(id));
      const auto waiting = stack.size();
      for (const auto& entry : *tree) {
        if (entry.is_tree() && !trees.contains(entry.id)) stack.push_back(entry.id);
      }
      if (stack.size() > waiting) continue;
      trees.emplace(id, TRY(rebuild(id, *tree)));
      stack.pop_back();
    }
    return {};
  }

  // The empty tree needs not be stored.
  Result<std::shared_ptr<const Tree>> load(const Sha1& id) {
    if (id == empty_tree_id()) return std::make_shared<const Tree>();
    return repository.tree(id);
  }

  Result<Sha1> root_of(const Sha1& tree) {
    TRY(settle_tree(tree));
    if (const auto& settled = trees.at(tree)) return *settled;
    return pack.add(ObjectType::tree, {});
  }

  Result<Sha1> rebuild_commit(const Sha1& id, const Commit& commit) {
    const auto tree = TRY(root_of(commit.tree));
    bool changed = tree != commit.tree;
    std::vector<Sha1> parents;
    for (const auto& parent : commit.parents) {
      const auto& renamed = commits.at(parent);
      changed = changed || renamed != parent;
      // Two parents that differed only in what went are one now.
      if (std::ranges::find(parents, renamed) == parents.end()) parents.push_back(renamed);
    }
    if (!changed) return id;
    const auto text = TRY(repository.read(id, ObjectType::commit, most_text));
    return pack.add(ObjectType::commit, as_bytes(TRY(rewrite_commit_text(text, tree, parents))));
  }

  Result<> settle_commit(const Sha1& tip) {
    std::vector<Sha1> stack{tip};
    while (!stack.empty()) {
      const auto id = stack.back();
      if (commits.contains(id)) {
        stack.pop_back();
        continue;
      }
      const auto commit = TRY(repository.commit(id));
      const auto waiting = stack.size();
      for (const auto& parent : commit->parents) {
        if (!commits.contains(parent)) stack.push_back(parent);
      }
      if (stack.size() > waiting) continue;
      commits.emplace(id, TRY(rebuild_commit(id, *commit)));
      stack.pop_back();
    }
    return {};
  }

  Result<Sha1> rewrite(const Sha1& target, int depth) {
    const auto type = TRY(repository.header(target)).type;
    if (type == ObjectType::commit) {
      TRY(settle_commit(target));
      return commits.at(target);
    }
    if (type != ObjectType::tag || depth == most_tag_depth) {
      return fail_internal("rewrite: a ref that stands for no commit");
    }
    const auto text = TRY(repository.read(target, ObjectType::tag, most_text));
    const auto tag = TRY(parse_tag(text));
    const auto tagged = TRY(rewrite(tag.target, depth + 1));
    if (tagged == tag.target) return target;
    return pack.add(ObjectType::tag, as_bytes(TRY(rewrite_tag_text(text, tagged))));
  }
};

Rewriter::Rewriter(const Repository& repository, PackWriter& pack, Drops drops)
    : state_(std::make_unique<State>(repository, pack, std::move(drops))) {}
Rewriter::~Rewriter() = default;

Result<Sha1> Rewriter::rewrite(const Sha1& target) { return state_->rewrite(target, 0); }

const std::unordered_map<Sha1, Sha1>& Rewriter::commits() const { return state_->commits; }

}  // namespace kohaku::git
