#include "hub/card.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "base/repo_path.h"
#include "hub/front_matter.h"

namespace kohaku::hub {
namespace {

constexpr std::size_t longest_tag = 200;
constexpr std::size_t most_tags = 500;
constexpr std::size_t longest_config = 1 << 20;

// Keys whose values become tags behind the key's own name.
constexpr std::string_view prefixed_keys[] = {
    "license",         "task_categories",   "task_ids",        "size_categories",
    "multilinguality", "language_creators", "source_datasets", "annotations_creators",
    "modality",        "language",
};
// Keys whose values become tags as they are.
constexpr std::string_view plain_keys[] = {"tags", "language", "library_name", "pipeline_tag",
                                           "sdk"};

struct ReadMatter {
  FrontMatter matter;
  YAML::Node root;
};

ReadMatter read_matter(std::string_view readme) {
  ReadMatter read;
  const auto text = front_matter_of(readme);
  read.matter.present = text.has_value();
  if (!text) return read;
  if (text->size() > longest_front_matter) {
    read.matter.problem = "The front matter is too long.";
    return read;
  }
  if (!is_utf8(*text)) {
    read.matter.problem = "The front matter is not valid UTF-8.";
    return read;
  }
  // yaml-cpp speaks by exceptions.
  try {
    read.root = YAML::Load(std::string(*text));
    if (read.root.IsNull()) {
      read.matter.json = "{}";
    } else if (!read.root.IsMap()) {
      read.matter.problem = "The front matter must be a mapping of names to values.";
    } else {
      read.matter.json = yaml_to_json(read.root);
      if (!read.matter.json) read.matter.problem = "The front matter is too deep or too long.";
    }
  } catch (const std::exception& problem) {
    read.matter.problem = problem.what();
  }
  return read;
}

class Tags {
 public:
  void add(std::string tag) {
    const bool good =
        !tag.empty() && tag.size() <= longest_tag && tags_.size() < most_tags &&
        std::ranges::none_of(tag, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    if (good) tags_.push_back(std::move(tag));
  }

  // One scalar or a list of them; anything else says nothing.
  void add_values(std::string_view prefix, const YAML::Node& value) {
    if (!value) return;  // yaml-cpp throws for any other question to a node that is not there
    if (value.IsScalar()) add(std::string(prefix) + value.Scalar());
    if (!value.IsSequence()) return;
    for (const auto& item : value) {
      if (item.IsScalar()) add(std::string(prefix) + item.Scalar());
    }
  }

  std::vector<std::string> take() {
    std::ranges::sort(tags_);
    const auto rest = std::ranges::unique(tags_);
    tags_.erase(rest.begin(), rest.end());
    return std::move(tags_);
  }

 private:
  std::vector<std::string> tags_;
};

std::optional<std::string> text_of(const YAML::Node& value) {
  if (!value || !value.IsScalar() || value.Scalar().empty() ||
      value.Scalar().size() > longest_tag) {
    return std::nullopt;
  }
  return value.Scalar();
}

void add_card_tags(const YAML::Node& root, Tags& tags) {
  for (const auto key : plain_keys) tags.add_values("", root[std::string(key)]);
  for (const auto key : prefixed_keys) {
    tags.add_values(std::string(key) + ":", root[std::string(key)]);
  }
  tags.add_values("dataset:", root["datasets"]);
  tags.add_values("base_model:", root["base_model"]);
  if (const auto relation = text_of(root["base_model_relation"])) {
    tags.add_values("base_model:" + *relation + ":", root["base_model"]);
  }
  if (root["model-index"]) tags.add("model-index");
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// 2401.01234, as links to arxiv.org name papers.
std::string_view arxiv_number(std::string_view text) {
  const auto digits = [&](std::size_t from) {
    std::size_t count = 0;
    while (from + count < text.size() && is_digit(text[from + count])) ++count;
    return count;
  };
  if (digits(0) != 4 || text.size() < 5 || text[4] != '.') return {};
  const auto behind = digits(5);
  return behind == 4 || behind == 5 ? text.substr(0, 5 + behind) : std::string_view{};
}

void add_papers(std::string_view readme, Tags& tags) {
  for (const std::string_view link : {"arxiv.org/abs/", "arxiv.org/pdf/"}) {
    for (auto at = readme.find(link); at != readme.npos; at = readme.find(link, at + link.size())) {
      const auto number = arxiv_number(readme.substr(at + link.size()));
      if (!number.empty()) tags.add("arxiv:" + std::string(number));
    }
  }
}

std::optional<std::string> model_type_of(std::string_view config_json) {
  if (config_json.empty() || config_json.size() > longest_config) return std::nullopt;
  boost::system::error_code error;
  const auto config = boost::json::parse(config_json, error);
  if (error || !config.is_object()) return std::nullopt;
  const auto* type = config.get_object().if_contains("model_type");
  if (type == nullptr || !type->is_string() || type->get_string().size() > longest_tag)
    return std::nullopt;
  return std::string(std::string_view(type->get_string()));
}

}  // namespace

FrontMatter read_front_matter(std::string_view readme) { return read_matter(readme).matter; }

CardMetadata read_card(std::string_view readme, std::string_view config_json) {
  CardMetadata card;
  Tags tags;
  tags.add("region:us");
  auto read = read_matter(readme);
  card.card_data_json = std::move(read.matter.json);
  if (card.card_data_json && read.root.IsMap()) {
    const auto& root = read.root;
    card.pipeline_tag = text_of(root["pipeline_tag"]);
    card.library_name = text_of(root["library_name"]);
    add_card_tags(root, tags);
  }
  add_papers(readme, tags);
  if (auto type = model_type_of(config_json)) {
    if (!card.library_name) card.library_name = "transformers";
    tags.add(*card.library_name);
    tags.add(std::move(*type));
  }
  card.tags = tags.take();
  return card;
}

}  // namespace kohaku::hub
