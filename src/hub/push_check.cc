#include "hub/push_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/repo_path.h"
#include "git/lfs_pointer.h"
#include "git/tree_diff.h"
#include "hub/lfs_settings.h"
#include "store/object_store.h"

namespace kohaku::hub {
namespace {

constexpr std::size_t most_refusals = 10;
constexpr std::uint64_t longest_link = 4096;
// A tree may name itself over and over and so stand for more files than there are atoms.
constexpr std::uint64_t most_changes_of_commit = 1'000'000;
constexpr std::uint64_t most_changes_of_push = 50'000'000;
constexpr std::size_t most_commits = 5'000'000;
constexpr int an_hour = 3600;

// What a client may have put into a name must not reach a terminal as it is.
std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 300)) {
    const auto value = static_cast<unsigned char>(c);
    out += value < 0x20 || value == 0x7F ? '?' : c;
  }
  return is_utf8(out) ? out : fmt::format("{:?}", out);
}

std::unexpected<Error> refuse(std::string message) {
  return fail(Code::unprocessable, std::move(message));
}

// What is new, from the output of rev-list: commits, parents first, and trees, blobs and tags, whose
// lines have a space and a path behind the id.
class NewObjects {
 public:
  explicit NewObjects(const git::Repository& pushed) : pushed_(pushed) {}

  Result<> take(std::string_view text) {
    while (!text.empty()) {
      const auto end = text.find('\n');
      line_ += text.substr(0, std::min({end, text.size(), std::size_t{64} - line_.size()}));
      if (end == text.npos) break;
      take_line();
      text.remove_prefix(end + 1);
    }
    if (commits_.size() > most_commits) return refuse("The push has too many commits.");
    return {};
  }
  PushedHistory history() {
    PushedHistory history;
    history.commits = std::move(commits_);
    history.borrowed = std::move(borrowed_);
    return history;
  }

 private:
  void take_line() {
    constexpr auto digits = Sha1::size * 2;
    const auto id = Sha1::from_hex(std::string_view(line_).substr(0, digits));
    if (id && line_.size() == digits) commits_.push_back(*id);
    if (id && !pushed_.contains(*id)) borrowed_.push_back(*id);
    line_.clear();
  }

  const git::Repository& pushed_;
  std::string line_;  // its first 64 bytes
  std::vector<Sha1> commits_;
  std::vector<Sha1> borrowed_;
};

// Also walks every object that is reachable: fails when one is missing.
Result<PushedHistory> list_new_objects(const git::Quarantine& quarantine,
                                       const git::Repository& pushed,
                                       const std::vector<Sha1>& tips) {
  auto command = quarantine.command(
      {"rev-list", "--objects", "--topo-order", "--reverse", "--stdin", "--not", "--all"});
  for (const auto& tip : tips) command.input += tip.hex() + "\n";
  NewObjects objects(pushed);
  command.on_output = [&](std::string_view text) { return objects.take(text); };
  command.timeout_seconds = an_hour;
  const auto result = TRY(os::run_process(command));
  if (result.exit_status == 0) return objects.history();
  return fail(Code::unprocessable,
              "Objects are missing: the pushed history is not complete. Is this a shallow clone? "
              "Then run: git fetch --unshallow",
              result.errors);
}

// Judges the commits of one push.
class HistoryCheck {
 public:
  HistoryCheck(Hub& hub, const Repo& repo, const git::Repository& pushed,
               const git::Repository& present)
      : hub_(hub),
        repo_(repo.id),
        pushed_(pushed),
        present_(present),
        threshold_(lfs_settings(hub.config, repo).threshold_bytes) {}

  Result<> check(const Sha1& id) {
    const auto commit = TRY(of(id).commit(id));
    auto before = git::empty_tree_id();
    if (!commit->parents.empty()) {
      const auto& parent = commit->parents.front();
      before = TRY(of(parent).commit(parent))->tree;
    }
    commit_ = id;
    changes_ = 0;
    const git::LoadTree load = [this](const Sha1& tree) { return of(tree).tree(tree); };
    return git::visit_changes(
        before, commit->tree, load,
        [this](const std::string& folder, const git::TreeEntry* former,
               const git::TreeEntry* entry) { return visit(folder, former, entry); });
  }

  // What no new commit names.
  Result<> check_unnamed() {
    for (const auto& id : TRY(pushed_.ids())) {
      if (is_refused_enough()) return {};
      const auto size = TRY(pushed_.size(id));
      // The base of a delta may have been added from what the repository has.
      if (size < threshold_ || too_large_.contains(id) || present_.contains(id)) continue;
      if (TRY(pushed_.header(id)).type != git::ObjectType::blob) continue;
      note(fmt::format("The push brings a file of {} bytes that none of its commits names ({}); {}",
                       size, id.hex(),
                       by_lfs(fmt::format("--above={}b --everything", threshold_ - 1))));
    }
    return {};
  }

  std::vector<NamedObject> take_objects() { return std::move(objects_); }
  std::vector<std::string> take_refusals() { return std::move(refusals_); }
  bool is_refused_enough() const { return refusals_.size() >= most_refusals; }

 private:
  const git::Repository& of(const Sha1& id) const {
    return pushed_.contains(id) ? pushed_ : present_;
  }

  void note(std::string refusal) {
    if (std::ranges::find(refusals_, refusal) == refusals_.end()) {
      refusals_.push_back(std::move(refusal));
    }
  }

  Result<> visit(const std::string& folder, const git::TreeEntry* former,
                 const git::TreeEntry* entry) {
    if (++changes_ > most_changes_of_commit || ++all_changes_ > most_changes_of_push) {
      return refuse(fmt::format("The commit {} changes too many paths: at most {} are taken.",
                                commit_.hex(), most_changes_of_commit));
    }
    if (entry == nullptr) return {};
    const auto path = folder.empty() ? entry->name : fmt::format("{}/{}", folder, entry->name);
    if (const auto parsed = RepoPath::parse(path); !parsed) {
      note(fmt::format("'{}': {}", printable(path), parsed.error().message));
    } else if (entry->mode == git::mode_symlink) {
      TRY(check_link(path, folder, *entry));
    } else if (!entry->is_tree() && entry->mode != git::mode_submodule) {
      TRY(check_file(path, former, *entry));
    }
    // Enough to say; the rest of the push need not be read.
    if (is_refused_enough()) return refuse("Too many files are refused.");
    return {};
  }

  std::string by_lfs(std::string_view which) const {
    return fmt::format(
        "files of {} bytes or more go by Git LFS. Run: git lfs migrate import {}   and push again",
        threshold_, which);
  }

  Result<> check_file(const std::string& path, const git::TreeEntry* former,
                      const git::TreeEntry& entry) {
    const auto& source = of(entry.id);
    const auto size = TRY(source.header(entry.id)).size;
    if (size >= threshold_ && &source == &pushed_) {
      too_large_.insert(entry.id);
      note(fmt::format("The file '{}' has {} bytes; {}", path, size,
                       by_lfs(fmt::format("--include=\"{}\" --everything", path))));
    }
    if (size > git::longest_lfs_pointer) return {};
    const auto text = TRY(source.read(entry.id, git::ObjectType::blob, git::longest_lfs_pointer));
    const auto pointer = git::parse_pointer(text);
    if (!pointer) return {};
    if (!TRY(holds(*pointer))) {
      note(fmt::format("The LFS object {} of '{}' ({} bytes) was not uploaded to this repository. "
                       "Run: git lfs push --all origin   and push again",
                       pointer->oid.hex(), path, pointer->size));
      return {};
    }
    const bool is_new = former == nullptr || former->id != entry.id;
    objects_.push_back({path, pointer->oid, pointer->size, commit_, is_new});
    return {};
  }

  Result<bool> holds(const git::LfsPointer& pointer) {
    const auto known = sizes_.find(pointer.oid);
    if (known != sizes_.end()) return known->second == pointer.size;
    const auto found = TRY(hub_.database.read_now([&](db::Connection& connection) {
      return store::ObjectStore::find(connection, repo_, pointer.oid);
    }));
    if (!found) return false;
    sizes_.emplace(pointer.oid, found->size);
    return found->size == pointer.size;
  }

  Result<> check_link(const std::string& path, std::string_view folder,
                      const git::TreeEntry& entry) {
    const auto& source = of(entry.id);
    auto target = std::string();
    if (TRY(source.header(entry.id)).size <= longest_link) {
      target = TRY(source.read(entry.id, git::ObjectType::blob, longest_link));
    }
    if (stays_inside(folder, target)) return {};
    note(fmt::format("The symbolic link '{}' leads out of the repository.", path));
    return {};
  }

  // By its words: what else is a link on the way is judged for itself.
  static bool stays_inside(std::string_view folder, std::string_view target) {
    if (target.empty() || target.starts_with('/') || target.find('\\') != target.npos) return false;
    if (target.find('\0') != target.npos || (target.size() > 1 && target[1] == ':')) return false;
    auto depth = folder.empty() ? 0 : std::ranges::count(folder, '/') + 1;
    while (!target.empty()) {
      const auto part = target.substr(0, target.find('/'));
      if (part == "..") --depth;
      else if (!part.empty() && part != ".") ++depth;
      if (depth < 0) return false;
      target.remove_prefix(std::min(part.size() + 1, target.size()));
    }
    return true;
  }

  Hub& hub_;
  RepoId repo_;
  const git::Repository& pushed_;
  const git::Repository& present_;
  std::uint64_t threshold_;
  Sha1 commit_;
  std::uint64_t changes_ = 0;
  std::uint64_t all_changes_ = 0;
  std::unordered_set<Sha1> too_large_;               // refused under their paths
  std::unordered_map<Sha256, std::uint64_t> sizes_;  // of objects that the repository holds
  std::vector<NamedObject> objects_;
  std::vector<std::string> refusals_;
};

}  // namespace

Result<PushedHistory> check_push(Hub& hub, const Repo& repo, const git::Quarantine& quarantine,
                                 const std::vector<Sha1>& tips) {
  const auto pushed = TRY(quarantine.open());
  auto history = TRY(list_new_objects(quarantine, *pushed, tips));
  const auto present = TRY(hub.repositories.get(repo.id));
  HistoryCheck check(hub, repo, *pushed, *present);
  for (const auto& commit : history.commits) {
    auto checked = check.check(commit);
    if (checked || check.is_refused_enough()) {
      if (check.is_refused_enough()) break;
      continue;
    }
    return std::unexpected(std::move(checked).error());
  }
  TRY(check.check_unnamed());
  history.objects = check.take_objects();
  history.refusals = check.take_refusals();
  return history;
}

}  // namespace kohaku::hub
