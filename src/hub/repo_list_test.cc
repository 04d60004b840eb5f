#include "hub/repo_list.h"

#include <algorithm>

#include "hub/reading_fixture.h"

namespace kohaku::hub {
namespace {

class RepoListTest : public ReadingTest {
 protected:
  RepoListTest()
      : ada_(add_account("Ada-L")), eve_(add_account("eve")), lab_(add_account("lab", "org")) {
    join(lab_, ada_, "visitor");
  }

  RepoListPage list(const Caller& caller, const RepoListQuery& query) {
    return read([&](db::Connection& c) { return list_repos(c, caller, query); });
  }
  std::vector<std::string> names(const Caller& caller, RepoListQuery query = {}) {
    std::vector<std::string> names;
    for (int pages = 0; pages < 1000; ++pages) {
      const auto page = list(caller, query);
      EXPECT_LE(page.repos.size(), query.limit);
      for (const auto& item : page.repos) names.push_back(item.repo.full_name());
      if (page.next_cursor.empty()) return names;
      query.cursor = page.next_cursor;
    }
    ADD_FAILURE() << "the pages do not end";
    return names;
  }
  void set(const Repo& repo, const std::string& column, const std::string& value) {
    execute("UPDATE repository SET " + column + " = " + value + " WHERE id = ?1", repo.id);
  }
  void tag(const Repo& repo, const std::string& tag) {
    execute("INSERT INTO repository_tag (repo_id, tag) VALUES (?1, ?2)", repo.id, tag);
  }
  using Names = std::vector<std::string>;

  User ada_, eve_, lab_;
};

TEST_F(RepoListTest, PrivateOnesAppearOnlyToWhoMayRead) {
  add_repo(ada_, "open");
  add_repo(ada_, "closed", true);
  add_repo(lab_, "ours", true);
  add_repo(eve_, "hers", true);
  add_repo(ada_, "data", false, RepoType::dataset);
  RepoListQuery query;
  query.sort = RepoSort::created;
  query.ascending = true;
  EXPECT_EQ(names({}, query), (Names{"Ada-L/open"}));
  EXPECT_EQ(names(caller(ada_), query), (Names{"Ada-L/open", "Ada-L/closed", "lab/ours"}));
  EXPECT_EQ(names(caller(eve_), query), (Names{"Ada-L/open", "eve/hers"}));
  query.author = "lab";
  EXPECT_EQ(names({}, query), Names{});
  EXPECT_EQ(names(caller(ada_), query), (Names{"lab/ours"}));
}

TEST_F(RepoListTest, EverySortGivesEachOnceInOrder) {
  constexpr int count = 23;
  std::vector<Repo> repos;
  for (int i = 0; i < count; ++i) {
    clock().advance_seconds(i % 3);
    repos.push_back(add_repo(ada_, fmt::format("r{}", i)));
    // Many ties, so that pages have to be cut inside of them.
    set(repos.back(), "downloads", std::to_string(i % 4));
    set(repos.back(), "likes_count", std::to_string((i * 7) % 5));
    set(repos.back(), "trending_score", std::to_string(i % 2));
    set(repos.back(), "updated_at", std::to_string((i * 5) % 11));
  }
  const auto value = [](const RepoSummary& s, RepoSort sort) -> std::int64_t {
    switch (sort) {
      case RepoSort::trending: return s.trending_score;
      case RepoSort::updated: return s.repo.updated_at.value;
      case RepoSort::created: return s.repo.created_at.value;
      case RepoSort::downloads: return s.repo.downloads;
      case RepoSort::likes: break;
    }
    return s.repo.likes;
  };
  for (const auto sort : {RepoSort::trending, RepoSort::updated, RepoSort::created,
                          RepoSort::downloads, RepoSort::likes}) {
    for (const bool ascending : {false, true}) {
      RepoListQuery query;
      query.sort = sort;
      query.ascending = ascending;
      query.limit = count;
      auto expected = list({}, query).repos;
      ASSERT_EQ(expected.size(), static_cast<std::size_t>(count));
      const auto in_order = [&](const RepoSummary& a, const RepoSummary& b) {
        const std::pair left(value(a, sort), a.repo.id.value);
        const std::pair right(value(b, sort), b.repo.id.value);
        return ascending ? left < right : left > right;
      };
      EXPECT_TRUE(std::ranges::is_sorted(expected, in_order));
      Names all;
      for (const auto& item : expected) all.push_back(item.repo.full_name());
      for (const std::size_t limit : {1, 2, 5, 22}) {
        query.limit = limit;
        EXPECT_EQ(names({}, query), all) << static_cast<int>(sort) << " " << limit;
      }
    }
  }
}

TEST_F(RepoListTest, FiltersNarrowTogether) {
  const auto bert = add_repo(ada_, "Bert-Base.v2");
  const auto gpt = add_repo(eve_, "gpt_100%");
  const auto third = add_repo(eve_, "plain");
  for (const auto& [repo, tags] : std::vector<std::pair<Repo, Names>>{
           {bert, {"pytorch", "en", "license:mit"}}, {gpt, {"pytorch", "fr"}}, {third, {"en"}}}) {
    for (const auto& one : tags) tag(repo, one);
  }
  set(bert, "pipeline_tag", "'fill-mask'");
  set(gpt, "gated", "'manual'");
  set(gpt, "library_name", "'transformers'");
  RepoListQuery base;
  base.sort = RepoSort::created;
  base.ascending = true;
  const auto with = [&](auto change) {
    auto query = base;
    change(query);
    return names({}, query);
  };
  EXPECT_EQ(with([](auto& q) { q.tags = {"pytorch"}; }),
            (Names{"Ada-L/Bert-Base.v2", "eve/gpt_100%"}));
  EXPECT_EQ(with([](auto& q) { q.tags = {"pytorch", "en"}; }), (Names{"Ada-L/Bert-Base.v2"}));
  EXPECT_EQ(with([](auto& q) { q.tags = {"pytorch", "nothing"}; }), Names{});
  EXPECT_EQ(with([](auto& q) { q.any_tags = {"fr", "license:mit"}; }),
            (Names{"Ada-L/Bert-Base.v2", "eve/gpt_100%"}));
  EXPECT_EQ(with([](auto& q) { q.words = {"BERT"}; }), (Names{"Ada-L/Bert-Base.v2"}));
  EXPECT_EQ(with([](auto& q) { q.words = {"bert-base.v2"}; }), (Names{"Ada-L/Bert-Base.v2"}));
  EXPECT_EQ(with([](auto& q) { q.words = {"ada-l/bert"}; }), (Names{"Ada-L/Bert-Base.v2"}));
  EXPECT_EQ(with([](auto& q) { q.words = {"%"}; }), (Names{"eve/gpt_100%"}));
  EXPECT_EQ(with([](auto& q) { q.words = {"eve", "pl"}; }), (Names{"eve/plain"}));
  EXPECT_EQ(with([](auto& q) { q.author = "ADA_l"; }), (Names{"Ada-L/Bert-Base.v2"}));
  EXPECT_EQ(with([](auto& q) { q.author = "nobody"; }), Names{});
  EXPECT_EQ(with([](auto& q) { q.pipeline_tag = "fill-mask"; }), (Names{"Ada-L/Bert-Base.v2"}));
  EXPECT_EQ(with([](auto& q) { q.library = "transformers"; }), (Names{"eve/gpt_100%"}));
  EXPECT_EQ(with([](auto& q) { q.gated = true; }), (Names{"eve/gpt_100%"}));
  EXPECT_EQ(with([](auto& q) { q.gated = false; }), (Names{"Ada-L/Bert-Base.v2", "eve/plain"}));
}

TEST_F(RepoListTest, CommonTagsFollowTheSortOrder) {
  // More rows than the rare way takes, so that both statements are compared on the same question.
  value_of(hub().database.write_now([&](db::Connection& c) -> Result<> {
    TRY(c.sql("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2100) "
              "INSERT INTO repository (type, owner_id, name, lookup_name, created_at, updated_at, "
              "downloads) SELECT 'model', ?1, 'm' || i, 'm' || i, i, i, (i * 37) % 101 FROM n")
            .bind(eve_.id)
            .run());
    TRY(c.sql("INSERT INTO repository_tag (repo_id, tag) SELECT id, 'common' FROM repository")
            .run());
    TRY(c.sql("INSERT INTO repository_tag (repo_id, tag) SELECT id, 'rare' FROM repository "
              "WHERE id % 50 = 0")
            .run());
    return {};
  }));
  RepoListQuery query;
  query.sort = RepoSort::downloads;
  query.limit = 10;
  query.tags = {"common", "rare"};
  const auto both = names({}, query);
  query.tags = {"rare"};
  EXPECT_EQ(names({}, query), both);
  EXPECT_EQ(both.size(), 42U);
  query.tags = {"common"};
  query.limit = 1000;
  EXPECT_EQ(names({}, query).size(), 2100U);
}

TEST_F(RepoListTest, PageLooksAtSoManyAndLeavesTheRestToTheNext) {
  value_of(hub().database.write_now([&](db::Connection& c) -> Result<> {
    TRY(c.sql("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000) "
              "INSERT INTO repository (type, owner_id, name, lookup_name, created_at, updated_at, "
              "private) SELECT 'model', ?1, 'm' || i, 'm' || i, i / 7, i, i % 3000 > 0 FROM n")
            .bind(eve_.id)
            .run());
    return {};
  }));
  for (const bool ascending : {false, true}) {
    RepoListQuery query;
    query.sort = RepoSort::created;
    query.ascending = ascending;
    const auto first = list({}, query);
    EXPECT_EQ(first.repos.size(), ascending ? 1U : 2U);
    EXPECT_FALSE(first.next_cursor.empty());
    auto expected = Names{"eve/m12000", "eve/m9000", "eve/m6000", "eve/m3000"};
    if (ascending) std::ranges::reverse(expected);
    EXPECT_EQ(names({}, query), expected);
    query.limit = 1;
    EXPECT_EQ(names({}, query), expected);
    query.words = {"m3"};
    EXPECT_EQ(names({}, query), Names{"eve/m3000"});
    query.words = {};
    query.limit = 999;
    EXPECT_EQ(names(caller(eve_), query).size(), 12000U);
  }
}

TEST_F(RepoListTest, SummaryHasHeadCardAndTags) {
  const auto repo = add_repo(ada_, "m");
  const auto head = commit(repo, {{"f", "x"}});
  set(repo, "card_data", "'{\"license\":\"mit\"}'");
  tag(repo, "b");
  tag(repo, "a");
  const auto page = list({}, {});
  ASSERT_EQ(page.repos.size(), 1U);
  EXPECT_EQ(page.repos[0].head, head);
  EXPECT_EQ(page.repos[0].card_data, R"({"license":"mit"})");
  EXPECT_EQ(page.repos[0].tags, (Names{"a", "b"}));
}

TEST_F(RepoListTest, BadCursorsAndTooManyFiltersAreRefused) {
  for (const auto* cursor : {"x", "1", "1.", ".1", "1.2.3", "99999999999999999999.1"}) {
    RepoListQuery query;
    query.cursor = cursor;
    const auto page =
        hub().database.read_now([&](db::Connection& c) { return list_repos(c, {}, query); });
    ASSERT_FALSE(page) << cursor;
    EXPECT_EQ(page.error().code, Code::bad_request) << cursor;
  }
  RepoListQuery query;
  query.tags.assign(most_tags + 1, "t");
  EXPECT_FALSE(
      hub().database.read_now([&](db::Connection& c) { return list_repos(c, {}, query); }));
}

}  // namespace
}  // namespace kohaku::hub
