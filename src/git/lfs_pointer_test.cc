#include "git/lfs_pointer.h"

#include <gtest/gtest.h>

#include "base/hash.h"

namespace kohaku::git {
namespace {

const std::string oid(64, 'a');
const std::string version = "version https://git-lfs.github.com/spec/v1\n";

TEST(LfsPointer, SurvivesSerializing) {
  const LfsPointer pointer{.oid = sha256("content"), .size = 1ULL << 40U};
  const auto text = serialize_pointer(pointer);
  EXPECT_EQ(text, version + "oid sha256:" + pointer.oid.hex() + "\nsize 1099511627776\n");
  EXPECT_EQ(parse_pointer(text), pointer);
}

TEST(LfsPointer, ReadsWhatOtherWritersMake) {
  EXPECT_EQ(parse_pointer(version + "oid sha256:" + oid + "\nsize 0")->size, 0U);
  EXPECT_TRUE(
      parse_pointer(version + "ext-0-x sha256:" + oid + "\noid sha256:" + oid + "\nsize 5\n"));
  EXPECT_TRUE(
      parse_pointer("version https://hawser.github.com/spec/v1\noid sha256:" + oid + "\nsize 5\n"));
}

TEST(LfsPointer, EverythingElseIsAFile) {
  for (const auto& text : {
           std::string{},
           version,
           version + "oid sha256:" + oid + "\n",
           version + "size 5\n",
           version + "oid sha256:" + oid.substr(1) + "\nsize 5\n",
           version + "oid sha256:" + std::string(64, 'A') + "\nsize 5\n",
           version + "oid md5:" + oid + "\nsize 5\n",
           version + "oid sha256:" + oid + "\nsize -5\n",
           version + "oid sha256:" + oid + "\nsize 5x\n",
           version + "oid sha256:" + oid + "\nsize \n",
           version + "oid sha256:" + oid + "\nsize 99999999999999999999\n",
           version + "oid sha256:" + oid + "\noid sha256:" + oid + "\nsize 5\n",
           version + "oid sha256:" + oid + "\nsize 5\n\nmore text\n",
           "version https://example.org/v1\noid sha256:" + oid + "\nsize 5\n",
           "oid sha256:" + oid + "\nsize 5\n" + version,
           version + "oid sha256:" + oid + "\nsize 5\nx " + std::string(1024, 'x') + "\n",
       }) {
    EXPECT_FALSE(parse_pointer(text)) << text;
  }
}

}  // namespace
}  // namespace kohaku::git
