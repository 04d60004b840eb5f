#include "git/relation.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "git/commit_queue.h"

namespace kohaku::git {
namespace {

constexpr std::size_t most_walked = 1'000'000;

constexpr unsigned of_base = 1;
constexpr unsigned of_head = 2;
constexpr unsigned of_both = of_base | of_head;
constexpr unsigned below_both = 4;  // reached from a commit that both have

// Paints what either commit reaches, as git finds merge bases.
class Painting {
 public:
  explicit Painting(const Repository& repository) : repository_(repository), queue_(repository) {}

  Result<> run(const std::vector<Sha1>& base, const Sha1& head) {
    for (const auto& id : base) TRY(paint(id, of_base));
    TRY(paint(head, of_head));
    while (undecided_ > 0) {
      if (states_.size() > most_walked) {
        return fail(Code::unprocessable, "These two histories are too long to be compared.");
      }
      TRY(step());
    }
    return {};
  }

  Result<Relation> relation(std::size_t most_commits) const {
    Relation relation;
    for (const auto& id : order_) {
      const auto paint = states_.at(id).paint;
      if (paint == of_base) ++relation.behind;
      if (paint != of_head) continue;
      ++relation.ahead;
      if (relation.ahead_commits.size() == most_commits) continue;
      relation.ahead_commits.push_back({id, TRY(repository_.commit(id))});
    }
    const auto best = TRY(best_candidates());
    if (!best.empty()) relation.merge_base = best.front();
    return relation;
  }

  // Commits whose clocks ran wrong may be candidates though another one lies above them.
  Result<std::vector<Sha1>> best_candidates() const {
    std::vector<Sha1> all;
    for (const auto& candidate : candidates_) {
      if ((states_.at(candidate).paint & below_both) == 0) all.push_back(candidate);
    }
    std::vector<Sha1> best;
    for (const auto& candidate : all) {
      bool is_best = true;
      for (const auto& other : all) {
        if (!is_best || other == candidate) continue;
        is_best = !TRY(is_ancestor(repository_, candidate, other));
      }
      if (is_best) best.push_back(candidate);
    }
    return best;
  }

 private:
  struct State {
    unsigned paint = 0;
    bool waits = false;
    bool seen = false;
  };

  Result<> paint(const Sha1& id, unsigned paint) {
    auto& state = states_[id];
    if ((state.paint | paint) == state.paint) return {};
    if (counts(state)) --undecided_;
    state.paint |= paint;
    if (!state.waits) TRY(queue_.add(id));
    state.waits = true;
    if (counts(state)) ++undecided_;
    return {};
  }

  static bool counts(const State& state) { return state.waits && (state.paint & below_both) == 0; }

  Result<> step() {
    const auto logged = queue_.next();
    if (!logged) return fail_internal("a walk through commits lost count");
    auto& state = states_[logged->id];
    if (counts(state)) --undecided_;
    state.waits = false;
    if (!std::exchange(state.seen, true)) order_.push_back(logged->id);
    auto inherited = state.paint;
    if (inherited == of_both) {
      candidates_.push_back(logged->id);
      inherited |= below_both;
    }
    for (const auto& parent : logged->commit->parents) TRY(paint(parent, inherited));
    return {};
  }

  const Repository& repository_;
  CommitQueue queue_;
  std::unordered_map<Sha1, State> states_;
  std::vector<Sha1> order_;  // as seen, newest first
  std::vector<Sha1> candidates_;
  std::size_t undecided_ = 0;  // waiting commits that may still tell something
};

}  // namespace

Result<std::vector<Sha1>> merge_bases(const Repository& repository, const std::vector<Sha1>& ours,
                                      const Sha1& theirs) {
  Painting painting(repository);
  TRY(painting.run(ours, theirs));
  return painting.best_candidates();
}

Result<Relation> relate(const Repository& repository, const Sha1& base, const Sha1& head,
                        std::size_t most_commits) {
  Painting painting(repository);
  TRY(painting.run({base}, head));
  return painting.relation(most_commits);
}

}  // namespace kohaku::git
