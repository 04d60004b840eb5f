#include "stats/namespace_sketches.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "stats/statistics_fixture.h"
#include "stats/unique_downloaders.h"

namespace kohaku::stats {
namespace {

constexpr std::int64_t day = 20'000;

class NamespaceSketchesTest : public StatisticsTest {
 protected:
  // Of a repository's day, and added to its namespace's as the folding does.
  void downloaded(RepoId repo, std::int64_t on, std::uint64_t first, std::uint64_t end,
                  Traffic traffic = Traffic::people) {
    add_sketch(repo, on, traffic, sketch_of(first, end));
  }
  void namespace_had(std::int64_t on, std::uint64_t first, std::uint64_t end,
                     Traffic traffic = Traffic::people) {
    add_sketch(owner(), on, traffic, sketch_of(first, end));
  }
  void mark(RepoId repo) {
    write([&](db::Connection& c) { return mark_sketches_stale(c, repo); });
  }
  void remove(RepoId repo) {
    write([&](db::Connection& c) -> Result<> {
      TRY(mark_sketches_stale(c, repo));
      return c.script(fmt::format("DELETE FROM repository WHERE id = {}", repo.value));
    });
  }
  bool rebuild(std::int64_t most = 100) {
    bool done = false;
    write([&](db::Connection& c) -> Result<> {
      done = TRY(rebuild_stale_sketches(c, most));
      return {};
    });
    return done;
  }
  std::int64_t unique(std::int64_t first, std::int64_t last) {
    return read(
               [&](db::Connection& c) { return unique_downloaders(c, owner(), {first, last}, {}); })
        .range;
  }
  // As they are stored: "day traffic bytes".
  std::vector<std::string> stored() {
    return read([](db::Connection& c) -> Result<std::vector<std::string>> {
      std::vector<std::string> texts;
      auto rows = c.sql("SELECT day, traffic, sketch FROM namespace_sketch ORDER BY day, traffic");
      while (TRY(rows.step())) {
        const auto bytes = rows.get<std::vector<std::byte>>(2);
        texts.push_back(
            fmt::format("{} {} {}", rows.get<std::int64_t>(0), rows.get<int>(1), as_text(bytes)));
      }
      return texts;
    });
  }
  static std::string row(std::int64_t on, Traffic traffic, const Sketch& sketch) {
    return fmt::format("{} {} {}", on, static_cast<int>(traffic), sketch.serialize());
  }
  bool has_stale() { return read(has_stale_sketches); }

  RepoId bird_ = add_repo("bird");
  RepoId owl_ = add_repo("owl");
};

TEST_F(NamespaceSketchesTest, ADeletedRepositoryTakesItsDownloadersAlong) {
  downloaded(bird_, day, 0, 100);
  downloaded(owl_, day, 50, 300);
  namespace_had(day, 0, 300);
  downloaded(owl_, day + 1, 0, 7, Traffic::ci);
  namespace_had(day + 1, 0, 7, Traffic::ci);
  downloaded(bird_, day + 2, 0, 9);
  namespace_had(day + 2, 0, 9);
  EXPECT_FALSE(has_stale());
  remove(owl_);
  EXPECT_TRUE(has_stale());
  EXPECT_EQ(unique(day, day), 100) << "at once";
  EXPECT_EQ(unique(day + 1, day + 1), 0);
  EXPECT_TRUE(rebuild());
  EXPECT_FALSE(has_stale());
  EXPECT_FALSE(rebuild());
  EXPECT_EQ(stored(), (std::vector{row(day, Traffic::people, sketch_of(0, 100)),
                                   row(day + 2, Traffic::people, sketch_of(0, 9))}));
}

TEST_F(NamespaceSketchesTest, AFewAreMadeAtATime) {
  for (std::int64_t i = 0; i < 5; ++i) {
    downloaded(bird_, day + i, 0, 10);
    downloaded(owl_, day + i, 10, 20);
    namespace_had(day + i, 0, 20);
  }
  remove(owl_);
  for (int turns = 0; turns < 2; ++turns) {
    EXPECT_TRUE(rebuild(2));
    EXPECT_TRUE(has_stale());
    EXPECT_EQ(unique(day, day + 4), 10);
  }
  EXPECT_TRUE(rebuild(2));
  EXPECT_FALSE(has_stale());
  for (const auto& text : stored()) EXPECT_FALSE(text.ends_with(' ')) << "not made";
  EXPECT_EQ(stored().size(), 5U);
}

TEST_F(NamespaceSketchesTest, WhoeverComesBringsDownloadersAlong) {
  downloaded(bird_, day, 0, 10);
  downloaded(owl_, day, 5, 20);
  namespace_had(day, 0, 10);  // before the owl came
  mark(owl_);
  EXPECT_EQ(unique(day, day), 20);
  downloaded(owl_, day + 1, 0, 3);  // a day on which the namespace had nobody
  mark(owl_);
  EXPECT_EQ(unique(day, day + 1), 20);
  EXPECT_TRUE(rebuild());
  EXPECT_EQ(stored(), (std::vector{row(day, Traffic::people, sketch_of(0, 20)),
                                   row(day + 1, Traffic::people, sketch_of(0, 3))}));
}

}  // namespace
}  // namespace kohaku::stats
