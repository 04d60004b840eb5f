// What the hub shows of a model's config.json and tokenizer_config.json.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kohaku::hub {

struct ModelConfig {
  std::string config;             // JSON object of the known fields, or ""
  std::string transformers_info;  // {"auto_model",…} as JSON, or ""
  std::optional<std::string> mask_token;
};

// Never fails: text that is no JSON object counts as missing.
ModelConfig read_model_config(std::string_view config_json, std::string_view tokenizer_json);

}  // namespace kohaku::hub
