#include "api/site/tags_by_type.h"

#include <algorithm>
#include <array>

namespace kohaku::api {
namespace {

constexpr std::int64_t most_tags = 10'000;

// What stands before the colon of a tag, when it is one of the kinds that clients know.
std::string_view type_of(std::string_view tag) {
  static constexpr std::array known = {"license",
                                       "language",
                                       "dataset",
                                       "region",
                                       "arxiv",
                                       "base_model",
                                       "task_categories",
                                       "task_ids",
                                       "size_categories",
                                       "multilinguality",
                                       "annotations_creators",
                                       "language_creators",
                                       "source_datasets",
                                       "format",
                                       "modality",
                                       "library"};
  const auto type = tag.substr(0, tag.find(':'));
  const bool is_known = type.size() < tag.size() && std::ranges::find(known, type) != known.end();
  return is_known ? type : "other";
}

TagReply describe(const std::string& tag) {
  const auto type = type_of(tag);
  const auto label =
      type == "other" ? std::string_view(tag) : std::string_view(tag).substr(type.size() + 1);
  return {tag, std::string(label), std::string(type)};
}

// The pipeline and the library stand in columns of their own, and as bare tags besides.
Result<> add_column(db::Connection& connection, RepoType type, const char* sql, const char* kind,
                    TagsByType& tags) {
  auto row = connection.sql(sql).bind(to_string(type), most_tags);
  while (TRY(row.step())) {
    const auto tag = row.get<std::string>(0);
    tags[kind].push_back({tag, tag, kind});
  }
  return {};
}

Result<TagsByType> read_tags(db::Connection& connection, RepoType type) {
  TagsByType tags;
  TRY(add_column(connection, type,
                 "SELECT DISTINCT pipeline_tag FROM repository WHERE type = ?1 AND private = 0 "
                 "AND pipeline_tag IS NOT NULL ORDER BY pipeline_tag LIMIT ?2",
                 "pipeline_tag", tags));
  TRY(add_column(connection, type,
                 "SELECT DISTINCT library_name FROM repository WHERE type = ?1 AND private = 0 "
                 "AND library_name IS NOT NULL ORDER BY library_name LIMIT ?2",
                 "library", tags));
  auto row = connection
                 .sql("SELECT DISTINCT t.tag FROM repository_tag t "
                      "JOIN repository r ON r.id = t.repo_id "
                      "WHERE r.type = ?1 AND r.private = 0 ORDER BY t.tag LIMIT ?2")
                 .bind(to_string(type), most_tags);
  while (TRY(row.step())) {
    auto tag = describe(row.get<std::string>(0));
    const auto is_same = [&](const TagReply& known) { return known.id == tag.id; };
    const bool has_kind = std::ranges::any_of(tags["pipeline_tag"], is_same) ||
                          std::ranges::any_of(tags["library"], is_same);
    if (!has_kind) tags[tag.type].push_back(std::move(tag));
  }
  return tags;
}

Result<http::Reply> reply(hub::Hub& hub, RepoType type) {
  const auto tags = TRY(hub.database.read_now([&](auto& c) { return read_tags(c, type); }));
  return http::json_reply(200, to_json(tags));
}

}  // namespace

Result<http::Reply> model_tags(const hub::Anyone&, hub::Hub& hub) {
  return reply(hub, RepoType::model);
}

Result<http::Reply> dataset_tags(const hub::Anyone&, hub::Hub& hub) {
  return reply(hub, RepoType::dataset);
}

}  // namespace kohaku::api
