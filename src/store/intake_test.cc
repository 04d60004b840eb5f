#include "store/intake.h"

#include <chrono>
#include <thread>

#include "store/store_fixture.h"

namespace kohaku::store {
namespace {

// A body that comes in pieces of one size and may break off.
class Pieces final : public http::BodyReader {
 public:
  Pieces(std::string text, std::size_t piece, std::size_t breaks_at = std::string::npos)
      : text_(std::move(text)), piece_(piece), breaks_at_(breaks_at) {}

  Task<Result<Bytes>> read() override {
    if (at_ >= breaks_at_) co_return fail(Code::request_timeout, "gone");
    buffer_ = text_.substr(at_, piece_);  // the last piece is no longer valid
    at_ += buffer_.size();
    co_return as_bytes(buffer_);
  }
  std::optional<std::uint64_t> declared_length() const override { return text_.size(); }
  void set_limit(std::uint64_t) override {}

  std::size_t taken() const { return at_; }

 private:
  std::string text_;
  std::string buffer_;
  std::size_t piece_;
  std::size_t breaks_at_;
  std::size_t at_ = 0;
};

struct Collected {
  std::string text;
  int calls = 0;
  bool is_inside = false;
};

Sink collect(const std::shared_ptr<Collected>& to, int slow_ms = 0) {
  return [to, slow_ms](Bytes bytes) -> Result<> {
    EXPECT_FALSE(std::exchange(to->is_inside, true));
    if (slow_ms > 0) std::this_thread::sleep_for(std::chrono::milliseconds(slow_ms));
    to->text += as_text(bytes);
    ++to->calls;
    to->is_inside = false;
    return {};
  };
}

TEST(Intake, AllBytesInOrder) {
  os::Pool pool(2);
  for (const std::size_t piece : {1UL << 16U, 300'000UL, 1UL << 20U, 3UL << 20U}) {
    for (const std::size_t size : {0UL, 1UL, 512UL << 10U, (5UL << 20U) + 3}) {
      const auto text = noise(size);
      const auto got = std::make_shared<Collected>();
      Pieces body(text, piece);
      ASSERT_TRUE(run_task(receive(body, pool, collect(got))));
      ASSERT_EQ(got->text, text) << piece << " " << size;
    }
  }
}

TEST(Intake, ASlowDiskHoldsTheReaderBack) {
  os::Pool pool(1);
  const auto got = std::make_shared<Collected>();
  const auto text = noise(8U << 20U);
  Pieces body(text, 256U << 10U);
  std::size_t most_ahead = 0;
  const auto slow = collect(got, 3);
  ASSERT_TRUE(run_task(receive(body, pool, [&](Bytes bytes) {
    most_ahead = std::max(most_ahead, body.taken() - got->text.size());
    return slow(bytes);
  })));
  EXPECT_EQ(got->text, text);
  EXPECT_LE(most_ahead, std::size_t{3} << 20U);
}

TEST(Intake, TheSinksFailureEndsTheReading) {
  os::Pool pool(1);
  Pieces body(noise(64U << 20U), 256U << 10U);
  int calls = 0;
  const auto done = run_task(receive(body, pool, [&](Bytes) -> Result<> {
    if (++calls == 3) return fail(Code::insufficient_storage, "full");
    return {};
  }));
  EXPECT_EQ(done.error().code, Code::insufficient_storage);
  EXPECT_EQ(calls, 3);
  EXPECT_LE(body.taken(), std::size_t{8} << 20U);
}

TEST(Intake, ThePeersFailureIsPassedOn) {
  os::Pool pool(1);
  const auto got = std::make_shared<Collected>();
  Pieces body(noise(4U << 20U), 256U << 10U, 3U << 20U);
  EXPECT_EQ(run_task(receive(body, pool, collect(got))).error().code, Code::request_timeout);
  EXPECT_FALSE(got->is_inside);
}

}  // namespace
}  // namespace kohaku::store
