#include "store/parted_staging.h"

#include "store/block_checksums.h"
#include "store/store_fixture.h"

namespace kohaku::store {
namespace {

constexpr std::uint64_t part_bytes = 700'000;  // no multiple of a block

class PartedStagingTest : public StoreTest {
 protected:
  std::string_view slice(std::int64_t number, const std::string& bytes) const {
    return std::string_view(bytes).substr((static_cast<std::uint64_t>(number) - 1) * part_bytes,
                                          part_bytes);
  }

  std::shared_ptr<PartedStaging> upload() { return store_->parted_uploads().open("u").value(); }

  std::shared_ptr<PartedStaging::Part> begin(std::int64_t number) {
    const auto size = slice(number, bytes_).size();
    return upload()
        ->begin(number, (static_cast<std::uint64_t>(number) - 1) * part_bytes, size)
        .value();
  }

  Result<> send(std::int64_t number, const std::string& bytes) {
    const auto part = begin(number);
    const auto text = slice(number, bytes);
    TRY(part->write(as_bytes(text.substr(0, 100))));
    TRY(part->write(as_bytes(text.substr(100))));
    return part->finish();
  }

  Result<Staging> seal() {
    auto sealed = upload()->seal(sha256(bytes_), bytes_.size());
    store_->parted_uploads().forget("u");
    return sealed;
  }

  void expect_published() {
    auto sealed = seal();
    ASSERT_TRUE(sealed) << sealed.error().message;
    ASSERT_TRUE(run_task(store_->publish(std::move(*sealed), first, later())));
    EXPECT_EQ(read(**find(bytes_), 0, bytes_.size()).value(), bytes_);
    EXPECT_EQ(count_files(store_->files().staging()), 0U);
  }

  std::string bytes_ = noise(4 * part_bytes + 123);
  std::string others_ = noise(4 * part_bytes + 123, 9);
};

TEST_F(PartedStagingTest, InOrder) {
  for (int number = 1; number <= 5; ++number) ASSERT_TRUE(send(number, bytes_));
  expect_published();
}

TEST_F(PartedStagingTest, InAnyOrder) {
  for (const int number : {3, 1, 5, 2, 4}) ASSERT_TRUE(send(number, bytes_));
  expect_published();
}

TEST_F(PartedStagingTest, AfterARestart) {
  ASSERT_TRUE(send(1, bytes_));
  ASSERT_TRUE(send(2, bytes_));
  open();
  for (int number = 3; number <= 5; ++number) ASSERT_TRUE(send(number, bytes_));
  expect_published();
}

TEST_F(PartedStagingTest, APartSentAgainReplacesTheEarlierOne) {
  ASSERT_TRUE(send(1, others_));
  ASSERT_TRUE(send(2, others_));
  ASSERT_TRUE(send(3, bytes_));
  for (const int number : {2, 1, 4, 5}) ASSERT_TRUE(send(number, bytes_));
  expect_published();
}

TEST_F(PartedStagingTest, WrongBytesInOnePartAreRefused) {
  for (int number = 1; number <= 5; ++number)
    ASSERT_TRUE(send(number, number == 4 ? others_ : bytes_));
  EXPECT_EQ(seal().error().code, Code::unprocessable);
  EXPECT_EQ(count_files(root_), 0U);
}

// The trap: bytes that were hashed as they came are overwritten afterwards.
TEST_F(PartedStagingTest, HashedBytesThatAreOverwrittenAreHashedAgain) {
  for (int number = 1; number <= 5; ++number) ASSERT_TRUE(send(number, bytes_));
  ASSERT_TRUE(send(1, others_));
  EXPECT_EQ(seal().error().code, Code::unprocessable);
}

TEST_F(PartedStagingTest, APartThatBeganBeforeTheOverwritingDoesNotVouchForIt) {
  ASSERT_TRUE(send(1, bytes_));
  const auto second_part = begin(2);  // hashes on from part 1
  ASSERT_TRUE(second_part->write(as_bytes(slice(2, bytes_))));
  ASSERT_TRUE(send(1, others_));
  ASSERT_TRUE(second_part->finish());
  for (int number = 3; number <= 5; ++number) ASSERT_TRUE(send(number, bytes_));
  EXPECT_EQ(seal().error().code, Code::unprocessable);
}

TEST_F(PartedStagingTest, AnEarlierSenderOfThePartWritesNoMore) {
  const auto slow = begin(1);
  ASSERT_TRUE(slow->write(as_bytes(slice(1, others_).substr(0, 10))));
  ASSERT_TRUE(send(1, bytes_));
  EXPECT_EQ(slow->write(as_bytes("x")).error().code, Code::conflict);
  for (int number = 2; number <= 5; ++number) ASSERT_TRUE(send(number, bytes_));
  expect_published();
}

TEST_F(PartedStagingTest, NobodyWritesOnceItIsSealed) {
  for (int number = 1; number <= 5; ++number) ASSERT_TRUE(send(number, bytes_));
  const auto late = begin(5);
  const auto held = upload();
  ASSERT_TRUE(late->write(as_bytes(slice(5, bytes_))));
  auto sealed = seal();
  ASSERT_TRUE(sealed);
  EXPECT_EQ(late->finish().error().code, Code::conflict);
  EXPECT_EQ(held->begin(1, 0, 1).error().code, Code::conflict);
  EXPECT_EQ(held->seal(sha256(bytes_), bytes_.size()).error().code, Code::conflict);
  // Begun anew under the same id, it cannot touch the sealed bytes.
  ASSERT_TRUE(send(1, others_));
  ASSERT_TRUE(run_task(store_->publish(std::move(*sealed), first, later())));
  EXPECT_EQ(read(**find(bytes_), 0, bytes_.size()).value(), bytes_);
}

TEST_F(PartedStagingTest, TooMuchAndTooLittleAreRefused) {
  const auto part = begin(5);
  EXPECT_EQ(part->write(as_bytes(noise(124))).error().code, Code::unprocessable);
  ASSERT_TRUE(part->write(as_bytes(noise(122))));
  EXPECT_EQ(part->finish().error().code, Code::unprocessable);
}

TEST_F(PartedStagingTest, AMissingPartIsNoUpload) {
  for (const int number : {1, 2, 3, 4}) ASSERT_TRUE(send(number, bytes_));
  EXPECT_EQ(seal().error().code, Code::unprocessable);
}

}  // namespace
}  // namespace kohaku::store
