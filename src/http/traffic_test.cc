#include "http/traffic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "http/access_log.h"

namespace kohaku::http {
namespace {

using prometheus::ClientMetric;

struct Seen {
  std::string_view route = "/{repo}/resolve";
  Method method = Method::get;
  int status = 200;
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::int64_t micros = 0;
};

void count(Traffic& traffic, TrafficMeter& meter, const Seen& seen) {
  Request request;
  request.target = "/alice/secret";
  request.route = seen.route;
  request.method = seen.method;
  Sent sent;
  sent.status = seen.status;
  meter.count(traffic, {.request = request,
                        .sent = sent,
                        .bytes_sent = seen.sent,
                        .bytes_received = seen.received,
                        .duration_micros = seen.micros});
}

std::string label(const ClientMetric& row, std::string_view name) {
  const auto found = std::ranges::find(row.label, name, &ClientMetric::Label::name);
  return found == row.label.end() ? std::string() : found->value;
}

// The rows of a family with these labels.
std::vector<ClientMetric> rows(const Traffic& traffic, std::string_view name,
                               const std::vector<std::pair<std::string, std::string>>& labels) {
  std::vector<ClientMetric> found;
  for (const auto& family : traffic.collect()) {
    if (family.name != name) continue;
    for (const auto& row : family.metric) {
      const auto fits = std::ranges::all_of(
          labels, [&](const auto& wanted) { return label(row, wanted.first) == wanted.second; });
      if (fits) found.push_back(row);
    }
  }
  return found;
}

double requests(const Traffic& traffic, std::string_view route, std::string_view method,
                std::string_view status) {
  const auto found = rows(traffic, "kohakuhub_http_requests_total",
                          {{"route", std::string(route)},
                           {"method", std::string(method)},
                           {"status", std::string(status)}});
  return found.size() == 1 ? found[0].counter.value : -1;
}

TEST(Traffic, CountsByRouteMethodAndStatus) {
  Traffic traffic;
  TrafficMeter meter;
  for (int i = 0; i < 3; ++i) count(traffic, meter, {});
  count(traffic, meter, {.status = 404});
  count(traffic, meter, {.method = Method::head});
  count(traffic, meter, {.route = "/health"});
  count(traffic, meter, {.route = "", .method = Method::other, .status = 400});
  EXPECT_EQ(requests(traffic, "/{repo}/resolve", "GET", "200"), 3);
  EXPECT_EQ(requests(traffic, "/{repo}/resolve", "GET", "404"), 1);
  EXPECT_EQ(requests(traffic, "/{repo}/resolve", "HEAD", "200"), 1);
  EXPECT_EQ(requests(traffic, "/health", "GET", "200"), 1);
  EXPECT_EQ(requests(traffic, "unmatched", "OTHER", "400"), 1);
}

TEST(Traffic, AddsUpBytesAndTimeByRoute) {
  Traffic traffic;
  TrafficMeter meter;
  count(traffic, meter, {.sent = 1000, .received = 7, .micros = 900});
  count(traffic, meter, {.status = 206, .sent = 24, .micros = 3'000'000});
  count(traffic, meter, {.micros = 90'000'000});
  const std::vector<std::pair<std::string, std::string>> route{{"route", "/{repo}/resolve"}};
  const auto sent = rows(traffic, "kohakuhub_http_response_bytes_total", route);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].counter.value, 1024);
  const auto received = rows(traffic, "kohakuhub_http_request_bytes_total", route);
  ASSERT_EQ(received.size(), 1U);
  EXPECT_EQ(received[0].counter.value, 7);
  const auto seconds = rows(traffic, "kohakuhub_http_request_duration_seconds", route);
  ASSERT_EQ(seconds.size(), 1U);
  const auto& histogram = seconds[0].histogram;
  EXPECT_EQ(histogram.sample_count, 3U);
  EXPECT_NEAR(histogram.sample_sum, 93.0009, 1e-6);
  for (const auto& bucket : histogram.bucket) {
    const auto below = bucket.upper_bound >= 90 ? 3U : bucket.upper_bound >= 3 ? 2U : 1U;
    EXPECT_EQ(bucket.cumulative_count, below) << bucket.upper_bound;
  }
}

TEST(Traffic, LosesNothingBetweenLoops) {
  constexpr int each = 20'000;
  Traffic traffic;
  {
    std::vector<std::jthread> loops;
    for (int i = 0; i < 2; ++i) {
      loops.emplace_back([&traffic] {
        TrafficMeter meter;
        for (int n = 0; n < each; ++n) count(traffic, meter, {.sent = 3});
      });
    }
  }
  EXPECT_EQ(requests(traffic, "/{repo}/resolve", "GET", "200"), 2 * each);
  EXPECT_EQ(rows(traffic, "kohakuhub_http_response_bytes_total", {}).at(0).counter.value, 6 * each);
}

}  // namespace
}  // namespace kohaku::http
