// The YAML front matter of a README, and YAML as JSON. Source: YAML 1.2, core schema.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace YAML {
class Node;
}

namespace kohaku::hub {

// What stands between a first line `---` and the next one; nothing without both. May be empty.
std::optional<std::string_view> front_matter_of(std::string_view readme);

// A node as JSON text: plain scalars by the core schema (null, booleans, numbers), all others text;
// of equal keys the first one stays. Nothing when the result would be deep or long out of all
// proportion (aliases can make a few lines into gigabytes).
std::optional<std::string> yaml_to_json(const YAML::Node& node);

}  // namespace kohaku::hub
