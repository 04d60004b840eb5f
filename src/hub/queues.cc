#include "hub/queues.h"

namespace kohaku::hub {

template <class Key>
Task<typename Queues<Key>::Turn> Queues<Key>::wait(Key key) {
  {
    const std::lock_guard lock(mutex_);
    if (busy_.try_emplace(key).second) co_return Turn(this, key);
  }
  co_await os::suspend([this, key](os::Resume resume) {
    {
      const std::lock_guard lock(mutex_);
      const auto [place, is_free] = busy_.try_emplace(key);
      if (!is_free) {
        place->second.push_back(std::move(resume));
        return;
      }
    }
    resume(nullptr);
  });
  co_return Turn(this, key);
}

template <class Key>
void Queues<Key>::pass_on(Key key) {
  os::Resume next;
  {
    const std::lock_guard lock(mutex_);
    const auto place = busy_.find(key);
    if (place->second.empty()) {
      busy_.erase(place);
      return;
    }
    next = std::move(place->second.front());
    place->second.pop_front();
  }
  next(nullptr);
}

template class Queues<RepoId>;
template class Queues<AccountId>;

}  // namespace kohaku::hub
