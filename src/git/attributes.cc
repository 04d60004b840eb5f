#include "git/attributes.h"

#include <algorithm>
#include <utility>

namespace kohaku::git {
namespace {

constexpr std::string_view blank = " \t\r\n";
constexpr std::size_t longest_line = 2047;  // git leaves longer ones out
constexpr std::string_view lfs_words = " filter=lfs diff=lfs merge=lfs -text\n";

std::string_view take_line(std::string_view& rest) {
  const auto end = std::min(rest.find('\n'), rest.size());
  const auto line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

std::string_view take_word(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(blank), rest.size()));
  const auto word = rest.substr(0, rest.find_first_of(blank));
  rest.remove_prefix(word.size());
  return word;
}

std::string_view without_byte_order_mark(std::string_view text) {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  return text.starts_with(mark) ? text.substr(mark.size()) : text;
}

std::optional<char> unescaped(char c) {
  constexpr std::string_view letters = "abfnrtv\\\"";
  constexpr std::string_view values = "\a\b\f\n\r\t\v\\\"";
  const auto found = letters.find(c);
  return found == letters.npos ? std::nullopt : std::optional(values[found]);
}

// A name in double quotes, with escapes as in C (unquote_c_style of git's quote.c). Nothing when it
// is malformed; `rest` is then unchanged.
std::optional<std::string> take_quoted(std::string_view& rest) {
  std::string result;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return result;
    }
    if (rest[i] != '\\') {
      result += rest[i];
      continue;
    }
    if (++i == rest.size()) break;
    if (const auto plain = unescaped(rest[i])) {
      result += *plain;
      continue;
    }
    const auto digits = rest.substr(i, 3);
    const bool octal = digits.size() == 3 && digits.find_first_not_of("01234567") == digits.npos;
    if (!octal || digits[0] > '3') break;
    result += static_cast<char>((digits[0] - '0') * 64 + (digits[1] - '0') * 8 + (digits[2] - '0'));
    i += 2;
  }
  return std::nullopt;
}

}  // namespace

// What a file says of `filter`, line by line.
struct Attributes::Reader {
  Attributes result;
  std::unordered_map<std::string, Verdict> macros;
  std::size_t number = 0;

  // What the words of a line say of it, the last one deciding; outer nothing: not a word.
  std::optional<Verdict> read_words(std::string_view rest) const {
    std::optional<Verdict> verdict;
    for (auto word = take_word(rest); !word.empty(); word = take_word(rest)) {
      if (word == "filter=lfs") {
        verdict = true;
      } else if (word == "filter" || word == "-filter" || word.starts_with("filter=")) {
        verdict = false;
      } else if (word == "!filter") {
        verdict = Verdict{};
      } else if (const auto macro = macros.find(std::string(word)); macro != macros.end()) {
        verdict = macro->second;
      }
    }
    return verdict;
  }

  void add_rule(std::string_view text, const Verdict& lfs) {
    PathPattern pattern(text);
    if (pattern.folders_only()) return;  // attributes of a folder say nothing of what is in it
    if (const auto& literal = pattern.literal()) {
      auto& literals = pattern.whole_path() ? result.paths_ : result.names_;
      literals.insert_or_assign(*literal, LiteralRule{.number = number, .lfs = lfs});
    } else {
      result.rules_.push_back({.number = number, .pattern = std::move(pattern), .lfs = lfs});
    }
  }

  void read_line(std::string_view line) {
    constexpr std::string_view macro_mark = "[attr]";
    if (line.size() > longest_line) return;
    line.remove_prefix(std::min(line.find_first_not_of(blank), line.size()));
    if (line.empty() || line.front() == '#') return;
    const auto quoted = line.front() == '"' ? take_quoted(line) : std::nullopt;
    const auto pattern = quoted ? *quoted : std::string(take_word(line));
    const auto verdict = read_words(line);
    if (!verdict) return;
    ++number;
    if (!quoted && pattern.starts_with(macro_mark) && pattern.size() > macro_mark.size()) {
      macros[pattern.substr(macro_mark.size())] = *verdict;
    } else if (!pattern.starts_with('!')) {  // git allows no negated rules here
      add_rule(pattern, *verdict);
    }
  }
};

Attributes Attributes::parse(std::string_view text) {
  Reader reader;
  text = without_byte_order_mark(text);
  while (!text.empty()) reader.read_line(take_line(text));
  return std::move(reader.result);
}

std::optional<bool> Attributes::is_lfs(std::string_view path) const {
  LiteralRule last;  // rules are numbered from 1
  const auto consider = [&last](const Literals& literals, std::string_view key) {
    const auto found = literals.find(std::string(key));
    if (found != literals.end() && found->second.number > last.number) last = found->second;
  };
  consider(paths_, path);
  consider(names_, path.substr(path.rfind('/') + 1));
  auto budget = pattern_budget;
  for (auto rule = rules_.rbegin(); rule != rules_.rend() && rule->number > last.number; ++rule) {
    if (rule->pattern.matches(path, false, budget)) return rule->lfs;
  }
  return last.lfs;
}

std::string lfs_attribute_line(std::string_view path) {
  std::string line;
  // Without a slash the pattern would speak of files of this name in every folder.
  if (path.find('/') == path.npos) line += '/';
  for (const char c : path) {
    if (c == ' ') {
      line += "[[:space:]]";
      continue;
    }
    const bool special = std::string_view("*?[\\").find(c) != std::string_view::npos;
    const bool opens = line.empty() && std::string_view("#!\"").find(c) != std::string_view::npos;
    if (special || opens) line += '\\';
    line += c;
  }
  return line.append(lfs_words);
}

std::string_view default_attributes() {
  static const std::string text = [] {
    std::string lines;
    for (const auto* pattern : {"*.7z",      "*.arrow",  "*.bin",         "*.bz2",
                                "*.ckpt",    "*.ftz",    "*.gguf",        "*.ggml",
                                "*.gz",      "*.h5",     "*.joblib",      "*.lfs.*",
                                "*.mlmodel", "*.model",  "*.msgpack",     "*.npy",
                                "*.npz",     "*.onnx",   "*.ot",          "*.parquet",
                                "*.pb",      "*.pickle", "*.pkl",         "*.pt",
                                "*.pth",     "*.rar",    "*.safetensors", "saved_model/**/*",
                                "*.tar.*",   "*.tar",    "*.tflite",      "*.tgz",
                                "*.wasm",    "*.xz",     "*.zip",         "*.zst",
                                "*tfevents*"}) {
      lines.append(pattern).append(lfs_words);
    }
    return lines;
  }();
  return text;
}

}  // namespace kohaku::git
