#include "store/intake.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "os/suspend.h"

namespace kohaku::store {
namespace {

constexpr std::size_t block_bytes = std::size_t{512} << 10U;
constexpr std::size_t most_queued = 3;  // and one that is being filled

struct Block {
  std::unique_ptr<std::byte[]> bytes = std::make_unique_for_overwrite<std::byte[]>(block_bytes);
  std::size_t used = 0;
};

// Blocks on their way from one coroutine to the sink. At most one job of the pool empties it.
class Belt : public std::enable_shared_from_this<Belt> {
 public:
  Belt(os::Pool& pool, Sink sink) : pool_(pool), sink_(std::move(sink)) {}

  Block take_empty() {
    const std::lock_guard lock(mutex_);
    if (empty_.empty()) return {};
    auto block = std::move(empty_.back());
    empty_.pop_back();
    block.used = 0;
    return block;
  }

  // Waits while the belt is full. Fails when the sink did.
  Task<Result<>> put(Block block) {
    co_await wait_until(most_queued - 1);
    if (failure_) co_return std::unexpected(*failure_);
    const std::lock_guard lock(mutex_);
    queued_.push_back(std::move(block));
    if (!std::exchange(working_, true)) pool_.post([belt = shared_from_this()] { belt->work(); });
    co_return Result<>{};
  }

  // Waits until the sink has taken everything, or failed.
  Task<Result<>> finish() {
    co_await wait_until(0);
    if (failure_) co_return std::unexpected(*failure_);
    co_return Result<>{};
  }

 private:
  // Until at most `most` blocks are queued; 0 waits for the last call of the sink, too. Only the
  // one producing coroutine waits.
  Task<void> wait_until(std::size_t most) {
    co_await os::suspend([this, most](os::Resume resume) {
      std::unique_lock lock(mutex_);
      waiting_for_ = most;
      if (!may_go_on()) {
        waiter_ = std::move(resume);
        return;
      }
      lock.unlock();
      resume(nullptr);
    });
  }

  bool may_go_on() const {
    if (!working_) return true;
    return waiting_for_ > 0 && !failure_ && queued_.size() <= waiting_for_;
  }

  void wake(std::unique_lock<std::mutex>& lock) {
    if (!waiter_ || !may_go_on()) return;
    auto resume = std::exchange(waiter_, nullptr);
    lock.unlock();
    resume(nullptr);
    lock.lock();
  }

  void work() {
    std::unique_lock lock(mutex_);
    while (!queued_.empty() && !failure_) {
      auto block = std::move(queued_.front());
      queued_.pop_front();
      wake(lock);
      lock.unlock();
      auto taken = sink_({block.bytes.get(), block.used});
      lock.lock();
      if (!taken) failure_ = std::move(taken).error();
      empty_.push_back(std::move(block));
    }
    working_ = false;
    wake(lock);
  }

  os::Pool& pool_;
  Sink sink_;
  std::mutex mutex_;
  std::deque<Block> queued_;
  std::vector<Block> empty_;
  std::optional<Error> failure_;  // written under the lock; read by the producer once it was woken
  bool working_ = false;
  std::size_t waiting_for_ = 0;
  os::Resume waiter_;
};

// Copies the body into blocks and puts each full one on the belt.
Task<Result<>> fill(http::BodyReader& body, Belt& belt) {
  auto block = belt.take_empty();
  while (true) {
    auto piece = CO_TRY(co_await body.read());
    if (piece.empty()) break;
    while (!piece.empty()) {
      const auto part = piece.first(std::min(piece.size(), block_bytes - block.used));
      std::memcpy(block.bytes.get() + block.used, part.data(), part.size());
      block.used += part.size();
      piece = piece.subspan(part.size());
      if (block.used < block_bytes) continue;
      CO_TRY(co_await belt.put(std::move(block)));
      block = belt.take_empty();
    }
  }
  if (block.used > 0) CO_TRY(co_await belt.put(std::move(block)));
  co_return Result<>{};
}

}  // namespace

Task<Result<>> receive(http::BodyReader& body, os::Pool& pool, Sink sink) {
  const auto belt = std::make_shared<Belt>(pool, std::move(sink));
  auto filled = co_await fill(body, *belt);
  auto written = co_await belt->finish();
  if (!written) co_return written;  // what made the reading end, if it was the sink
  co_return filled;
}

}  // namespace kohaku::store
