#include "hub/front_matter.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <charconv>
#include <cmath>
#include <unordered_set>

namespace kohaku::hub {
namespace {

constexpr int deepest = 32;
constexpr std::size_t most_nodes = 50'000;
constexpr std::size_t longest_json = 1 << 20;

bool all_digits(std::string_view text, std::string_view digits) {
  return !text.empty() && text.find_first_not_of(digits) == text.npos;
}

// 0o17, 0x1f, -12, +3; nothing for all else and for what does not fit.
std::optional<std::int64_t> to_integer(std::string_view text) {
  int base = 10;
  auto digits = text;
  if (text.starts_with("0o") || text.starts_with("0x")) {
    base = text[1] == 'o' ? 8 : 16;
    digits.remove_prefix(2);
    if (!all_digits(digits, base == 8 ? "01234567" : "0123456789abcdefABCDEF")) return std::nullopt;
  } else {
    if (digits.starts_with('+')) digits.remove_prefix(1);
    const auto unsigned_part = digits.substr(digits.starts_with('-') ? 1 : 0);
    if (!all_digits(unsigned_part, "0123456789")) return std::nullopt;
  }
  std::int64_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::optional<double> to_real(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.find_first_not_of("0123456789.eE+-") != text.npos) return std::nullopt;
  if (text.find_first_of("0123456789") == text.npos) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

class JsonOfYaml {
 public:
  bool write(const YAML::Node& node, int depth) {
    if (++nodes_ > most_nodes || depth > deepest || out_.size() > longest_json) return false;
    switch (node.Type()) {
      case YAML::NodeType::Scalar: write_scalar(node); return true;
      case YAML::NodeType::Sequence: return write_list(node, depth);
      case YAML::NodeType::Map: return write_map(node, depth);
      default: out_ += "null"; return true;
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void write_text(std::string_view text) {
    out_ += boost::json::serialize(boost::json::string_view(text.data(), text.size()));
  }

  void write_scalar(const YAML::Node& node) {
    const auto& text = node.Scalar();
    if (node.Tag() == "!") return write_text(text);  // it was quoted
    if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") {
      out_ += "null";
    } else if (text == "true" || text == "True" || text == "TRUE") {
      out_ += "true";
    } else if (text == "false" || text == "False" || text == "FALSE") {
      out_ += "false";
    } else if (const auto integer = to_integer(text)) {
      out_ += std::to_string(*integer);
    } else if (const auto real = to_real(text)) {
      out_ += fmt::format("{}", *real);
    } else {
      write_text(text);
    }
  }

  bool write_list(const YAML::Node& node, int depth) {
    out_ += '[';
    bool first = true;
    for (const auto& item : node) {
      if (!std::exchange(first, false)) out_ += ',';
      if (!write(item, depth + 1)) return false;
    }
    out_ += ']';
    return true;
  }

  bool write_map(const YAML::Node& node, int depth) {
    out_ += '{';
    std::unordered_set<std::string> seen;
    for (const auto& pair : node) {
      const auto key = pair.first.IsScalar() ? pair.first.Scalar() : std::string();
      if (!pair.first.IsScalar() || !seen.insert(key).second) continue;
      if (seen.size() > 1) out_ += ',';
      write_text(key);
      out_ += ':';
      if (!write(pair.second, depth + 1)) return false;
    }
    out_ += '}';
    return true;
  }

  std::string out_;
  std::size_t nodes_ = 0;
};

std::string_view without_carriage_return(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

std::optional<std::string_view> front_matter_of(std::string_view readme) {
  if (readme.starts_with("\xEF\xBB\xBF")) readme.remove_prefix(3);
  const auto first_end = readme.find('\n');
  if (first_end == readme.npos || without_carriage_return(readme.substr(0, first_end)) != "---") {
    return std::nullopt;
  }
  const auto body = readme.substr(first_end + 1);
  for (std::size_t start = 0; start < body.size();) {
    const auto end = std::min(body.find('\n', start), body.size());
    if (without_carriage_return(body.substr(start, end - start)) == "---") {
      return body.substr(0, start);
    }
    start = end + 1;
  }
  return std::nullopt;
}

std::optional<std::string> yaml_to_json(const YAML::Node& node) {
  JsonOfYaml writer;
  if (!writer.write(node, 0)) return std::nullopt;
  return writer.take();
}

}  // namespace kohaku::hub
