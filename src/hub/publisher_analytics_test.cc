#include "hub/publisher_analytics.h"

#include <fmt/format.h>

#include "hub/commit_fixture.h"
#include "hub/download_breakdown.h"
#include "hub/download_groups.h"
#include "hub/repositories.h"
#include "hub/statistics_upkeep.h"
#include "stats/fold.h"
#include "stats/namespace_sketches.h"
#include "stats/statistics_fixture.h"
#include "stats/unique_downloaders.h"

namespace kohaku::hub {
namespace {

using stats::DayNumbers;
using stats::Traffic;
using Names = std::vector<std::string>;

class PublisherAnalyticsTest : public ReadingTest {
 protected:
  PublisherAnalyticsTest() { join(org_, ada_, "admin"); }

  Repo add(const std::string& name, RepoType type = RepoType::model) {
    return add_repo(org_, name, false, type);
  }
  void day(const Repo& repo, const DayNumbers& numbers) {
    value_of(hub().database.write_now(
        [&](db::Connection& c) { return stats::insert_day(c, repo.id, numbers); }));
  }
  void sketch(const Repo& repo, std::int64_t day, std::uint64_t end) {
    value_of(hub().database.write_now([&](db::Connection& c) {
      return stats::insert_sketch(c, repo.id, day, Traffic::people, stats::sketch_of(0, end));
    }));
  }

  Result<NamespaceAnalyst> analyst(const User& user, const std::string& name) {
    return Access(hub()).namespace_analyst(caller(user), name);
  }
  AnalyticsScope scope() { return AnalyticsScope(value_of(analyst(ada_, "org"))); }
  Analytics ask(const AnalyticsQuery& query) {
    return value_of(read_analytics(hub(), scope(), query));
  }
  // "name number" of all pages of two.
  template <class Number>
  Names pages(AnalyticsQuery query, Number number) {
    Names names;
    query.limit = 2;
    do {
      const auto page = ask(query).page;
      EXPECT_LE(page.repos.size(), 2U);
      for (const auto& repo : page.repos) {
        names.push_back(fmt::format("{} {}", repo.full_name.substr(4), number(repo)));
      }
      query.cursor = page.next_cursor;
    } while (!query.cursor.empty() && names.size() < 100);
    return names;
  }
  static AnalyticsQuery of_days(std::int64_t first, std::int64_t last) {
    return {.period = {{first, last}, false}};
  }

  User ada_ = add_account("ada");
  User org_ = add_account("org", "org");
};

TEST_F(PublisherAnalyticsTest, OnlyAdminsHaveIt) {
  const auto bob = add_account("bob");
  EXPECT_TRUE(analyst(bob, "bob"));
  EXPECT_EQ(value_of(analyst(ada_, "ORG")).name(), "org");
  auto reader = caller(ada_);
  reader.may_write = false;
  EXPECT_TRUE(Access(hub()).namespace_analyst(reader, "org")) << "nothing is changed";
  const auto missing = analyst(bob, "none").error();
  EXPECT_EQ(missing.code, Code::not_found);
  EXPECT_EQ(missing.message, "You administer no namespace 'none'.");
  EXPECT_EQ(analyst(bob, "ada").error().message, "You administer no namespace 'ada'.");
  for (const auto* role : {"none", "visitor", "member"}) {
    const auto user = add_account(fmt::format("a_{}", role));
    if (role != std::string("none")) join(org_, user, role);
    const auto refusal = analyst(user, "org").error();
    EXPECT_EQ(refusal.code, missing.code) << role;
    EXPECT_EQ(refusal.message, "You administer no namespace 'org'.") << role;
  }
  for (const auto* name : {"org", "none"}) {
    EXPECT_EQ(Access(hub()).namespace_analyst({}, name).error().code, Code::unauthorized) << name;
  }
}

TEST_F(PublisherAnalyticsTest, ARepositoryOfOthersIsLikeAMissingOne) {
  add("seen");
  add_repo(org_, "hidden", true);
  const Access access(hub());
  EXPECT_TRUE(access.repo_analyst(caller(ada_), RepoType::model, {"org", "hidden"}));
  const auto member = add_account("bob");
  join(org_, member, "member");
  for (const auto& who : {Caller{}, caller(add_account("eve")), caller(member)}) {
    for (const auto* name : {"seen", "hidden", "none"}) {
      const auto refusal = access.repo_analyst(who, RepoType::model, {"org", name}).error();
      EXPECT_EQ(refusal.code, Code::repo_not_found);
      EXPECT_EQ(refusal.message, fmt::format("Repository 'org/{}' (model) was not found.", name));
    }
  }
}

// From the repositories' before the sketches are made anew, from the namespace's after that.
TEST_F(PublisherAnalyticsTest, DownloadersFollowRepositoriesThatMoveOrGo) {
  const auto kept = add("kept");
  const auto moved = add("moved");
  const auto gone = add("gone");
  sketch(kept, 110, 10);
  sketch(moved, 110, 40);
  sketch(gone, 110, 90);
  value_of(hub().database.write_now([&](db::Connection& c) {
    return stats::insert_sketch(c, org_.id, 110, Traffic::people, stats::sketch_of(0, 90));
  }));
  const auto unique = [&](const User& owner) {
    return value_of(hub().database.read_now([&](db::Connection& c) {
             return stats::unique_downloaders(c, owner.id, {110, 110}, {});
           }))
        .range;
  };
  auto writer = caller(ada_);
  writer.may_write = true;
  const Access access(hub());
  const auto admin = [&](const std::string& name) {
    return value_of(access.repo_admin(writer, RepoType::model, {"org", name}));
  };
  value_of(run_task(delete_repository(hub(), admin("gone"))));
  EXPECT_EQ(unique(org_), 40);
  value_of(run_task(rebuild_stale_sketches(hub())));
  EXPECT_EQ(unique(org_), 40);
  value_of(run_task(move_repository(hub(), admin("moved"),
                                    value_of(access.namespace_writer(writer, "ada")), "moved")));
  for (const auto* when : {"before", "after"}) {
    EXPECT_EQ(unique(org_), 10) << when;
    EXPECT_EQ(unique(ada_), 40) << when;
    value_of(run_task(rebuild_stale_sketches(hub())));
  }
  EXPECT_FALSE(value_of(hub().database.read_now(stats::has_stale_sketches)));
}

TEST_F(PublisherAnalyticsTest, SumsAreOfThePeriodAndTheOneBefore) {
  const auto model = add("model");
  const auto data = add("data", RepoType::dataset);
  add("space", RepoType::space);
  execute("UPDATE repository SET downloads = 1000 WHERE id = ?1", model.id);
  day(model, {.day = 99, .downloads = 500});
  day(model, {.day = 104, .downloads = 7});
  day(model, {.day = 110, .downloads = 5, .authenticated = 2, .files = 6, .bytes = 70});
  day(data, {.day = 110, .downloads = 3, .files = 1});
  day(data, {.day = 119, .traffic = Traffic::ci, .downloads = 1, .bytes = 9});
  day(data, {.day = 120, .downloads = 500});
  day(add_repo(ada_, "other"), {.day = 110, .downloads = 500});
  const auto all = ask(of_days(110, 119));
  EXPECT_EQ(all.totals.numbers.downloads, 9);
  EXPECT_EQ(all.totals.numbers.authenticated, 2);
  EXPECT_EQ(all.totals.numbers.files, 7);
  EXPECT_EQ(all.totals.numbers.bytes, 79);
  EXPECT_EQ(all.totals.previous, 7);
  EXPECT_EQ(all.totals.total, 1000);
  EXPECT_EQ(all.totals.models, 1);
  EXPECT_EQ(all.totals.datasets, 1);
  EXPECT_EQ(all.totals.spaces, 1);
  ASSERT_EQ(all.series.size(), 10U);
  EXPECT_EQ(all.series[0].downloads, 8);
  EXPECT_EQ(all.series[5].downloads, 0);
  EXPECT_EQ(all.series[9].downloads, 1);
  EXPECT_EQ(all.traffic[1].numbers.downloads, 1);

  auto without_ci = of_days(110, 119);
  without_ci.counting.ci = false;
  const auto people = ask(without_ci);
  EXPECT_EQ(people.totals.numbers.downloads, 8);
  EXPECT_EQ(people.series[9].downloads, 0);
  EXPECT_EQ(people.traffic[1].numbers.downloads, 1) << "traffic tells of all kinds";
}

TEST_F(PublisherAnalyticsTest, EveryColumnSortsAndEveryPageFollows) {
  int number = 0;
  for (const auto* name : {"c", "a", "e", "b", "d"}) {
    const auto repo = add(name);
    ++number;
    day(repo, {.day = 110, .downloads = number % 3, .authenticated = number % 2, .bytes = number});
    day(repo, {.day = 105, .downloads = 10 - number});
    sketch(repo, 110, static_cast<std::uint64_t>(number * 3));
    execute("UPDATE repository SET likes_count = ?2 WHERE id = ?1", repo.id, number * 7 % 5);
  }
  auto query = of_days(106, 115);
  const auto downloads = [](const auto& repo) { return repo.numbers.downloads; };
  query.sort = AnalyticsSort::downloads;
  EXPECT_EQ(pages(query, downloads), (Names{"d 2", "a 2", "b 1", "c 1", "e 0"}));
  query.ascending = true;
  EXPECT_EQ(pages(query, downloads), (Names{"e 0", "c 1", "b 1", "a 2", "d 2"}));
  query.sort = AnalyticsSort::name;
  EXPECT_EQ(pages(query, downloads), (Names{"a 2", "b 1", "c 1", "d 2", "e 0"}));
  query.ascending = false;
  query.sort = AnalyticsSort::bytes;
  EXPECT_EQ(pages(query, [](const auto& r) { return r.numbers.bytes; }),
            (Names{"d 5", "b 4", "e 3", "a 2", "c 1"}));
  query.sort = AnalyticsSort::previous;
  EXPECT_EQ(pages(query, [](const auto& r) { return *r.previous; }),
            (Names{"c 9", "a 8", "e 7", "b 6", "d 5"}));
  query.sort = AnalyticsSort::change;
  EXPECT_EQ(pages(query, [](const auto& r) { return r.numbers.downloads - *r.previous; }),
            (Names{"d -3", "b -5", "a -6", "e -7", "c -8"}));
  query.sort = AnalyticsSort::unique;
  EXPECT_EQ(pages(query, [](const auto& r) { return r.unique; }),
            (Names{"d 15", "b 12", "e 9", "a 6", "c 3"}));
  query.sort = AnalyticsSort::likes;
  EXPECT_EQ(pages(query, [](const auto& r) { return r.likes; }),
            (Names{"a 4", "b 3", "c 2", "e 1", "d 0"}));
}

TEST_F(PublisherAnalyticsTest, ASearchNarrowsTheBreakdownOnly) {
  for (const auto* name : {"bert-base", "bert-large", "gpt"}) {
    day(add(name), {.day = 110, .downloads = 1});
  }
  auto query = of_days(110, 110);
  query.search = "BERT.l";
  const auto found = ask(query);
  ASSERT_EQ(found.page.repos.size(), 1U);
  EXPECT_EQ(found.page.repos[0].full_name, "org/bert-large");
  EXPECT_EQ(found.page.found, 1);
  EXPECT_EQ(found.totals.numbers.downloads, 3);
}

TEST_F(PublisherAnalyticsTest, ASparklineHasAtMostSixtyPoints) {
  const auto repo = add("a");
  for (std::int64_t i = 0; i < 130; ++i) day(repo, {.day = 1000 + i, .downloads = 1});
  const auto page = ask(of_days(1000, 1129)).page;
  EXPECT_EQ(page.sparkline_days, 3);
  const auto& points = page.repos[0].sparkline;
  ASSERT_EQ(points.size(), 44U);
  EXPECT_EQ(points[0], 3);
  EXPECT_EQ(points[43], 1);
  EXPECT_EQ(ask(of_days(1000, 1059)).page.repos[0].sparkline.size(), 60U);
}

TEST_F(PublisherAnalyticsTest, AllTimeBeginsWithTheFirstDay) {
  const auto today = stats::day_of(clock().now());
  EXPECT_EQ(value_of(all_time(hub(), scope())).days.count(), 1);
  day(add("a"), {.day = today - 400, .downloads = 3});
  day(add("b"), {.day = today - 20, .downloads = 1});
  const auto period = value_of(all_time(hub(), scope()));
  EXPECT_EQ(period.days.first, today - 400);
  EXPECT_EQ(period.days.last, today);
  const auto all = ask({.period = period});
  EXPECT_EQ(all.totals.numbers.downloads, 4);
  EXPECT_FALSE(all.totals.previous);
  EXPECT_FALSE(all.page.repos[0].previous);
}

TEST_F(PublisherAnalyticsTest, ABadCursorIsRefused) {
  for (const auto* cursor : {"x", "1", "1.x.", "1.2", ".."}) {
    auto query = of_days(1, 2);
    query.cursor = cursor;
    EXPECT_FALSE(read_analytics(hub(), scope(), query)) << cursor;
  }
}

TEST_F(PublisherAnalyticsTest, GroupsAreRanked) {
  const auto repo = add("a");
  const auto add_group = [&](const std::string& kind, const std::string& name,
                             const std::string& detail, Traffic traffic, int downloads) {
    execute("INSERT INTO repository_day_group (repo_id, day, traffic, kind, name, detail, "
            "downloads, huggingface, requests) VALUES (?1, 110, ?2, ?3, ?4, ?5, ?6, 0, 0)",
            repo.id, static_cast<int>(traffic), kind, name, detail, downloads);
  };
  add_group("client", "hf", "2.4", Traffic::people, 5);
  add_group("client", "hf", "2.4", Traffic::ci, 10);
  add_group("client", "git", "2.40", Traffic::people, 8);
  add_group("country", "DE", "", Traffic::people, 13);
  for (int i = 0; i < 60; ++i)
    add_group("client", fmt::format("x{:02}", i), "", Traffic::people, 1);
  const auto groups = value_of(read_download_groups(hub(), scope(), {110, 110}, {}));
  ASSERT_EQ(groups.clients.groups.size(), most_groups_shown);
  EXPECT_EQ(groups.clients.groups[0].name, "hf");
  EXPECT_EQ(groups.clients.groups[0].downloads, 15);
  EXPECT_EQ(groups.clients.groups[1].name, "git");
  EXPECT_EQ(groups.clients.others, 12);
  ASSERT_EQ(groups.countries.groups.size(), 1U);
  EXPECT_EQ(groups.countries.groups[0].name, "DE");
  const auto people =
      value_of(read_download_groups(hub(), scope(), {110, 110}, {stats::policies[0], false}));
  EXPECT_EQ(people.clients.groups[0].name, "git");
  const auto before = value_of(read_download_groups(hub(), scope(), {1, 109}, {}));
  EXPECT_TRUE(before.clients.groups.empty());
}

TEST_F(PublisherAnalyticsTest, TheBreakdownIsInOrderAndComplete) {
  execute("UPDATE account SET name = 'Org' WHERE id = ?1", org_.id);
  for (int i = 0; i < 250; ++i) {
    const auto repo = add(fmt::format("m{:03}", 249 - i));
    day(repo, {.day = 11, .downloads = 2});
    day(repo, {.day = 10, .downloads = 1});
    day(repo, {.day = 10, .traffic = Traffic::ci, .downloads = 4, .requests = 6});
    day(repo, {.day = 12, .requests = 1});
    execute("UPDATE repository SET downloads = 99 WHERE id = ?1", repo.id);
  }
  add("empty");
  day(add("a", RepoType::dataset), {.day = 10, .downloads = 1});
  day(add("a", RepoType::space), {.day = 10, .downloads = 1});
  const auto all = [&](const stats::Counting& counting) {
    std::vector<RepoDownloads> repos;
    DownloadBreakdown breakdown(hub().database, scope(), counting);
    while (true) {
      const auto& some = *value_of(breakdown.next());
      if (some.empty()) return repos;
      repos.insert(repos.end(), some.begin(), some.end());
    }
  };
  const auto repos = all({});
  ASSERT_EQ(repos.size(), 251U);
  for (std::size_t i = 0; i < 250; ++i) {
    EXPECT_EQ(repos[i].full_name, fmt::format("Org/m{:03}", i));
    EXPECT_EQ(repos[i].total, 99);
    ASSERT_EQ(repos[i].days.size(), 2U);
    EXPECT_EQ(repos[i].days[0].day, 10);
    EXPECT_EQ(repos[i].days[0].downloads, 5);
    EXPECT_EQ(repos[i].days[1].downloads, 2);
  }
  EXPECT_EQ(repos[250].type, RepoType::dataset);
  EXPECT_EQ(all({stats::policies[0], false})[0].total, 3);
  const auto requests = all({stats::policies[2]});
  ASSERT_EQ(requests.size(), 250U);
  EXPECT_EQ(requests[0].total, 7);
}

}  // namespace
}  // namespace kohaku::hub
