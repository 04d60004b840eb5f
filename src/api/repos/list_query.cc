#include "api/repos/list_query.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "api/paging.h"

namespace kohaku::api {
namespace {

constexpr std::size_t default_page = 100;

void add_parts(std::vector<std::string>& parts, std::string_view text, char separator) {
  while (!text.empty()) {
    const auto part = text.substr(0, text.find(separator));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    if (!part.empty()) parts.emplace_back(part);
  }
}

std::vector<std::string> list_of(const Call& call, std::string_view name) {
  std::vector<std::string> parts;
  for (const auto& value : call.query.list(name)) add_parts(parts, value, ',');
  return parts;
}

std::optional<std::string> text_of(const Call& call, std::string_view name) {
  auto text = call.query.text(name);
  if (text && text->empty()) text.reset();
  return text;
}

// Which tag a repository bears that a local application can load.
std::string_view tag_of_app(std::string_view app) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 16> known = {{
      {"llama.cpp", "gguf"},
      {"ollama", "gguf"},
      {"lmstudio", "gguf"},
      {"jan", "gguf"},
      {"koboldcpp", "gguf"},
      {"gpt4all", "gguf"},
      {"node-llama-cpp", "gguf"},
      {"unsloth", "transformers"},
      {"vllm", "transformers"},
      {"sglang", "transformers"},
      {"tgi", "transformers"},
      {"mlx-lm", "mlx"},
      {"draw-things", "diffusers"},
      {"diffusionbee", "diffusers"},
      {"invoke", "diffusers"},
      {"joyfusion", "diffusers"},
  }};
  const auto found = std::ranges::find(known, app, [](const auto& pair) { return pair.first; });
  return found == known.end() ? app : found->second;
}

void add_tags(const Call& call, hub::RepoListQuery& rows) {
  rows.tags = list_of(call, "filter");
  for (const auto& dataset : list_of(call, "datasets")) rows.tags.push_back("dataset:" + dataset);
  for (const auto& model : list_of(call, "models")) rows.tags.push_back("model:" + model);
  for (const auto& app : list_of(call, "apps")) {
    const auto tag = tag_of_app(app);
    if (std::ranges::find(rows.any_tags, tag) == rows.any_tags.end()) {
      rows.any_tags.emplace_back(tag);
    }
  }
}

Result<> read_order(const Call& call, hub::RepoListQuery& rows) {
  if (const auto sort = text_of(call, "sort")) {
    const auto known = hub::repo_sort_from(*sort);
    if (!known) {
      return fail(Code::bad_request,
                  "'sort' must be one of trendingScore, lastModified, createdAt, downloads, likes, "
                  "trending, updated, recent.");
    }
    rows.sort = *known;
  }
  const auto direction = text_of(call, "direction");
  rows.ascending = direction && *direction != "-1" && *direction != "desc";
  return {};
}

Result<double> parse_count(std::string_view text) {
  double number = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  const std::string_view unit(stop, static_cast<std::size_t>(end - stop));
  static constexpr std::array<std::pair<std::string_view, double>, 9> units = {{{"", 1},
                                                                                {"K", 1e3},
                                                                                {"k", 1e3},
                                                                                {"M", 1e6},
                                                                                {"m", 1e6},
                                                                                {"B", 1e9},
                                                                                {"b", 1e9},
                                                                                {"T", 1e12},
                                                                                {"t", 1e12}}};
  const auto known = std::ranges::find(units, unit, [](const auto& pair) { return pair.first; });
  if (error != std::errc{} || known == units.end() || !(number >= 0) || number > 1e6) {
    return fail(Code::bad_request, "'num_parameters' must look like min:6B,max:128B.");
  }
  return number * known->second;
}

}  // namespace

Result<ParameterRange> parse_parameter_range(std::string_view text) {
  std::vector<std::string> parts;
  add_parts(parts, text, ',');
  ParameterRange range;
  for (const std::string_view part : parts) {
    if (part.starts_with("min:")) {
      range.least = static_cast<std::uint64_t>(TRY(parse_count(part.substr(4))));
    } else if (part.starts_with("max:")) {
      range.most = static_cast<std::uint64_t>(TRY(parse_count(part.substr(4))));
    } else {
      return fail(Code::bad_request, "'num_parameters' must look like min:6B,max:128B.");
    }
  }
  return range;
}

Result<ListQuery> read_list_query(const Call& call, std::size_t largest_page) {
  ListQuery query;
  auto& rows = query.rows;
  rows.type = call.path.repo_type();
  rows.author = text_of(call, "author");
  for (const auto& text : call.query.list("search")) add_parts(rows.words, text, ' ');
  add_tags(call, rows);
  rows.pipeline_tag = text_of(call, "pipeline_tag");
  rows.library = text_of(call, "library");
  rows.sdk = text_of(call, "sdk");
  if (call.query.has("gated")) rows.gated = TRY(call.query.boolean("gated", false));
  TRY(read_order(call, rows));
  rows.limit = TRY(page_limit(call, default_page, largest_page));
  rows.cursor = TRY(page_cursor(call));
  if (const auto range = text_of(call, "num_parameters")) {
    query.parameters = TRY(parse_parameter_range(*range));
  }
  query.finds_nothing = text_of(call, "inference") || text_of(call, "inference_provider");
  return query;
}

}  // namespace kohaku::api
