// Everything in git that is text or a tree: the first byte chooses the parser, the rest is its input.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>

#include "base/repo_path.h"
#include "git/attributes.h"
#include "git/lfs_pointer.h"
#include "git/object.h"
#include "git/refs.h"

namespace {

using namespace kohaku;
using namespace kohaku::git;

void require(bool holds) {
  if (!holds) std::abort();
}

void tree(std::string_view text) {
  auto parsed = parse_tree(as_bytes(text));
  if (!parsed) return;
  for (const auto& entry : *parsed) find_entry(*parsed, entry.name);
  const auto again = parse_tree(as_bytes(serialize_tree(*parsed)));
  require(again && *again == *parsed);
  sort_tree(*parsed);
  for (const auto& entry : *parsed) require(find_entry(*parsed, entry.name) != nullptr);
}

void commit(std::string_view text) {
  const auto parsed = parse_commit(text);
  if (!parsed) return;
  require(is_utf8(parsed->message) && is_utf8(parsed->author.name) &&
          is_utf8(parsed->committer.email));
  require(parsed->title().find('\n') == std::string_view::npos);
  const auto again = parse_commit(serialize_commit(*parsed));
  require(again && again->parents == parsed->parents && again->tree == parsed->tree);
  require(again->author.time == parsed->author.time);
}

void tag(std::string_view text) {
  if (const auto parsed = parse_tag(text)) require(is_utf8(parsed->message));
}

void pointer(std::string_view text) {
  const auto parsed = parse_pointer(text);
  if (parsed) require(parse_pointer(serialize_pointer(*parsed)) == parsed);
}

void attributes(std::string_view text) {
  const auto rules = Attributes::parse(text);
  rules.is_lfs("model.bin");
  rules.is_lfs("a/b/c d");
  rules.is_lfs(text.substr(0, 4096));
}

void ignore(std::string_view text) {
  const auto rules = IgnoreRules::parse(text);
  rules.ignores("a/b/c");
  rules.ignores(text.substr(0, 4096));
}

void names(std::string_view text) {
  if (check_branch_name(text)) require(text.size() <= 255 && is_utf8(text));
  if (const auto path = RepoPath::parse(text)) {
    const auto line = lfs_attribute_line(path->text());
    if (line.size() < 2048) require(Attributes::parse(line).is_lfs(path->text()) == true);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  constexpr void (*parsers[])(std::string_view) = {tree,       commit, tag,  pointer,
                                                   attributes, ignore, names};
  parsers[data[0] % std::size(parsers)](text);
  return 0;
}
