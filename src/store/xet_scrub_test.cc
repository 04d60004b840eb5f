#include "store/xet_scrub.h"

#include "store/chunk_fixture.h"
#include "store/store_fixture.h"

namespace kohaku::store {
namespace {

class XetScrubTest : public StoreTest {
 protected:
  XetScrubTest() {
    EXPECT_TRUE(publish_xorb(*store_, xorb_));
    EXPECT_TRUE(publish_file(*database_, file_, first, later(), clock_.now()));
    EXPECT_TRUE(publish(whole_));
    EXPECT_TRUE(identify_all(*database_, clock_, *store_));
  }

  std::vector<std::string> problems(bool full) { return store_->check(full).value().problems; }
  // Whether a check that reads no bytes finds one problem, of this kind.
  void expect_problem(const std::string& words) {
    const auto found = problems(false);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_NE(found[0].find(words), std::string::npos) << found[0];
  }
  std::string file_of_xorb() {
    return store_->files().object(store_->xorbs().get(xorb_.hash).value()->place().physical_name);
  }

  SampleXorb xorb_ = sample_xorb(20, 1);
  MadeFile file_ = MadeFile().add(xorb_, 2, 9).add(xorb_, 1, 3);
  std::string whole_ = noise(500'000, 9);
};

TEST_F(XetScrubTest, AllIsWell) {
  std::uint64_t told = 0;
  const auto report =
      store_->check(true, [&](const ScrubReport& so_far) { told = so_far.bytes; }).value();
  EXPECT_EQ(report.problems, std::vector<std::string>{});
  EXPECT_EQ(report.xorbs, 2U);
  EXPECT_EQ(report.objects, 2U);
  EXPECT_EQ(report.bytes, 2 * whole_.size() + xorb_.packed.size() + file_.content().size());
  EXPECT_EQ(told, report.bytes);
  EXPECT_TRUE(problems(false).empty());
}

TEST_F(XetScrubTest, AFlippedBitOfAXorbIsSeen) {
  flip_bit(file_of_xorb(), xorb_.packed_bytes(0, 3) + 100);
  EXPECT_TRUE(problems(false).empty());
  EXPECT_EQ(problems(true).size(), 2U) << "the xorb, and the object of which it is a part";
  open();
  EXPECT_FALSE(store_->read_text(**find(file_.content()), 0, file_.content().size()));
}

TEST_F(XetScrubTest, AFlippedBitBehindTheChunksIsSeen) {
  auto longer = sample_xorb(3, 5);
  longer.packed += "XETBLOB and so on";
  ASSERT_TRUE(publish_xorb(*store_, longer));
  EXPECT_TRUE(problems(true).empty());
  const auto place = store_->xorbs().get(longer.hash).value()->place();
  flip_bit(store_->files().object(place.physical_name), place.file_size - 1);
  EXPECT_EQ(problems(true).size(), 1U);
}

TEST_F(XetScrubTest, ALostFileIsSeen) {
  std::filesystem::remove(file_of_xorb());
  expect_problem("its file is missing");
}

TEST_F(XetScrubTest, ALostEndIsSeen) {
  std::filesystem::resize_file(file_of_xorb(), 1000);
  expect_problem("another length");
}

TEST_F(XetScrubTest, WrongRowsOfXorbsAreSeen) {
  execute("UPDATE xorb SET packed_size = packed_size + 1 WHERE form = 'stored'");
  expect_problem("its chunks have other sizes");
  execute("UPDATE xorb SET packed_size = packed_size - 1 WHERE form = 'stored'");
  execute("UPDATE xorb SET view_offset = 1 WHERE form = 'view'");
  expect_problem("beyond the end of its object");
  execute("UPDATE xorb SET view_offset = 0 WHERE form = 'view'");
  EXPECT_TRUE(problems(true).empty());
}

TEST_F(XetScrubTest, AnotherChunkTableIsSeen) {
  auto chunks = xorb_.chunks;
  std::swap(chunks[18], chunks[19]);
  execute("UPDATE xorb SET chunks = ?1 WHERE hash = ?2", as_bytes(xet::pack_chunk_table(chunks)),
          xorb_.hash);
  expect_problem("hash to another xorb");
}

TEST_F(XetScrubTest, WrongTermsAreSeen) {
  auto terms = file_.terms();
  const auto write = [&] {
    execute("UPDATE object_terms SET terms = ?1 WHERE sha256 = ?2", as_bytes(pack_terms(terms)),
            file_.oid());
  };
  terms[1].size += 1;
  write();
  expect_problem("another size than its chunks");
  terms = file_.terms();
  terms[1].last_exclusive = 21;
  write();
  expect_problem("does not have");
  terms = file_.terms();
  terms.pop_back();
  write();
  expect_problem("its terms give");
  terms = file_.terms();
  terms[0] = MadeFile().add(xorb_, 2, 9).terms()[0];
  terms[1].xorb.bytes[0] ^= std::byte{1};
  write();
  expect_problem("which is not there");
  // The same sizes, and other chunks.
  terms = file_.terms();
  std::swap(terms[0], terms[1]);
  write();
  EXPECT_TRUE(problems(false).empty());
  EXPECT_EQ(problems(true).size(), 1U);
}

TEST_F(XetScrubTest, WrongNamesOfXorbsAreSeen) {
  execute(
      "INSERT INTO object_xorb (sha256, xorb_hash) SELECT ?1, hash FROM xorb WHERE form = 'view'",
      file_.oid());
  expect_problem("object_xorb");
  execute("DELETE FROM object_xorb WHERE sha256 = ?1", file_.oid());
  expect_problem("object_xorb");
}

TEST_F(XetScrubTest, AViewOfOtherBytesIsSeen) {
  const auto other = noise(500'000, 10);
  ASSERT_TRUE(publish(other));
  ASSERT_TRUE(problems(true).empty());
  execute("UPDATE xorb SET view_sha256 = ?1 WHERE form = 'view'", sha256(other));
  EXPECT_TRUE(problems(false).empty());
  EXPECT_EQ(problems(true).size(), 1U);
}

TEST_F(XetScrubTest, AnotherContentThanTheHashSaysIsSeen) {
  execute("UPDATE large_object SET xet_hash = ?1 WHERE sha256 = ?2", xorb_.hash, file_.oid());
  EXPECT_TRUE(problems(false).empty());
  EXPECT_EQ(problems(true).size(), 1U);
}

}  // namespace
}  // namespace kohaku::store
