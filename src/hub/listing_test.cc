#include "hub/listing.h"

#include <algorithm>

#include "hub/reading_fixture.h"
#include "os/process.h"

namespace kohaku::hub {
namespace {

const std::string pointer_text =
    "version https://git-lfs.github.com/spec/v1\n"
    "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";

class ListingTest : public ReadingTest {
 protected:
  ListingTest() : repo_(add_repo(add_account("ada"), "tree")) {}

  Revision at(const Sha1& commit) { return {commit, "refs/heads/main"}; }

  std::vector<std::string> paths_of(const std::vector<ListedEntry>& entries) {
    std::vector<std::string> paths;
    for (const auto& entry : entries) paths.push_back(entry.path);
    return paths;
  }

  // Every page after the other, as a client follows them.
  std::vector<std::string> all_pages(const Revision& revision, TreeQuery query) {
    std::vector<std::string> paths;
    for (int pages = 0; pages < 1000; ++pages) {
      const auto page = value_of(list_tree(hub(), repo_, revision, query));
      EXPECT_LE(page.entries.size(), query.limit);
      for (const auto& entry : page.entries) paths.push_back(entry.path);
      if (page.next_cursor.empty()) return paths;
      query.cursor = page.next_cursor;
    }
    ADD_FAILURE() << "the pages do not end";
    return paths;
  }

  // The truth: git's own listing.
  std::vector<std::string> ls_tree(const Sha1& commit, std::vector<std::string> options) {
    os::ProcessOptions process;
    process.arguments = {
        "git",     "-c",         "core.quotePath=off", "--git-dir", directory(repo_).string(),
        "ls-tree", "--name-only"};
    for (auto& option : options) process.arguments.push_back(std::move(option));
    process.arguments.push_back(commit.hex());
    process.environment = {"PATH=/usr/bin:/bin"};
    const auto result = value_of(os::run_process(process));
    EXPECT_EQ(result.exit_status, 0) << result.errors;
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < result.output.size();) {
      const auto end = result.output.find('\n', at);
      lines.push_back(result.output.substr(at, end - at));
      at = end + 1;
    }
    return lines;
  }

  Files nasty_files() {
    Files files = {{"a.txt", "1"},   {"a/b/c.txt", "2"},   {"a/b.txt", "3"},
                   {"a-b", "4"},     {"a0", "5"},          {"z/y/x/w", "6"},
                   {"ü/ñ.txt", "7"}, {"foo bar/#%?", "8"}, {"a/b/d/e/f", "9"}};
    for (int i = 0; i < 40; ++i) files[fmt::format("many/{:02}/file", i)] = fmt::format("{}", i);
    return files;
  }

  Repo repo_;
};

TEST_F(ListingTest, RecursiveListingIsGitsOwn) {
  const auto head = commit(repo_, nasty_files());
  TreeQuery query;
  query.recursive = true;
  EXPECT_EQ(all_pages(at(head), query), ls_tree(head, {"-r", "-t"}));
}

TEST_F(ListingTest, FlatListingIsGitsOwn) {
  const auto head = commit(repo_, nasty_files());
  EXPECT_EQ(all_pages(at(head), {}), ls_tree(head, {}));
}

TEST_F(ListingTest, PagesOfAnySizeGiveEveryEntryOnce) {
  const auto head = commit(repo_, nasty_files());
  const auto truth = ls_tree(head, {"-r", "-t"});
  for (const std::size_t limit : {1, 2, 3, 7, 50}) {
    TreeQuery query;
    query.recursive = true;
    query.limit = limit;
    EXPECT_EQ(all_pages(at(head), query), truth) << limit;
    query.expand = true;
    EXPECT_EQ(all_pages(at(head), query), truth) << limit;
  }
}

TEST_F(ListingTest, FolderIsListedWithFullPaths) {
  const auto head = commit(repo_, nasty_files());
  TreeQuery query;
  query.folder = "a/";
  EXPECT_EQ(all_pages(at(head), query), (std::vector<std::string>{"a/b.txt", "a/b"}));
  query.recursive = true;
  query.limit = 1;
  EXPECT_EQ(
      all_pages(at(head), query),
      (std::vector<std::string>{"a/b.txt", "a/b", "a/b/c.txt", "a/b/d", "a/b/d/e", "a/b/d/e/f"}));
}

TEST_F(ListingTest, NamePrefixHoldsForTheFolderItself) {
  const auto head = commit(repo_, nasty_files());
  TreeQuery query;
  query.name_prefix = "a";
  EXPECT_EQ(all_pages(at(head), query), (std::vector<std::string>{"a-b", "a.txt", "a", "a0"}));
  query.folder = "many";
  query.name_prefix = "1";
  query.recursive = true;
  query.limit = 3;
  EXPECT_EQ(all_pages(at(head), query).size(), 20U);
  query.name_prefix = "1/";
  EXPECT_EQ(list_tree(hub(), repo_, at(head), query).error().code, Code::bad_request);
  query.name_prefix = std::string(longest_name_prefix + 1, 'x');
  EXPECT_EQ(list_tree(hub(), repo_, at(head), query).error().code, Code::bad_request);
}

TEST_F(ListingTest, MissingFolderAndFileAreEntryNotFound) {
  const auto head = commit(repo_, nasty_files());
  for (const auto* folder : {"nothing", "a.txt", "a/b/c.txt", "a/b/c.txt/x", "..", "a/../a"}) {
    TreeQuery query;
    query.folder = folder;
    const auto page = list_tree(hub(), repo_, at(head), query);
    ASSERT_FALSE(page) << folder;
    EXPECT_EQ(page.error().code, Code::entry_not_found) << folder;
  }
}

TEST_F(ListingTest, EmptyTreeListsNothing) {
  const auto head = commit(repo_, {});
  const auto page = value_of(list_tree(hub(), repo_, at(head), {}));
  EXPECT_TRUE(page.entries.empty());
  EXPECT_TRUE(page.next_cursor.empty());
}

TEST_F(ListingTest, PagesStayWithTheCommitTheyBeganWith) {
  const auto first = commit(repo_, {{"a", "1"}, {"b", "2"}, {"c", "3"}});
  TreeQuery query;
  query.limit = 1;
  const auto page = value_of(list_tree(hub(), repo_, at(first), query));
  const auto second = commit(repo_, {{"x", "1"}});
  query.cursor = page.next_cursor;
  query.limit = 10;
  const auto rest = value_of(list_tree(hub(), repo_, at(second), query));
  EXPECT_EQ(paths_of(rest.entries), (std::vector<std::string>{"b", "c"}));
  EXPECT_EQ(rest.commit, first);
}

TEST_F(ListingTest, ForgedCursorsAreRefused) {
  const auto head = commit(repo_, nasty_files());
  const auto elsewhere = add_repo(add_account("eve"), "other");
  const auto foreign = commit(elsewhere, {{"secret", "s"}});
  TreeQuery query;
  query.limit = 1;
  const auto cursor = value_of(list_tree(hub(), elsewhere, at(foreign), query)).next_cursor;
  EXPECT_TRUE(cursor.empty());
  for (const std::string forged : {"x", "****", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
    query.cursor = forged;
    EXPECT_EQ(list_tree(hub(), repo_, at(head), query).error().code, Code::bad_request) << forged;
  }
}

TEST_F(ListingTest, PointerIsListedAsTheLargeFileItStandsFor) {
  const auto head = commit(repo_, {{"model.bin", pointer_text}, {"small.txt", "hello"}});
  for (int twice = 0; twice < 2; ++twice) {
    const auto page = value_of(list_tree(hub(), repo_, at(head), {}));
    ASSERT_EQ(page.entries.size(), 2U);
    const auto& large = page.entries[0];
    ASSERT_TRUE(large.lfs);
    EXPECT_EQ(large.size(), 12345U);
    EXPECT_EQ(large.blob_size, pointer_text.size());
    EXPECT_EQ(large.lfs->oid.hex().substr(0, 8), "4d7a2146");
    EXPECT_FALSE(page.entries[1].lfs);
    EXPECT_EQ(page.entries[1].size(), 5U);
    EXPECT_EQ(page.entries[1].oid.hex(), "b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0");
  }
}

TEST_F(ListingTest, PathsAreFoundInTheirOrderAndMissingOnesLeftOut) {
  const auto head = commit(repo_, nasty_files());
  const auto entries = value_of(list_paths(
      hub(), repo_, at(head), {"z/", "nope", "a.txt", "a.txt", "foo bar/#%?", ""}, false));
  EXPECT_EQ(paths_of(entries), (std::vector<std::string>{"z", "a.txt", "foo bar/#%?"}));
  EXPECT_TRUE(entries[0].is_folder);
  EXPECT_FALSE(entries[1].is_folder);
  const std::vector<std::string> many(most_asked_paths + 1, "a");
  EXPECT_EQ(list_paths(hub(), repo_, at(head), many, false).error().code, Code::payload_too_large);
}

TEST_F(ListingTest, LastCommitsComeFromHistoryWhereNoRowSaysSo) {
  commit(repo_, {{"old", "1"}, {"dir/a", "1"}, {"dir/b", "1"}}, "First");
  commit(repo_, {{"old", "1"}, {"dir/a", "2"}, {"dir/b", "1"}}, "Second\n\nwhy");
  const auto head =
      commit(repo_, {{"old", "1"}, {"dir/a", "2"}, {"dir/b", "1"}, {"new", "1"}}, "Third");
  TreeQuery query;
  query.recursive = true;
  query.expand = true;
  const auto page = value_of(list_tree(hub(), repo_, at(head), query));
  Files titles;
  for (const auto& entry : page.entries) titles[entry.path] = entry.last_commit->title;
  EXPECT_EQ(titles, (Files{{"old", "First"},
                           {"dir", "Second"},
                           {"dir/a", "Second"},
                           {"dir/b", "First"},
                           {"new", "Third"}}));
}

TEST_F(ListingTest, LastCommitsOfTheDefaultHeadComeFromTheRows) {
  const auto first = commit(repo_, {{"f", "1"}, {"g", "1"}}, "First");
  const auto head = commit(repo_, {{"f", "1"}, {"g", "2"}}, "Second");
  // Rows that history would contradict, to see which of them is read.
  execute("INSERT INTO path_change (repo_id, folder, name, commit_id) VALUES (?1, '', 'f', ?2)",
          repo_.id, head);
  execute("INSERT INTO path_change (repo_id, folder, name, commit_id) VALUES (?1, '', 'g', ?2)",
          repo_.id, first);
  const auto listed = value_of(list_paths(hub(), repo_, at(head), {"f", "g"}, true));
  EXPECT_EQ(listed[0].last_commit->id, head);
  EXPECT_EQ(listed[1].last_commit->id, first);
  const auto older = value_of(list_paths(hub(), repo_, at(first), {"f"}, true));
  EXPECT_EQ(older[0].last_commit->id, first);
}

}  // namespace
}  // namespace kohaku::hub
