#include "git/object.h"

#include "git/test_git.h"

namespace kohaku::git {
namespace {

TEST(Object, IdsAreThoseOfGit) {
  EXPECT_EQ(object_id(ObjectType::blob, {}).hex(), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  EXPECT_EQ(object_id(ObjectType::blob, as_bytes("hello\n")).hex(),
            "ce013625030ba8dba906f756967f9e9ca394464a");
  EXPECT_EQ(empty_tree_id().hex(), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
}

TEST(Object, TreesAreSortedAsIfFolderNamesEndedInASlash) {
  Tree tree{{.mode = mode_tree, .name = "a", .id = {}},
            {.mode = mode_file, .name = "a.txt", .id = {}},
            {.mode = mode_file, .name = "a0", .id = {}},
            {.mode = mode_file, .name = "a-b", .id = {}}};
  sort_tree(tree);
  std::string names;
  for (const auto& entry : tree) names += entry.name + " ";
  EXPECT_EQ(names, "a-b a.txt a a0 ");
  for (const auto& entry : tree) {
    const auto* found = find_entry(tree, entry.name);
    ASSERT_NE(found, nullptr) << entry.name;
    EXPECT_EQ(found->name, entry.name);
  }
  EXPECT_EQ(find_entry(tree, "b"), nullptr);
  EXPECT_EQ(find_entry(tree, ""), nullptr);
}

TEST(Object, TreesSurviveSerializing) {
  const Tree tree{{.mode = mode_executable, .name = "run", .id = sha1(as_bytes("x"))},
                  {.mode = mode_tree, .name = "sub", .id = sha1(as_bytes("y"))}};
  const auto text = serialize_tree(tree);
  EXPECT_EQ(text.substr(0, 11), std::string("100755 run\0", 11));
  EXPECT_EQ(*parse_tree(as_bytes(text)), tree);
}

TEST(Object, MalformedTreesAreRefused) {
  const auto whole = serialize_tree({{.mode = mode_file, .name = "name", .id = {}}});
  for (std::size_t length = 1; length < whole.size(); ++length) {
    EXPECT_FALSE(parse_tree(as_bytes(whole).first(length))) << length;
  }
  const std::string id(20, 'i');
  for (const auto& bad :
       {std::string("100644 \0", 8), std::string("100644 a/b\0", 11),
        std::string("99999999 a\0", 11), std::string("10a644 a\0", 9), std::string(" a\0", 3)}) {
    EXPECT_FALSE(parse_tree(as_bytes(bad + id))) << bad;
  }
}

TEST(Object, CommitsSurviveSerializing) {
  Commit commit{.tree = sha1(as_bytes("t")), .parents = {sha1(as_bytes("p")), sha1(as_bytes("q"))}};
  commit.author = {.name = "Ada",
                   .email = "a@b.c",
                   .time = Micros::from_seconds(1700000000),
                   .offset_minutes = -150};
  commit.committer = {.name = "Bob",
                      .email = "b@b.c",
                      .time = Micros::from_seconds(1700000001),
                      .offset_minutes = 330};
  commit.message = "Title\n\nFirst line.\nSecond line.\n";
  const auto text = serialize_commit(commit);
  EXPECT_NE(text.find("author Ada <a@b.c> 1700000000 -0230\n"), text.npos) << text;
  EXPECT_NE(text.find("committer Bob <b@b.c> 1700000001 +0530\n"), text.npos) << text;
  const auto parsed = *parse_commit(text);
  EXPECT_EQ(parsed.tree, commit.tree);
  EXPECT_EQ(parsed.parents, commit.parents);
  EXPECT_EQ(parsed.author.time, commit.author.time);
  EXPECT_EQ(parsed.author.offset_minutes, -150);
  EXPECT_EQ(parsed.committer.email, "b@b.c");
  EXPECT_EQ(parsed.title(), "Title");
  EXPECT_EQ(parsed.description(), "First line.\nSecond line.");
}

TEST(Object, NamesCannotBreakOutOfTheirLine) {
  Commit commit;
  commit.author = {.name = " Eve\nparent x <e@e> ", .email = "<e>\n@", .time = {}};
  commit.committer = {.name = "", .email = "", .time = {}};
  commit.message = std::string("a\0b", 3);
  const auto text = serialize_commit(commit);
  EXPECT_NE(text.find("author Eveparent x e@e <e@> 0 +0000\n"), text.npos) << text;
  EXPECT_TRUE(text.ends_with("\n\nab"));
  EXPECT_EQ(text.find('\0'), text.npos);
}

TEST(Object, SignedAndOddCommitsAreRead) {
  const auto tree = empty_tree_id().hex();
  const auto signed_commit = *parse_commit(
      "tree " + tree +
      "\nauthor A <a@b> 10 +0000\ncommitter A <a@b> 11 +0000\n"
      "gpgsig -----BEGIN PGP SIGNATURE-----\n \n parent of nothing\n -----END PGP SIGNATURE-----\n"
      "\nTitle only");
  EXPECT_TRUE(signed_commit.parents.empty());
  EXPECT_EQ(signed_commit.title(), "Title only");
  EXPECT_EQ(signed_commit.description(), "");
  EXPECT_EQ(signed_commit.committer.time.seconds(), 11);

  const auto latin =
      *parse_commit("tree " + tree + "\nauthor J\xF6rg\nencoding ISO-8859-1\n\n\xFC");
  EXPECT_EQ(latin.author.name, "J\xC3\xB6rg");
  EXPECT_EQ(latin.message, "\xC3\xBC");
  EXPECT_EQ(latin.author.time.value, 0);

  EXPECT_FALSE(parse_commit(""));
  EXPECT_FALSE(parse_commit("tree xyz\n\n"));
  EXPECT_FALSE(parse_commit("parent " + tree + "\n\n"));
  EXPECT_EQ(parse_commit("tree " + tree + "\nauthor A <a> 99999999999999999999 +0000\n\n")
                ->author.time.value,
            0);
}

TEST(Object, TagsSurviveSerializing) {
  Tag tag{.target = sha1(as_bytes("c")), .name = "v1"};
  tag.tagger = {.name = "Ada", .email = "a@b", .time = Micros::from_seconds(5)};
  tag.message = "One\n";
  const auto parsed = *parse_tag(serialize_tag(tag));
  EXPECT_EQ(parsed.target, tag.target);
  EXPECT_EQ(parsed.target_type, ObjectType::commit);
  EXPECT_EQ(parsed.name, "v1");
  EXPECT_EQ(parsed.tagger.name, "Ada");
  EXPECT_EQ(parsed.message, "One\n");
  EXPECT_FALSE(parse_tag("type commit\n\n"));
  EXPECT_FALSE(parse_tag("object " + tag.target.hex() + "\ntype flower\n\n"));
}

}  // namespace
}  // namespace kohaku::git
