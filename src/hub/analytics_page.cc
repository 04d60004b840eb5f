#include "hub/analytics_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace kohaku::hub {
namespace {

// Takes "123." off the front.
bool take_number(std::string_view& text, std::int64_t& out) {
  const auto dot = text.find('.');
  if (dot == text.npos) return false;
  const auto* end = text.data() + dot;
  const auto [stop, error] = std::from_chars(text.data(), end, out);
  text.remove_prefix(dot + 1);
  return error == std::errc{} && stop == end;
}

std::int64_t number_of(const RepoAnalytics& repo, AnalyticsSort sort) {
  switch (sort) {
    case AnalyticsSort::total: return repo.total;
    case AnalyticsSort::downloads: return repo.numbers.downloads;
    case AnalyticsSort::previous: return repo.previous.value_or(0);
    case AnalyticsSort::change: return repo.numbers.downloads - repo.previous.value_or(0);
    case AnalyticsSort::unique: return repo.unique;
    case AnalyticsSort::authenticated: return repo.numbers.authenticated;
    case AnalyticsSort::anonymous: return repo.numbers.anonymous();
    case AnalyticsSort::files: return repo.numbers.files;
    case AnalyticsSort::bytes: return repo.numbers.bytes;
    case AnalyticsSort::likes: return repo.likes;
    case AnalyticsSort::name: break;
  }
  return 0;
}

}  // namespace

Result<AnalyticsPageBuilder> AnalyticsPageBuilder::begin(const AnalyticsQuery& query) {
  AnalyticsPageBuilder builder(query);
  builder.needle_ = normalize_name(query.search);
  if (!query.cursor.empty()) builder.after_ = TRY(parse_cursor(query.cursor));
  return builder;
}

AnalyticsPageBuilder::Place AnalyticsPageBuilder::place_of(const RepoAnalytics& repo) const {
  const bool by_name = query_->sort == AnalyticsSort::name;
  return {number_of(repo, query_->sort), by_name ? repo.full_name : "", repo.id.value};
}

bool AnalyticsPageBuilder::comes_before(const Place& one, const Place& other) const {
  return query_->ascending ? one < other : other < one;
}

std::string AnalyticsPageBuilder::write_cursor(const Place& place) {
  return fmt::format("{}.{}.{}", place.number, place.id, place.text);
}

Result<AnalyticsPageBuilder::Place> AnalyticsPageBuilder::parse_cursor(std::string_view text) {
  Place place;
  if (take_number(text, place.number) && take_number(text, place.id)) {
    place.text = text;
    return place;
  }
  return fail(Code::bad_request, "The cursor is not one that this list gave.");
}

void AnalyticsPageBuilder::add(RepoAnalytics repo) {
  if (query_->limit == 0 || normalize_name(repo.full_name).find(needle_) == std::string::npos) {
    return;
  }
  ++found_;
  auto place = place_of(repo);
  if (!query_->cursor.empty() && !comes_before(after_, place)) return;
  const auto order = [this](const Row& one, const Row& other) {
    return comes_before(one.place, other.place);
  };
  rows_.push_back({std::move(place), std::move(repo)});
  std::ranges::push_heap(rows_, order);
  if (rows_.size() <= query_->limit + 1) return;
  std::ranges::pop_heap(rows_, order);
  rows_.pop_back();
}

AnalyticsPage AnalyticsPageBuilder::finish() {
  std::ranges::sort(rows_, [this](const Row& one, const Row& other) {
    return comes_before(one.place, other.place);
  });
  AnalyticsPage page;
  page.found = found_;
  if (rows_.size() > query_->limit) {
    rows_.resize(query_->limit);
    page.next_cursor = write_cursor(rows_.back().place);
  }
  for (auto& row : rows_) page.repos.push_back(std::move(row.repo));
  return page;
}

}  // namespace kohaku::hub
