// What lists show and filter by, read from a repository's card: the front matter of README.md (YAML
// between two `---` lines), and a glance at config.json.
// Source of the names: the repository cards specification of the Hugging Face documentation.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kohaku::hub {

inline constexpr std::size_t longest_front_matter = 256 * 1024;  // more is no card

struct CardMetadata {
  std::optional<std::string> card_data_json;  // the front matter as a JSON object; none without one
  std::optional<std::string> pipeline_tag;
  std::optional<std::string> library_name;
  std::vector<std::string> tags;  // what `filter=` finds it by; sorted, without repetition
};

// Never fails: a card that cannot be read is like no card. Empty text stands for a missing file.
CardMetadata read_card(std::string_view readme, std::string_view config_json);

struct FrontMatter {
  bool present = false;             // whether the text begins with a `---` line
  std::optional<std::string> json;  // the mapping as a JSON object, when it is a readable one
  std::string problem;              // why not, for whoever wrote it
};

// The front matter alone, for the check of a card before it is committed.
FrontMatter read_front_matter(std::string_view readme);

}  // namespace kohaku::hub
