#include "hub/metrics.h"

#include <gtest/gtest.h>

namespace kohaku::hub {
namespace {

bool holds(const std::string& text, std::string_view line) {
  return ("\n" + text).find("\n" + std::string(line) + "\n") != std::string::npos;
}

TEST(Metrics, AsksAtEachScrape) {
  Metrics metrics;
  int pending = 3;
  metrics.gauge("kohakuhub_events_pending", "Events not folded yet.",
                [&] { return static_cast<double>(pending); });
  EXPECT_TRUE(holds(metrics.text(), "# TYPE kohakuhub_events_pending gauge"));
  EXPECT_TRUE(holds(metrics.text(), "# HELP kohakuhub_events_pending Events not folded yet."));
  EXPECT_TRUE(holds(metrics.text(), "kohakuhub_events_pending 3"));
  pending = 4;
  EXPECT_TRUE(holds(metrics.text(), "kohakuhub_events_pending 4"));
}

TEST(Metrics, TellsAFamilyInOnePiece) {
  Metrics metrics;
  metrics.counter("kohakuhub_a_total", "A.", [] { return 1; }, {{"kind", "x"}});
  metrics.gauge("kohakuhub_b", "B.", [] { return 2; });
  metrics.counter("kohakuhub_a_total", "A.", [] { return 5; }, {{"kind", "y"}});
  EXPECT_NE(metrics.text().find("# TYPE kohakuhub_a_total counter\n"
                                "kohakuhub_a_total{kind=\"x\"} 1\n"
                                "kohakuhub_a_total{kind=\"y\"} 5\n"),
            std::string::npos)
      << metrics.text();
}

TEST(Metrics, RemembersTheTurnsOfJobs) {
  Metrics metrics;
  EXPECT_EQ(metrics.text(), "");
  metrics.job_ended("repack", Micros::from_seconds(1000), 2.5, false);
  EXPECT_TRUE(holds(metrics.text(), "kohakuhub_job_failures_total{name=\"repack\"} 0"));
  metrics.job_ended("repack", Micros::from_seconds(2000), 0.5, true);
  EXPECT_TRUE(holds(metrics.text(), "kohakuhub_job_runs_total{name=\"repack\"} 2"));
  EXPECT_TRUE(holds(metrics.text(), "kohakuhub_job_failures_total{name=\"repack\"} 1"));
  EXPECT_TRUE(holds(metrics.text(), "kohakuhub_job_last_duration_seconds{name=\"repack\"} 0.5"));
  EXPECT_TRUE(
      holds(metrics.text(), "kohakuhub_job_last_run_timestamp_seconds{name=\"repack\"} 2000"));
}

}  // namespace
}  // namespace kohaku::hub
