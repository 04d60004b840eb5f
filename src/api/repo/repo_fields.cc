#include "api/repo/repo_fields.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>

namespace kohaku::api {
namespace {

using Names = std::vector<std::string_view>;

// Every name that `expand=` may ask for.
const Names& all_fields(RepoType type) {
  static const Names model = {"author",
                              "baseModels",
                              "cardData",
                              "childrenModelCount",
                              "config",
                              "createdAt",
                              "disabled",
                              "downloads",
                              "downloadsAllTime",
                              "evalResults",
                              "gated",
                              "gguf",
                              "gitalyUid",
                              "inference",
                              "inferenceProviderMapping",
                              "lastModified",
                              "library_name",
                              "likes",
                              "mask_token",
                              "model-index",
                              "pipeline_tag",
                              "private",
                              "resourceGroup",
                              "safetensors",
                              "securityStatus",
                              "sha",
                              "siblings",
                              "spaces",
                              "tags",
                              "transformersInfo",
                              "trendingScore",
                              "usedStorage",
                              "widgetData",
                              "xetEnabled"};
  static const Names dataset = {"author",         "cardData",
                                "citation",       "createdAt",
                                "description",    "disabled",
                                "downloads",      "downloadsAllTime",
                                "gated",          "gitalyUid",
                                "lastModified",   "likes",
                                "mainSize",       "paperswithcode_id",
                                "private",        "resourceGroup",
                                "securityStatus", "sha",
                                "siblings",       "tags",
                                "trendingScore",  "usedStorage",
                                "xetEnabled"};
  static const Names space = {
      "author",        "cardData",     "createdAt",     "datasets",       "disabled",  "gated",
      "gitalyUid",     "lastModified", "likes",         "models",         "private",   "region",
      "resourceGroup", "runtime",      "sdk",           "securityStatus", "sha",       "siblings",
      "subdomain",     "tags",         "trendingScore", "usedStorage",    "xetEnabled"};
  switch (type) {
    case RepoType::dataset: return dataset;
    case RepoType::space: return space;
    case RepoType::model: break;
  }
  return model;
}

const hub::CardMetadata* other_card(const RepoView& view) {
  return view.is_head || !view.contents ? nullptr : &view.contents->card;
}

const std::optional<std::string>& card_data(const RepoView& view) {
  const auto* card = other_card(view);
  return card != nullptr ? card->card_data_json : view.summary->card_data;
}

void write_json_or_null(JsonWriter& json, std::string_view text) {
  json.raw(text.empty() ? "null" : text);
}

// A field of the card's front matter, such as `model-index` or a space's `models`.
void write_from_card(JsonWriter& json, const RepoView& view, std::string_view name,
                     std::string_view otherwise) {
  const auto& card = card_data(view);
  const auto parsed = card ? parse_json(*card) : Result<boost::json::value>(nullptr);
  const auto* value =
      parsed && parsed->is_object() ? parsed->get_object().if_contains(name) : nullptr;
  if (value == nullptr) return json.raw(otherwise);
  json.write(*value);
}

void write_safetensors(JsonWriter& json, const RepoView& view) {
  if (!view.contents || !view.contents->safetensors) return json.write(nullptr);
  json.begin_object();
  json.field("parameters", view.contents->safetensors->parameters);
  json.field("total", view.contents->safetensors->total);
  json.end_object();
}

void write_transformers_info(JsonWriter& json, const RepoView& view) {
  const auto& library =
      other_card(view) != nullptr ? other_card(view)->library_name : view.summary->library_name;
  if (!view.contents || library != "transformers") return json.write(nullptr);
  write_json_or_null(json, view.contents->transformers_info);
}

void write_gated(JsonWriter& json, const RepoView& view) {
  const auto& gated = view.summary->repo.gated;
  if (gated == "false") return json.write(false);
  json.write(gated);
}

using Writer = void (*)(JsonWriter&, const RepoView&);

void write_null(JsonWriter& json, const RepoView& /*view*/) { json.write(nullptr); }

const std::map<std::string_view, Writer>& writers() {
  static const std::map<std::string_view, Writer> table = {
      {"author", [](auto& json, auto& view) { json.write(view.summary->repo.owner); }},
      {"sha", [](auto& json, auto& view) { json.write(view.sha); }},
      {"createdAt", [](auto& json, auto& view) { json.write(view.summary->repo.created_at); }},
      {"lastModified", [](auto& json, auto& view) { json.write(view.summary->repo.updated_at); }},
      {"private", [](auto& json, auto& view) { json.write(view.summary->repo.private_); }},
      {"gated", write_gated},
      {"disabled", [](auto& json, auto&) { json.write(false); }},
      {"downloads", [](auto& json, auto& view) { json.write(view.summary->repo.downloads); }},
      {"downloadsAllTime",
       [](auto& json, auto& view) { json.write(view.summary->repo.downloads); }},
      {"likes", [](auto& json, auto& view) { json.write(view.summary->repo.likes); }},
      {"trendingScore", [](auto& json, auto& view) { json.write(view.summary->trending_score); }},
      {"sdk", [](auto& json, auto& view) { json.write(view.summary->repo.sdk); }},
      {"modelId", [](auto& json, auto& view) { json.write(view.summary->repo.full_name()); }},
      {"usedStorage", [](auto& json, auto& view) { json.write(view.used_bytes); }},
      {"xetEnabled", [](auto& json, auto&) { json.write(true); }},
      {"childrenModelCount", [](auto& json, auto&) { json.write(0); }},
      {"inferenceProviderMapping", [](auto& json, auto&) { json.raw("[]"); }},
      {"spaces", [](auto& json, auto&) { json.raw("[]"); }},
      {"models", [](auto& json, auto& view) { write_from_card(json, view, "models", "[]"); }},
      {"datasets", [](auto& json, auto& view) { write_from_card(json, view, "datasets", "[]"); }},
      {"model-index",
       [](auto& json, auto& view) { write_from_card(json, view, "model-index", "null"); }},
      {"cardData",
       [](auto& json, auto& view) { write_json_or_null(json, card_data(view).value_or("")); }},
      {"tags",
       [](auto& json, auto& view) {
         const auto* card = other_card(view);
         json.write(card != nullptr ? card->tags : view.summary->tags);
       }},
      {"pipeline_tag",
       [](auto& json, auto& view) {
         const auto* card = other_card(view);
         json.write(card != nullptr ? card->pipeline_tag : view.summary->pipeline_tag);
       }},
      {"library_name",
       [](auto& json, auto& view) {
         const auto* card = other_card(view);
         json.write(card != nullptr ? card->library_name : view.summary->library_name);
       }},
      {"config",
       [](auto& json, auto& view) {
         write_json_or_null(json, view.contents ? view.contents->config : std::string());
       }},
      {"mask_token",
       [](auto& json, auto& view) {
         json.write(view.contents ? view.contents->mask_token : std::nullopt);
       }},
      {"transformersInfo", write_transformers_info},
      {"safetensors", write_safetensors},
  };
  return table;
}

}  // namespace

RepoFields RepoFields::of_info(RepoType type) {
  Names names = {"author",           "sha",         "lastModified",  "createdAt",
                 "private",          "gated",       "disabled",      "downloads",
                 "downloadsAllTime", "likes",       "trendingScore", "tags",
                 "cardData",         "usedStorage", "xetEnabled",    "siblings"};
  switch (type) {
    case RepoType::model:
      names.insert(names.end(), {"modelId", "pipeline_tag", "library_name", "mask_token", "config",
                                 "transformersInfo", "safetensors", "model-index", "spaces",
                                 "models", "datasets"});
      break;
    case RepoType::dataset: break;
    case RepoType::space:
      names.insert(names.end(), {"sdk", "runtime", "models", "datasets"});
      break;
  }
  return RepoFields(std::move(names));
}

RepoFields RepoFields::of_list(RepoType type, bool full, bool card_data, bool config) {
  Names names = {"author",   "sha",       "lastModified", "createdAt",     "private", "gated",
                 "disabled", "downloads", "likes",        "trendingScore", "tags"};
  if (type == RepoType::model) {
    names.insert(names.end(), {"modelId", "pipeline_tag", "library_name"});
    if (config || full) names.emplace_back("config");
  }
  if (type == RepoType::space) names.emplace_back("sdk");
  if (card_data || full) names.emplace_back("cardData");
  if (full) names.emplace_back("siblings");
  return RepoFields(std::move(names));
}

Result<RepoFields> RepoFields::asked(RepoType type, const std::vector<std::string>& expand) {
  const auto& allowed = all_fields(type);
  Names names;
  for (const auto& name : expand) {
    const auto found = std::ranges::find(allowed, name);
    if (found == allowed.end()) {
      return fail(Code::bad_request,
                  fmt::format("'{}' is not a value of 'expand' for {}. Allowed: {}.",
                              name.substr(0, 64), plural(type), fmt::join(allowed, ", ")));
    }
    if (std::ranges::find(names, *found) == names.end()) names.push_back(*found);
  }
  return RepoFields(std::move(names));
}

bool RepoFields::has(std::string_view name) const {
  return std::ranges::find(names_, name) != names_.end();
}

bool RepoFields::needs_contents() const {
  static constexpr std::array from_files = {"config", "mask_token", "transformersInfo",
                                            "safetensors"};
  return std::ranges::any_of(from_files, [&](std::string_view name) { return has(name); });
}

void RepoFields::write(JsonWriter& json, const RepoView& view) const {
  json.field("id", view.summary->repo.full_name());
  json.field("_id", opaque_id(view.summary->repo));
  for (const auto name : names_) {
    if (name == "siblings") continue;
    json.key(name);
    const auto writer = writers().find(name);
    // A field the hub has nothing to say about is there, and null.
    (writer != writers().end() ? writer->second : write_null)(json, view);
  }
}

std::string opaque_id(const hub::Repo& repo) {
  return fmt::format("{:08x}{:016x}", static_cast<std::uint32_t>(repo.created_at.seconds()),
                     static_cast<std::uint64_t>(repo.id.value));
}

}  // namespace kohaku::api
