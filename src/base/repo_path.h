// The path of a file inside a repository: what every way in (commit, push, copy) must satisfy.
#pragma once

#include <compare>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kohaku {

// UTF-8, 1 to 4,096 bytes, segments of 1 to 255 bytes joined by `/`; no leading or trailing slash,
// no empty segment, no `.` or `..`, no NUL, control character or backslash, no spelling of `.git`
// that some file system folds to it. Made by parse() only.
class RepoPath {
 public:
  // Code::unprocessable with a sentence for anything else.
  static Result<RepoPath> parse(std::string_view text);

  const std::string& text() const { return text_; }
  std::string_view directory() const;  // "" for an entry of the root
  std::string_view name() const;       // the last segment

  friend auto operator<=>(const RepoPath&, const RepoPath&) = default;

 private:
  explicit RepoPath(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// The same rules for a folder; "" and one trailing slash are allowed and mean the root or nothing.
Result<std::string> parse_folder(std::string_view text);

// The segments with a `/` between each two.
std::string join_path(std::span<const std::string> segments);

// Whether a tree entry of this name would become `.git` on some file system (HFS+ ignorable
// characters, NTFS short names, trailing dots and spaces, streams). After git's own fsck rules.
bool looks_like_dot_git(std::string_view segment);

// Whether `text` is well-formed UTF-8 (no overlong forms, no surrogates).
bool is_utf8(std::string_view text);

}  // namespace kohaku
