#include "git/rewrite.h"

#include <gtest/gtest.h>

namespace kohaku::git {
namespace {

const Sha1 tree = *Sha1::from_hex("1111111111111111111111111111111111111111");
const Sha1 parent = *Sha1::from_hex("2222222222222222222222222222222222222222");

TEST(RewriteCommitText, KeepsEveryByteButTreeAndParents) {
  const auto text =
      rewrite_commit_text("tree aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
                          "parent bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n"
                          "parent cccccccccccccccccccccccccccccccccccccccc\n"
                          "author J\xF6rg <j@example.org> 1700000000 +0130\n"
                          "committer B <b@example.org> 1700000001 -0800\n"
                          "encoding ISO-8859-1\n"
                          "\n"
                          "gr\xFC\xDF\n\nparent dddddddddddddddddddddddddddddddddddddddd\n",
                          tree, {parent});
  ASSERT_TRUE(text);
  EXPECT_EQ(*text, "tree 1111111111111111111111111111111111111111\n"
                   "parent 2222222222222222222222222222222222222222\n"
                   "author J\xF6rg <j@example.org> 1700000000 +0130\n"
                   "committer B <b@example.org> 1700000001 -0800\n"
                   "encoding ISO-8859-1\n"
                   "\n"
                   "gr\xFC\xDF\n\nparent dddddddddddddddddddddddddddddddddddddddd\n");
}

TEST(RewriteCommitText, DropsSignaturesWithTheirContinuations) {
  const auto text = rewrite_commit_text("tree aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
                                        "author A <a@example.org> 1 +0000\n"
                                        "committer A <a@example.org> 1 +0000\n"
                                        "mergetag object bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n"
                                        " type commit\n"
                                        "gpgsig -----BEGIN PGP SIGNATURE-----\n"
                                        " \n"
                                        " abc\n"
                                        " -----END PGP SIGNATURE-----\n"
                                        "x-own kept\n"
                                        "\n"
                                        "message",
                                        tree, {});
  ASSERT_TRUE(text);
  EXPECT_EQ(*text, "tree 1111111111111111111111111111111111111111\n"
                   "author A <a@example.org> 1 +0000\n"
                   "committer A <a@example.org> 1 +0000\n"
                   "x-own kept\n"
                   "\n"
                   "message");
}

TEST(RewriteCommitText, RefusesWhatIsNoCommit) {
  EXPECT_FALSE(rewrite_commit_text("object aaaa\n\nx", tree, {}));
  EXPECT_FALSE(rewrite_commit_text("", tree, {}));
}

TEST(RewriteTagText, NamesTheNewObjectAndDropsTheSignature) {
  const auto text =
      rewrite_tag_text("object aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
                       "type commit\n"
                       "tag v1\n"
                       "tagger A <a@example.org> 1 +0000\n"
                       "\n"
                       "first\n"
                       "-----BEGIN PGP SIGNATURE-----\nabc\n-----END PGP SIGNATURE-----\n",
                       tree);
  ASSERT_TRUE(text);
  EXPECT_EQ(*text, "object 1111111111111111111111111111111111111111\n"
                   "type commit\n"
                   "tag v1\n"
                   "tagger A <a@example.org> 1 +0000\n"
                   "\n"
                   "first\n");
  EXPECT_FALSE(rewrite_tag_text("tree aaaa\n\nx", tree));
}

}  // namespace
}  // namespace kohaku::git
