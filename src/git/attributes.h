// .gitattributes and .gitignore, as far as a hub needs them. Source: gitattributes(5), gitignore(5).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kohaku::git {

// The rules of one file each, all relative to the folder it lies in. Later rules win.
class Attributes {
 public:
  static Attributes parse(std::string_view text);
  // Whether `filter` is set to lfs for this path (relative to the file's folder); nothing when no
  // rule speaks of it.
  std::optional<bool> is_lfs(std::string_view path) const;

 private:
  struct Rule {
    std::string pattern;
    bool anchored = false;  // matches the whole path, not the last segment only
    bool lfs = false;
  };
  std::vector<Rule> rules_;
};

// The line that makes exactly this path an LFS file: pattern characters and spaces escaped.
std::string lfs_attribute_line(std::string_view path);

// What a new repository starts with: the patterns the clients expect to be LFS.
std::string_view default_attributes();

class IgnoreRules {
 public:
  static IgnoreRules parse(std::string_view text);
  // Whether a file at this path, or a folder above it, is ignored.
  bool ignores(std::string_view path) const;

 private:
  struct Rule {
    std::string pattern;
    bool anchored = false;
    bool negated = false;
    bool folders_only = false;
  };
  std::vector<Rule> rules_;
  bool matches(std::string_view path, bool is_folder) const;
};

// fnmatch with `**`, as wildmatch of git with WM_PATHNAME; linear in practice, bounded always.
bool wildmatch(std::string_view pattern, std::string_view text);

}  // namespace kohaku::git
