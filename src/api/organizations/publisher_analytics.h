// What a publisher's dashboard shows.
//
//   GET /organizations/{org}/settings/publisher-analytics      all of a namespace, to its admins
//   GET /{type}s/{repo}/analytics                              one repository, to the same
//       ?period=month|all|custom   the last 30 days (default), all there are, or &from= to &to=,
//                                  dates, both included, at most 3,660 days
//       &policy= &ci= &bots=       how downloads are counted (api/counting.h)
//       &fields=                   only these parts of the answer, a list: totals, series,
//                                  uniqueDownloaders, clients, countries, traffic, repositories
//     of `repositories`:
//       &search=                   in "owner/name", in any capitals
//       &sort=                     a column; default downloads
//       &direction=-1|1            descending or ascending; default: names ascend, numbers descend
//       &limit=  &cursor=          1 to 100 a page, default 20; the next page as a `Link` says
//
// also below /api. {org} is an organization or a user. Days are UTC. A part that was not asked for is
// left out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/call.h"
#include "api/endpoint.h"

namespace kohaku::api {

struct AnalyticsPeriodReply {
  std::string name;   // "month", "all" or "custom"
  std::string start;  // the first day and
  std::string end;    // the last one, included
  std::int64_t days = 0;
};
BOOST_DESCRIBE_STRUCT(AnalyticsPeriodReply, (), (name, start, end, days))

struct CountingReply {
  std::string policy;
  std::string ci;  // "include" or "exclude"
  std::string bots;
};
BOOST_DESCRIBE_STRUCT(CountingReply, (), (policy, ci, bots))

// Of all repositories. downloads to bytes are of the period.
struct AnalyticsTotalsReply {
  std::int64_t total = 0;  // downloads ever, as the repositories' pages show them
  std::int64_t downloads = 0;
  std::optional<std::int64_t> previousDownloads;  // of as many days before; null for all time
  std::int64_t authenticated = 0;
  std::int64_t anonymous = 0;
  std::int64_t files = 0;
  std::int64_t bytes = 0;   // that left
  std::int64_t models = 0;  // how many there are
  std::int64_t datasets = 0;
  std::int64_t spaces = 0;
};
BOOST_DESCRIBE_STRUCT(AnalyticsTotalsReply, (),
                      (total, downloads, previousDownloads, authenticated, anonymous, files, bytes,
                       models, datasets, spaces))

struct AnalyticsDay {
  std::string date;
  std::int64_t downloads = 0;
  std::int64_t authenticated = 0;
  std::int64_t anonymous = 0;
  std::int64_t files = 0;
  std::int64_t bytes = 0;
};
BOOST_DESCRIBE_STRUCT(AnalyticsDay, (), (date, downloads, authenticated, anonymous, files, bytes))

struct UniqueItem {
  std::string start;  // the day, the week's Monday, or the month's first
  std::int64_t downloaders = 0;
};
BOOST_DESCRIBE_STRUCT(UniqueItem, (), (start, downloaders))

// Estimates: one in three is further off than `standardError` times itself. Of policy hub always.
struct UniqueReply {
  std::int64_t range = 0;  // in the whole period
  double standardError = 0;
  std::vector<UniqueItem> days;
  std::vector<UniqueItem> weeks;
  std::vector<UniqueItem> months;
};
BOOST_DESCRIBE_STRUCT(UniqueReply, (), (range, standardError, days, weeks, months))

struct ClientItem {
  std::string library;  // "" when it does not say
  std::string version;
  std::int64_t downloads = 0;
};
BOOST_DESCRIBE_STRUCT(ClientItem, (), (library, version, downloads))

// Those with most downloads, at most 50, and the sum of the others.
struct ClientsReply {
  std::vector<ClientItem> items;
  std::int64_t others = 0;
};
BOOST_DESCRIBE_STRUCT(ClientsReply, (), (items, others))

struct CountryItem {
  std::string country;  // ISO 3166-1; "" when unknown
  std::int64_t downloads = 0;
};
BOOST_DESCRIBE_STRUCT(CountryItem, (), (country, downloads))

struct CountriesReply {
  std::vector<CountryItem> items;
  std::int64_t others = 0;
};
BOOST_DESCRIBE_STRUCT(CountriesReply, (), (items, others))

// All kinds, whatever `ci` and `bots` leave out elsewhere.
struct TrafficItem {
  std::string traffic;  // "people", "ci", "bots"
  std::int64_t downloads = 0;
  std::int64_t files = 0;
  std::int64_t bytes = 0;
};
BOOST_DESCRIBE_STRUCT(TrafficItem, (), (traffic, downloads, files, bytes))

struct RepoAnalyticsItem {
  std::string repoType;
  std::string repoName;  // "owner/name"
  bool private_ = false;
  std::int64_t total = 0;  // downloads ever
  std::int64_t downloads = 0;
  std::optional<std::int64_t> previousDownloads;  // null for all time
  std::optional<std::int64_t> change;             // downloads − previousDownloads
  std::int64_t uniqueDownloaders = 0;
  std::int64_t authenticated = 0;
  std::int64_t anonymous = 0;
  std::int64_t files = 0;
  std::int64_t bytes = 0;
  std::int64_t likes = 0;
  std::vector<std::int64_t> sparkline;
};
BOOST_DESCRIBE_STRUCT(RepoAnalyticsItem, (),
                      (repoType, repoName, private_, total, downloads, previousDownloads, change,
                       uniqueDownloaders, authenticated, anonymous, files, bytes, likes, sparkline))

struct BreakdownReply {
  std::int64_t found = 0;          // on all pages
  std::int64_t sparklineDays = 1;  // that a point of a sparkline sums up; the last may have fewer
  std::vector<RepoAnalyticsItem> items;
  std::optional<std::string> nextCursor;  // null on the last page
};
BOOST_DESCRIBE_STRUCT(BreakdownReply, (), (found, sparklineDays, items, nextCursor))

struct AnalyticsReply {
  std::string namespace_;
  AnalyticsPeriodReply period;
  CountingReply counting;
  Omittable<AnalyticsTotalsReply> totals;
  Omittable<std::vector<AnalyticsDay>> series;
  Omittable<UniqueReply> uniqueDownloaders;
  Omittable<ClientsReply> clients;
  Omittable<CountriesReply> countries;
  Omittable<std::vector<TrafficItem>> traffic;
  Omittable<BreakdownReply> repositories;
};
BOOST_DESCRIBE_STRUCT(AnalyticsReply, (),
                      (namespace_, period, counting, totals, series, uniqueDownloaders, clients,
                       countries, traffic, repositories))

Result<http::Reply> publisher_analytics(const hub::NamespaceAnalyst& analyst, Call& call);
Result<http::Reply> repo_analytics(const hub::RepoAnalyst& analyst, Call& call);

}  // namespace kohaku::api
