#include "hub/repo_queues.h"

#include <deque>
#include <mutex>
#include <unordered_map>

#include "os/suspend.h"

namespace kohaku::hub {

struct RepoQueues::State {
  std::mutex mutex;
  // A repository stands here while somebody has its turn, with those who wait for it.
  std::unordered_map<RepoId, std::deque<os::Resume>> busy;
};

RepoQueues::Turn::~Turn() {
  if (queues_ != nullptr) queues_->pass_on(repo_);
}

RepoQueues::RepoQueues() : state_(std::make_unique<State>()) {}
RepoQueues::~RepoQueues() = default;

Task<RepoQueues::Turn> RepoQueues::wait(RepoId repo) {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->busy.try_emplace(repo).second) co_return Turn(this, repo);
  }
  co_await os::suspend([this, repo](os::Resume resume) {
    {
      const std::lock_guard lock(state_->mutex);
      const auto [place, is_free] = state_->busy.try_emplace(repo);
      if (!is_free) {
        place->second.push_back(std::move(resume));
        return;
      }
    }
    resume(nullptr);
  });
  co_return Turn(this, repo);
}

void RepoQueues::pass_on(RepoId repo) {
  os::Resume next;
  {
    const std::lock_guard lock(state_->mutex);
    const auto place = state_->busy.find(repo);
    if (place->second.empty()) {
      state_->busy.erase(place);
      return;
    }
    next = std::move(place->second.front());
    place->second.pop_front();
  }
  next(nullptr);
}

}  // namespace kohaku::hub
