// Whether .gitattributes files call a path large: the file nearest to it that speaks of it wins.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "git/attributes.h"
#include "git/repository.h"

namespace kohaku::hub {

inline constexpr std::string_view attributes_name = ".gitattributes";
inline constexpr std::uint64_t longest_rules_file = 1 << 20;  // larger ones count as missing

// Remembers the files it has seen: made anew for each tree. Not for two threads at once.
class AttributeLookup {
 public:
  // The text of the .gitattributes file at this path, if there is one.
  using Load = std::function<Result<std::optional<std::string>>(const std::string& path)>;
  explicit AttributeLookup(Load load) : load_(std::move(load)) {}

  Result<std::optional<bool>> is_lfs(std::string_view path);

 private:
  Result<const git::Attributes*> in_folder(std::string_view folder);
  Load load_;
  std::map<std::string, std::optional<git::Attributes>, std::less<>> files_;
};

// The text of a rules file (.gitattributes, .gitignore) that stands at an entry of a tree; nothing
// for folders, links and files over the limit.
Result<std::optional<std::string>> read_rules_file(const git::Repository& repository,
                                                   const std::optional<git::TreeEntry>& entry);

}  // namespace kohaku::hub
