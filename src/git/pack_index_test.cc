#include "git/pack_index.h"

#include <gtest/gtest.h>

#include "base/hash.h"

namespace kohaku::git {
namespace {

std::vector<IndexEntry> some_entries() {
  std::vector<IndexEntry> entries;
  for (unsigned i = 0; i < 1000; ++i) {
    entries.push_back({.id = sha1(as_bytes(std::to_string(i))), .crc = i, .offset = 12 + i * 40});
  }
  entries[3].offset = 0x7FFFFFFF;
  entries[4].offset = 0x80000000;
  entries[5].offset = 0x123456789A;
  return entries;
}

TEST(PackIndex, FindsEveryObject) {
  const auto expected = some_entries();
  auto entries = expected;
  const auto content = serialize_index(entries, sha1(as_bytes("pack")));
  const auto index = *IndexView::parse(as_bytes(content));
  EXPECT_EQ(index.count(), 1000U);
  for (const auto& entry : expected) {
    const auto position = index.find(entry.id);
    ASSERT_TRUE(position);
    EXPECT_EQ(index.id_at(*position), entry.id);
    EXPECT_EQ(index.offset_at(*position), entry.offset);
  }
  EXPECT_FALSE(index.find(sha1(as_bytes("no"))));
  EXPECT_FALSE(index.find(Sha1{}));
}

TEST(PackIndex, RefusesWhatIsNotAnIndex) {
  auto entries = some_entries();
  const auto content = serialize_index(entries, {});
  for (std::size_t length = 0; length < content.size(); length += 13) {
    const auto index = IndexView::parse(as_bytes(content).first(length));
    if (!index) continue;
    FAIL() << length;
  }
  auto out_of_order = content;
  out_of_order[8] = '\x7F';
  EXPECT_FALSE(IndexView::parse(as_bytes(out_of_order)));
  auto other_version = content;
  other_version[7] = 3;
  EXPECT_FALSE(IndexView::parse(as_bytes(other_version)));
}

}  // namespace
}  // namespace kohaku::git
