#include <fmt/format.h>

#include <list>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "git/repository.h"
#include "git/repository_state.h"

namespace kohaku::git {
namespace {

constexpr std::size_t most_open = 256;
constexpr std::size_t most_weight = 2 << 20;  // objects in merged indexes: 64 MiB

// What git needs to know of a repository that only we write to. It packs nothing by itself, and
// serves partial clones and any object it holds.
constexpr std::string_view config = "[core]\n"
                                    "\trepositoryformatversion = 0\n"
                                    "\tfilemode = true\n"
                                    "\tbare = true\n"
                                    "\tlogAllRefUpdates = false\n"
                                    "[gc]\n"
                                    "\tauto = 0\n"
                                    "[maintenance]\n"
                                    "\tauto = false\n"
                                    "[receive]\n"
                                    "\tautogc = false\n"
                                    "[uploadpack]\n"
                                    "\tallowFilter = true\n"
                                    "\tallowAnySHA1InWant = true\n";

struct OpenRepository {
  RepoId id;
  std::shared_ptr<Repository> repository;
};

}  // namespace

struct Repositories::State {
  os::Path root;
  std::shared_ptr<SharedCaches> shared = std::make_shared<SharedCaches>();
  std::mutex mutex;  // guards what follows
  std::uint64_t openings = 0;
  std::list<OpenRepository> recent;  // the latest used first
  std::unordered_map<RepoId, std::list<OpenRepository>::iterator> by_id;

  // The evicted are destroyed by the caller, without the lock.
  std::list<OpenRepository> evict() {
    std::list<OpenRepository> evicted;
    std::size_t weight = 0;
    std::size_t count = 0;
    for (auto open = recent.begin(); open != recent.end();) {
      weight += open->repository->state_->packs.weight();
      const auto next = std::next(open);
      ++count;
      if (count > most_open || (count > 1 && weight > most_weight)) {
        by_id.erase(open->id);
        evicted.splice(evicted.end(), recent, open);
      }
      open = next;
    }
    return evicted;
  }
};

Repositories::Repositories(std::unique_ptr<State> state) : state_(std::move(state)) {}
Repositories::~Repositories() = default;

Result<std::unique_ptr<Repositories>> Repositories::open(os::Path root) {
  TRY(os::make_directories(root));
  auto state = std::make_unique<State>();
  state->root = std::move(root);
  return std::unique_ptr<Repositories>(new Repositories(std::move(state)));
}

os::Path Repositories::directory(RepoId id) const {
  const auto shard = static_cast<std::uint64_t>(id.value) % 256;
  return state_->root / fmt::format("{:02x}", shard) / fmt::format("{}.git", id.value);
}

os::Path Repositories::staging(RepoId id) const { return directory(id) / "staging"; }

Result<> Repositories::create(RepoId id) {
  const auto path = directory(id);
  for (const auto* folder : {"objects/pack", "refs/heads", "staging"}) {
    TRY(os::make_directories(path / folder));
  }
  TRY(os::replace_durably(path / "config", as_bytes(config)));
  return os::replace_durably(path / "HEAD", as_bytes("ref: refs/heads/main\n"));
}

Result<std::shared_ptr<Repository>> Repositories::get(RepoId id) {
  std::list<OpenRepository> evicted;
  const std::lock_guard lock(state_->mutex);
  if (const auto found = state_->by_id.find(id); found != state_->by_id.end()) {
    state_->recent.splice(state_->recent.begin(), state_->recent, found->second);
    return found->second->repository;
  }
  auto path = directory(id);
  if (!os::exists(path / "objects" / "pack")) {
    return fail(Code::not_found, "The repository does not exist.", path.native());
  }
  auto state =
      std::make_shared<Repository::State>(std::move(path), ++state_->openings, state_->shared);
  auto repository = std::shared_ptr<Repository>(new Repository(std::move(state)));
  state_->recent.push_front({id, repository});
  state_->by_id[id] = state_->recent.begin();
  evicted = state_->evict();
  return repository;
}

void Repositories::forget(RepoId id) {
  std::list<OpenRepository> forgotten;
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->by_id.find(id);
  if (found == state_->by_id.end()) return;
  forgotten.splice(forgotten.begin(), state_->recent, found->second);
  state_->by_id.erase(found);
}

Result<> Repositories::remove(RepoId id) {
  forget(id);
  return os::remove_tree(directory(id));
}

}  // namespace kohaku::git
