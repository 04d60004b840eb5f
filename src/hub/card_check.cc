#include "hub/card_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <iterator>

#include "hub/card.h"

namespace kohaku::hub {
namespace {

namespace json = boost::json;

// The licenses a card may name, from the repository cards specification of the Hugging Face
// documentation.
constexpr std::string_view known_licenses[] = {"apache-2.0",
                                               "mit",
                                               "openrail",
                                               "bigscience-openrail-m",
                                               "creativeml-openrail-m",
                                               "bigscience-bloom-rail-1.0",
                                               "bigcode-openrail-m",
                                               "afl-3.0",
                                               "artistic-2.0",
                                               "bsl-1.0",
                                               "bsd",
                                               "bsd-2-clause",
                                               "bsd-3-clause",
                                               "bsd-3-clause-clear",
                                               "c-uda",
                                               "cc",
                                               "cc0-1.0",
                                               "cc-by-2.0",
                                               "cc-by-2.5",
                                               "cc-by-3.0",
                                               "cc-by-4.0",
                                               "cc-by-sa-3.0",
                                               "cc-by-sa-4.0",
                                               "cc-by-nc-2.0",
                                               "cc-by-nc-3.0",
                                               "cc-by-nc-4.0",
                                               "cc-by-nd-4.0",
                                               "cc-by-nc-nd-3.0",
                                               "cc-by-nc-nd-4.0",
                                               "cc-by-nc-sa-2.0",
                                               "cc-by-nc-sa-3.0",
                                               "cc-by-nc-sa-4.0",
                                               "cdla-sharing-1.0",
                                               "cdla-permissive-1.0",
                                               "cdla-permissive-2.0",
                                               "wtfpl",
                                               "ecl-2.0",
                                               "epl-1.0",
                                               "epl-2.0",
                                               "etalab-2.0",
                                               "eupl-1.1",
                                               "eupl-1.2",
                                               "agpl-3.0",
                                               "gfdl",
                                               "gpl",
                                               "gpl-2.0",
                                               "gpl-3.0",
                                               "lgpl",
                                               "lgpl-2.1",
                                               "lgpl-3.0",
                                               "isc",
                                               "h-research",
                                               "intel-research",
                                               "lppl-1.3c",
                                               "ms-pl",
                                               "apple-ascl",
                                               "apple-amlr",
                                               "mpl-2.0",
                                               "odc-by",
                                               "odbl",
                                               "openmdw-1.0",
                                               "openrail++",
                                               "osl-3.0",
                                               "postgresql",
                                               "ofl-1.1",
                                               "ncsa",
                                               "unlicense",
                                               "zlib",
                                               "pddl",
                                               "lgpl-lr",
                                               "deepfloyd-if-license",
                                               "fair-noncommercial-research-license",
                                               "llama2",
                                               "llama3",
                                               "llama3.1",
                                               "llama3.2",
                                               "llama3.3",
                                               "llama4",
                                               "grok2-community",
                                               "gemma",
                                               "unknown",
                                               "other"};

bool is_known_license(std::string_view name) {
  return std::ranges::find(known_licenses, name) != std::end(known_licenses);
}

void check_license(const json::object& card, CardCheck& check) {
  const auto* license = card.if_contains("license");
  if (license == nullptr || license->is_null()) return;
  const auto look_at = [&](const json::value& value) {
    if (!value.is_string()) {
      check.errors.emplace_back("\"license\" must be a string or a list of strings");
    } else if (const std::string_view name = value.get_string(); !is_known_license(name)) {
      check.warnings.push_back(fmt::format(
          "\"license\": '{}' is not a known license; use 'other' with \"license_name\"", name));
    }
  };
  if (const auto* list = license->if_array()) std::ranges::for_each(*list, look_at);
  else look_at(*license);
}

void check_is_list(const json::object& card, std::string_view field, CardCheck& check) {
  const auto* value = card.if_contains(field);
  if (value == nullptr || value->is_null() || value->is_array()) return;
  check.errors.push_back(fmt::format("\"{}\" must be an array", field));
}

void check_is_text(const json::object& card, std::string_view field, CardCheck& check) {
  const auto* value = card.if_contains(field);
  if (value == nullptr || value->is_null() || value->is_string()) return;
  check.errors.push_back(fmt::format("\"{}\" must be a string", field));
}

}  // namespace

CardCheck check_card(std::string_view readme) {
  CardCheck check;
  const auto front = read_front_matter(readme);
  if (!front.present) {
    check.warnings.emplace_back("empty or missing yaml metadata in repo card");
    return check;
  }
  if (!front.json) {
    check.errors.push_back(
        fmt::format("The metadata of the card cannot be read: {}", front.problem));
    return check;
  }
  boost::system::error_code error;
  const auto parsed = json::parse(*front.json, error);
  if (error || !parsed.is_object()) {
    check.errors.emplace_back("The metadata of the card must be a mapping");
    return check;
  }
  const auto& card = parsed.get_object();
  if (card.empty()) check.warnings.emplace_back("empty or missing yaml metadata in repo card");
  check_license(card, check);
  check_is_list(card, "model-index", check);
  check_is_list(card, "tags", check);
  for (const auto* field : {"pipeline_tag", "library_name", "sdk", "license_name"}) {
    check_is_text(card, field, check);
  }
  return check;
}

}  // namespace kohaku::hub
