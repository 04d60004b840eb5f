#include "hub/push_refs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "git/attributes.h"
#include "git/history.h"
#include "git/refs.h"
#include "hub/path_history.h"
#include "hub/revisions.h"

namespace kohaku::hub {
namespace {

constexpr std::string_view heads = "refs/heads/";
constexpr std::string_view tags = "refs/tags/";
constexpr std::int64_t longest_line = 50'000;
constexpr int last_order = 3;

std::string default_ref(const Repo& repo) {
  return fmt::format("{}{}", heads, repo.default_branch);
}

std::string refuse_name(std::string_view ref) {
  Result<> checked;
  if (ref.starts_with(heads)) checked = git::check_branch_name(ref.substr(heads.size()));
  else if (ref.starts_with(tags)) checked = git::check_tag_name(ref.substr(tags.size()));
  else if (ref.starts_with("refs/pr/")) return "pull requests are not offered yet";
  else return "only branches (refs/heads/) and tags (refs/tags/) can be pushed";
  return checked ? std::string() : checked.error().message;
}

// As the hub made it and nobody has added to it: replacing it loses nothing.
Result<bool> is_untouched(const git::Repository& repository, const Sha1& id) {
  const auto commit = TRY(repository.commit(id));
  if (!commit->parents.empty()) return false;
  const auto tree = TRY(repository.tree(commit->tree));
  if (tree->size() != 1 || tree->front().name != ".gitattributes") return false;
  return tree->front().id ==
         git::object_id(git::ObjectType::blob, as_bytes(git::default_attributes()));
}

using KnownCounts = std::unordered_map<Sha1, std::int64_t>;

// How many commits the refs' commits reach, as far as it is known.
Result<KnownCounts> read_counts(db::Connection& connection, RepoId repo) {
  KnownCounts counts;
  for (const auto& [commit, count] :
       TRY(connection
               .sql("SELECT commit_id, commit_count FROM ref WHERE repo_id = ?1 AND "
                    "commit_count IS NOT NULL")
               .bind(repo)
               .all<Sha1, std::int64_t>())) {
    counts.emplace(commit, count);
  }
  return counts;
}

// Down a line without merges, to a commit whose count is known or to the first of all.
Result<std::optional<std::int64_t>> count_commits(const git::Repository& repository,
                                                  const KnownCounts& known, Sha1 id) {
  for (std::int64_t above = 0; above < longest_line; ++above) {
    if (const auto found = known.find(id); found != known.end()) return found->second + above;
    const auto commit = TRY(repository.commit(id));
    if (commit->parents.empty()) return above + 1;
    if (commit->parents.size() > 1) break;
    id = commit->parents.front();
  }
  return std::nullopt;
}

// Moves the refs in thought, one command after the other.
class Planner {
 public:
  Planner(const git::Repository& repository, Repo repo, std::vector<RefRow> refs,
          KnownCounts counts)
      : repository_(repository), repo_(std::move(repo)), counts_(std::move(counts)) {
    for (auto& ref : refs) refs_.emplace(std::move(ref.name), ref.target);
  }

  // Deletions make room for what is created, but what follows the default branch comes first.
  int order_of(const git::RefCommand& command) const {
    if (command.to) return command.from ? 1 : 2;
    return command.ref == default_ref(repo_) ? last_order : 0;
  }

  // The refusal, or nothing.
  Result<std::string> take(const git::RefCommand& command, Publication& publication) {
    const auto place = refs_.find(command.ref);
    const auto now = place == refs_.end() ? std::nullopt : std::optional(place->second);
    if (now != command.from) return refuse_stale(command, now.has_value());
    if (!command.to) return remove(command, publication);
    if (!now) {
      if (auto taken = other_in_the_way(command.ref); !taken.empty()) {
        return fmt::format("'{}' exists: a ref cannot lie below another", taken);
      }
    }
    RefChange change{.name = command.ref, .expected = now, .target = command.to};
    const auto commit = repository_.peel_to_commit(*command.to);
    if (!commit) return std::string("it must point at a commit");
    if (command.ref.starts_with(heads) && *commit != *command.to) {
      return std::string("a branch must point at a commit, not at a tag");
    }
    change.commit = *commit;
    change.commit_count = TRY(count_commits(repository_, counts_, *commit));
    if (auto refusal = TRY(describe(command, change, publication)); !refusal.empty())
      return refusal;
    refs_.insert_or_assign(command.ref, *command.to);
    publication.changes_content |= command.ref.starts_with(heads);
    if (!now && command.ref.starts_with(heads)) created_.push_back(change);
    publication.refs.push_back(std::move(change));
    return std::string();
  }

 private:
  static std::string refuse_stale(const git::RefCommand& command, bool exists) {
    if (!exists) return "it was deleted meanwhile";
    return command.to ? "fetch first: somebody else changed it" : "somebody else changed it";
  }

  Result<std::string> remove(const git::RefCommand& command, Publication& publication) {
    if (!command.from) return std::string("there is nothing to delete");
    if (command.ref == default_ref(repo_)) {
      auto refusal = TRY(name_successor(*command.from, publication));
      if (!refusal.empty()) return refusal;
    }
    publication.refs.push_back({.name = command.ref, .expected = command.from});
    refs_.erase(command.ref);
    return std::string();
  }

  // For a default branch that goes.
  Result<std::string> name_successor(const Sha1& commit, Publication& publication) {
    if (created_.empty() || !TRY(is_untouched(repository_, commit))) {
      return std::string("the default branch cannot be deleted");
    }
    const auto master = std::ranges::find(created_, "refs/heads/master", &RefChange::name);
    if (master == created_.end() && created_.size() > 1) {
      return std::string(
          "the default branch cannot be deleted: none of the new branches is called master");
    }
    const auto& successor = master == created_.end() ? created_.front() : *master;
    publication.default_branch = successor.name.substr(heads.size());
    TRY(describe_history(repository_, successor.commit, publication));
    return std::string();
  }

  std::string other_in_the_way(const std::string& name) const {
    const auto below = refs_.lower_bound(name + "/");
    if (below != refs_.end() && below->first.starts_with(name + "/")) return below->first;
    for (auto slash = name.rfind('/'); slash != name.npos && slash > 0;
         slash = name.rfind('/', slash - 1)) {
      if (refs_.contains(name.substr(0, slash))) return name.substr(0, slash);
    }
    return {};
  }

  // What a moved default branch means for the paths and the card.
  Result<std::string> describe(const git::RefCommand& command, RefChange& change,
                               Publication& publication) {
    if (command.ref != default_ref(repo_)) return std::string();
    if (!change.expected) {
      TRY(describe_history(repository_, change.commit, publication));
      return std::string();
    }
    if (*change.expected == change.commit) return std::string();
    if (TRY(git::is_ancestor(repository_, *change.expected, change.commit))) {
      TRY(describe_advance(repository_, *change.expected, change.commit, publication));
      return std::string();
    }
    if (!TRY(is_untouched(repository_, *change.expected))) {
      return std::string("non-fast-forward: the default branch may not lose commits");
    }
    TRY(describe_history(repository_, change.commit, publication));
    return std::string();
  }

  const git::Repository& repository_;
  Repo repo_;
  KnownCounts counts_;
  std::map<std::string, Sha1> refs_;
  std::vector<RefChange> created_;  // branches
};

// A sweep (hub/stray_packs.h) may have come between the check and this turn.
Result<> check_borrowed(const git::Repository& repository, const PushedHistory& history) {
  for (const auto& id : history.borrowed) {
    if (repository.contains(id)) continue;
    return fail(Code::unavailable, "What was sent has to be sent once more. Please try again.",
                fmt::format("{} went while it was borrowed", id.hex()));
  }
  return {};
}

}  // namespace

std::string refuse_command(const git::RefCommand& command) { return refuse_name(command.ref); }

void refuse_rest_if_atomic(PushReport& report) {
  const bool any =
      std::ranges::any_of(report.refs, [](const auto& ref) { return !ref.refusal.empty(); });
  if (!any) return;
  for (auto& ref : report.refs) {
    if (ref.refusal.empty()) ref.refusal = "atomic push failed";
  }
}

Result<std::optional<Publication>> plan_refs(Hub& hub, const WritableRepo& repo,
                                             const git::PushRequest& request,
                                             const PushedHistory& history, PushReport& report) {
  const auto repository = TRY(hub.repositories.get(repo.repo().id));
  TRY(check_borrowed(*repository, history));
  auto planner = TRY(hub.database.read_now([&](db::Connection& connection) -> Result<Planner> {
    const auto id = repo.repo().id;
    auto current = TRY(find_repo_by_id(connection, id));
    if (!current) return fail(Code::repo_not_found, "The repository was deleted meanwhile.");
    return Planner(*repository, std::move(*current), TRY(list_refs(connection, id)),
                   TRY(read_counts(connection, id)));
  }));
  Publication publication;
  publication.repo = repo.repo().id;
  publication.writer = repo.user().id;
  publication.changes_content = false;
  for (int order = 0; order <= last_order; ++order) {
    for (std::size_t i = 0; i < request.commands.size(); ++i) {
      if (planner.order_of(request.commands[i]) != order || !report.refs[i].refusal.empty())
        continue;
      report.refs[i].refusal = TRY(planner.take(request.commands[i], publication));
    }
  }
  if (request.atomic) refuse_rest_if_atomic(report);
  const bool moves =
      std::ranges::any_of(report.refs, [](const auto& ref) { return ref.refusal.empty(); });
  if (!moves) return std::nullopt;
  if (publication.default_branch) {
    report.messages.push_back(
        fmt::format("'{}' is the default branch now.", *publication.default_branch));
  }
  publication.objects = history.objects;
  return publication;
}

}  // namespace kohaku::hub
