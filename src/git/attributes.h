// .gitattributes and .gitignore, as far as a hub needs them. Source: gitattributes(5), gitignore(5).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "git/wildmatch.h"

namespace kohaku::git {

// What one question to a file may cost at most: a few milliseconds. A file written to make the server
// slow gets no more; rules it would have reached after that do not count.
inline constexpr std::size_t pattern_budget = 1 << 20;

// One pattern of either file, relative to the folder the file lies in.
class PathPattern {
 public:
  // Without the leading `!` of a negated rule. A pattern with a slash that is not its last byte is
  // matched against the whole path, any other against the last segment.
  explicit PathPattern(std::string_view text);
  // `budget`: as of Wildcard; one is taken off in any case.
  bool matches(std::string_view path, bool is_folder, std::size_t& budget) const;
  // The path or name it stands for when it has no pattern characters, and nothing otherwise.
  const std::optional<std::string>& literal() const { return literal_; }
  bool whole_path() const { return whole_path_; }
  bool folders_only() const { return folders_only_; }

 private:
  bool folders_only_ = false;
  bool whole_path_ = false;
  std::optional<std::string> literal_;
  std::string prefix_;  // up to the first pattern character
  Wildcard rest_;
};

// The rules of one file. Later rules win. Immutable once parsed; any number of threads.
class Attributes {
 public:
  static Attributes parse(std::string_view text);
  // Whether `filter` is set to lfs for this path (relative to the file's folder); nothing when no
  // rule speaks of it, or the last one that does takes it back.
  std::optional<bool> is_lfs(std::string_view path) const;

 private:
  using Verdict = std::optional<bool>;
  struct Rule {
    std::size_t number = 0;
    PathPattern pattern;
    Verdict lfs;
  };
  struct LiteralRule {
    std::size_t number = 0;
    Verdict lfs;
  };
  // There is a rule for each large file uploaded, nearly all of them plain paths: found by hash.
  using Literals = std::unordered_map<std::string, LiteralRule>;
  struct Reader;

  std::vector<Rule> rules_;
  Literals paths_;
  Literals names_;
};

// The line that makes exactly this path an LFS file: pattern characters and spaces escaped.
std::string lfs_attribute_line(std::string_view path);

// What a new repository starts with: the patterns the clients expect to be LFS.
std::string_view default_attributes();

// The rules of one file. Immutable once parsed; any number of threads.
class IgnoreRules {
 public:
  static IgnoreRules parse(std::string_view text);
  // Whether a file at this path, or a folder above it, is ignored.
  bool ignores(std::string_view path) const;

 private:
  struct Rule {
    PathPattern pattern;
    bool negated = false;
  };
  std::vector<Rule> rules_;
  bool matches(std::string_view path, bool is_folder, std::size_t& budget) const;
};

}  // namespace kohaku::git
