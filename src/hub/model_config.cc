#include "hub/model_config.h"

#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace kohaku::hub {
namespace {

namespace json = boost::json;

constexpr std::array config_fields = {"architectures", "model_type", "auto_map",
                                      "quantization_config"};
constexpr std::array token_fields = {"bos_token", "eos_token", "pad_token", "unk_token",
                                     "sep_token", "cls_token", "mask_token"};

std::optional<json::object> parse_object(std::string_view text) {
  if (text.empty()) return std::nullopt;
  json::parse_options options;
  options.max_depth = 32;
  boost::system::error_code error;
  auto value = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
  if (error || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

// A token is text, or an object that holds it as `content`.
std::optional<std::string> token_text(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (!value.is_object()) return std::nullopt;
  const auto* content = value.get_object().if_contains("content");
  if (content == nullptr || !content->is_string()) return std::nullopt;
  return std::string(content->get_string());
}

json::object read_tokenizer(const json::object& tokenizer) {
  json::object shown;
  for (const auto* name : token_fields) {
    const auto* value = tokenizer.if_contains(name);
    if (value == nullptr) continue;
    if (const auto text = token_text(*value)) shown[name] = *text;
  }
  if (const auto* text = tokenizer.if_contains("chat_template"); text != nullptr) {
    if (text->is_string()) shown["chat_template"] = *text;
  }
  return shown;
}

// "BertForMaskedLM" → "AutoModelForMaskedLM"
std::string auto_class(std::string_view architecture) {
  if (architecture.ends_with("ForConditionalGeneration")) return "AutoModelForSeq2SeqLM";
  if (architecture.ends_with("LMHeadModel")) return "AutoModelForCausalLM";
  const auto task = architecture.find("For");
  if (task != architecture.npos && task > 0) {
    return "AutoModel" + std::string(architecture.substr(task));
  }
  return "AutoModel";
}

std::string transformers_info(const json::object& config) {
  const auto* names = config.if_contains("architectures");
  if (names == nullptr || !names->is_array() || names->get_array().empty()) return {};
  const auto& first = names->get_array().front();
  if (!first.is_string()) return {};
  const auto& name = first.get_string();
  return json::serialize(json::object{{"auto_model", auto_class({name.data(), name.size()})}});
}

}  // namespace

ModelConfig read_model_config(std::string_view config_json, std::string_view tokenizer_json) {
  ModelConfig read;
  json::object shown;
  if (const auto config = parse_object(config_json)) {
    for (const auto* name : config_fields) {
      if (const auto* value = config->if_contains(name)) shown[name] = *value;
    }
    read.transformers_info = transformers_info(*config);
  }
  if (const auto tokenizer = parse_object(tokenizer_json)) {
    auto tokens = read_tokenizer(*tokenizer);
    if (const auto* mask = tokens.if_contains("mask_token")) read.mask_token = token_text(*mask);
    if (!tokens.empty()) shown["tokenizer_config"] = std::move(tokens);
  }
  if (!shown.empty()) read.config = json::serialize(shown);
  return read;
}

}  // namespace kohaku::hub
