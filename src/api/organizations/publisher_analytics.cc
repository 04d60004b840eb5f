#include "api/organizations/publisher_analytics.h"

#include <utility>

#include "api/organizations/analytics_query.h"
#include "api/paging.h"
#include "hub/download_groups.h"
#include "hub/publisher_analytics.h"
#include "stats/unique_downloaders.h"

namespace kohaku::api {
namespace {

AnalyticsTotalsReply totals_reply(const hub::AnalyticsTotals& totals) {
  const auto& numbers = totals.numbers;
  return {totals.total,        numbers.downloads, totals.previous, numbers.authenticated,
          numbers.anonymous(), numbers.files,     numbers.bytes,   totals.models,
          totals.datasets,     totals.spaces};
}

std::vector<AnalyticsDay> series_reply(const stats::Days& days,
                                       const std::vector<stats::Numbers>& series) {
  std::vector<AnalyticsDay> reply;
  reply.reserve(series.size());
  for (auto day = days.first; const auto& numbers : series) {
    reply.push_back({stats::date_of(day++), numbers.downloads, numbers.authenticated,
                     numbers.anonymous(), numbers.files, numbers.bytes});
  }
  return reply;
}

std::vector<UniqueItem> unique_items(const std::vector<stats::UniqueCount>& counts) {
  std::vector<UniqueItem> items;
  items.reserve(counts.size());
  for (const auto& [first_day, downloaders] : counts) {
    items.push_back({stats::date_of(first_day), downloaders});
  }
  return items;
}

Result<UniqueReply> unique_reply(const hub::Hub& hub, const hub::AnalyticsScope& scope,
                                 const hub::AnalyticsQuery& query) {
  const auto unique = TRY(hub.database.read_now([&](db::Connection& connection) {
    const auto& days = query.period.days;
    if (const auto& repo = scope.repository()) {
      return stats::unique_downloaders(connection, *repo, days, query.counting);
    }
    return stats::unique_downloaders(connection, scope.owner(), days, query.counting);
  }));
  return UniqueReply{unique.range, stats::Sketch::standard_error, unique_items(unique.days),
                     unique_items(unique.weeks), unique_items(unique.months)};
}

ClientsReply clients_reply(hub::RankedGroups ranked) {
  ClientsReply reply{{}, ranked.others};
  for (auto& group : ranked.groups) {
    reply.items.push_back({std::move(group.name), std::move(group.detail), group.downloads});
  }
  return reply;
}

CountriesReply countries_reply(hub::RankedGroups ranked) {
  CountriesReply reply{{}, ranked.others};
  for (auto& group : ranked.groups) {
    reply.items.push_back({std::move(group.name), group.downloads});
  }
  return reply;
}

std::string_view name_of(stats::Traffic traffic) {
  switch (traffic) {
    case stats::Traffic::people: return "people";
    case stats::Traffic::ci: return "ci";
    case stats::Traffic::robots: break;
  }
  return "bots";
}

std::vector<TrafficItem> traffic_reply(const std::vector<hub::TrafficNumbers>& traffic) {
  std::vector<TrafficItem> items;
  for (const auto& [kind, numbers] : traffic) {
    items.push_back({std::string(name_of(kind)), numbers.downloads, numbers.files, numbers.bytes});
  }
  return items;
}

RepoAnalyticsItem item_of(hub::RepoAnalytics repo) {
  const auto& numbers = repo.numbers;
  RepoAnalyticsItem item{.repoType = std::string(to_string(repo.type)),
                         .repoName = std::move(repo.full_name),
                         .private_ = repo.private_,
                         .total = repo.total,
                         .downloads = numbers.downloads,
                         .previousDownloads = repo.previous,
                         .uniqueDownloaders = repo.unique,
                         .authenticated = numbers.authenticated,
                         .anonymous = numbers.anonymous(),
                         .files = numbers.files,
                         .bytes = numbers.bytes,
                         .likes = repo.likes,
                         .sparkline = std::move(repo.sparkline)};
  if (repo.previous) item.change = numbers.downloads - *repo.previous;
  return item;
}

BreakdownReply breakdown_reply(hub::AnalyticsPage page) {
  BreakdownReply reply{page.found, page.sparkline_days, {}, {}};
  for (auto& repo : page.repos) reply.items.push_back(item_of(std::move(repo)));
  if (!page.next_cursor.empty()) reply.nextCursor = page.next_cursor;
  return reply;
}

Result<> add_days(hub::Hub& hub, const hub::AnalyticsScope& scope,
                  const AnalyticsQuestion& question, AnalyticsReply& reply) {
  const auto& [name, parts, query] = question;
  if (!parts.need_days()) return {};
  auto analytics = TRY(hub::read_analytics(hub, scope, query));
  if (parts.totals) reply.totals = totals_reply(analytics.totals);
  if (parts.series) reply.series = series_reply(query.period.days, analytics.series);
  if (parts.traffic) reply.traffic = traffic_reply(analytics.traffic);
  if (parts.repositories) reply.repositories = breakdown_reply(std::move(analytics.page));
  return {};
}

Result<> add_groups(hub::Hub& hub, const hub::AnalyticsScope& scope,
                    const AnalyticsQuestion& question, AnalyticsReply& reply) {
  const auto& [name, parts, query] = question;
  if (!parts.need_groups()) return {};
  auto groups = TRY(hub::read_download_groups(hub, scope, query.period.days, query.counting));
  if (parts.clients) reply.clients = clients_reply(std::move(groups.clients));
  if (parts.countries) reply.countries = countries_reply(std::move(groups.countries));
  return {};
}

std::string word(bool included) { return included ? "include" : "exclude"; }

Result<http::Reply> answer(const hub::AnalyticsScope& scope, Call& call) {
  const auto question = TRY(analytics_question(call, scope));
  const auto& query = question.query;
  AnalyticsReply reply;
  reply.namespace_ = scope.owner_name();
  const auto& days = query.period.days;
  reply.period = {question.period_name, stats::date_of(days.first), stats::date_of(days.last),
                  days.count()};
  reply.counting = {std::string(query.counting.policy.name), word(query.counting.ci),
                    word(query.counting.robots)};
  TRY(add_days(call.hub, scope, question, reply));
  if (question.parts.unique) {
    reply.uniqueDownloaders = TRY(unique_reply(call.hub, scope, query));
  }
  TRY(add_groups(call.hub, scope, question, reply));
  auto sent = http::json_reply(200, to_json(reply));
  sent.headers.set("Cache-Control", "private, no-store");
  if (reply.repositories) {
    set_next_page(sent, call, reply.repositories->nextCursor.value_or(""));
  }
  return sent;
}

}  // namespace

Result<http::Reply> publisher_analytics(const hub::NamespaceAnalyst& analyst, Call& call) {
  return answer(hub::AnalyticsScope(analyst), call);
}

Result<http::Reply> repo_analytics(const hub::RepoAnalyst& analyst, Call& call) {
  return answer(hub::AnalyticsScope(analyst), call);
}

}  // namespace kohaku::api
