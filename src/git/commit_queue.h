// Commits in git's own order: the newest of those that wait, the first come of equals.
#pragma once

#include <cstdint>
#include <optional>
#include <queue>

#include "base/result.h"
#include "git/history.h"

namespace kohaku::git {

// Not for two threads at once. `repository` must outlive it.
class CommitQueue {
 public:
  explicit CommitQueue(const Repository& repository) : repository_(repository) {}

  Result<> add(const Sha1& id) {
    queue_.push({.id = id, .commit = TRY(repository_.commit(id)), .arrival = ++arrivals_});
    return {};
  }

  // Nothing when none waits.
  std::optional<LoggedCommit> next() {
    if (queue_.empty()) return std::nullopt;
    LoggedCommit logged{.id = queue_.top().id, .commit = queue_.top().commit};
    queue_.pop();
    return logged;
  }

 private:
  struct Waiting {
    Sha1 id;
    std::shared_ptr<const Commit> commit;
    std::uint64_t arrival = 0;
    bool operator<(const Waiting& other) const {
      const auto time = commit->committer.time;
      const auto other_time = other.commit->committer.time;
      return time != other_time ? time < other_time : arrival > other.arrival;
    }
  };

  const Repository& repository_;
  std::priority_queue<Waiting> queue_;
  std::uint64_t arrivals_ = 0;
};

}  // namespace kohaku::git
