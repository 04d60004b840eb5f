#include "git/refs.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/repo_path.h"

namespace kohaku::git {
namespace {

constexpr std::size_t longest_name = 255;

std::unexpected<Error> refuse(std::string_view kind, std::string_view why) {
  return fail(Code::bad_request, fmt::format("Invalid {} name: {}.", kind, why));
}

Result<> check_characters(std::string_view name, std::string_view kind) {
  if (name.empty()) return refuse(kind, "it is empty");
  if (name.size() > longest_name) return refuse(kind, "it is longer than 255 bytes");
  if (!is_utf8(name)) return refuse(kind, "it is not valid UTF-8");
  for (const char c : name) {
    const auto value = static_cast<unsigned char>(c);
    if (value < 0x20 || value == 0x7F) return refuse(kind, "it has a control character");
    if (std::string_view(" ~^:?*[\\").find(c) != std::string_view::npos) {
      return refuse(kind, "it has a space or one of ~ ^ : ? * [ \\");
    }
  }
  if (name.find("..") != name.npos) return refuse(kind, "it has '..'");
  if (name.find("@{") != name.npos) return refuse(kind, "it has '@{'");
  return {};
}

Result<> check_segments(std::string_view name, std::string_view kind) {
  for (std::size_t start = 0; start <= name.size();) {
    const auto slash = std::min(name.find('/', start), name.size());
    const auto segment = name.substr(start, slash - start);
    if (segment.empty()) return refuse(kind, "it has an empty part beside a '/'");
    if (segment.starts_with('.')) return refuse(kind, "a part of it begins with '.'");
    if (segment.ends_with(".lock")) return refuse(kind, "a part of it ends with '.lock'");
    start = slash + 1;
  }
  return {};
}

// What git would accept, but nobody could tell from something else.
Result<> check_meaning(std::string_view name, std::string_view kind) {
  if (name == "@" || name == "HEAD") return refuse(kind, "it means something else to git");
  if (name.starts_with("refs/")) return refuse(kind, "it begins with 'refs/'");
  if (Sha1::from_hex(name)) return refuse(kind, "it looks like a commit id");
  return {};
}

Result<> check_ref_name(std::string_view name, std::string_view kind) {
  TRY(check_characters(name, kind));
  if (name.starts_with('-')) return refuse(kind, "it begins with '-'");
  if (name.ends_with('.')) return refuse(kind, "it ends with '.'");
  TRY(check_segments(name, kind));
  return check_meaning(name, kind);
}

// Beside, then over it: a reader sees the old file or the new one.
Result<> replace(const os::Path& path, std::string_view text) {
  const os::Path beside = path.native() + "." + random_text(12);
  auto written = [&]() -> Result<> {
    auto file = TRY(os::create_new(beside));
    TRY(file.write_at(0, as_bytes(text)));
    return os::rename(beside, path);
  }();
  if (!written) std::ignore = os::remove_file(beside);
  return written;
}

Result<std::string> packed_refs(std::vector<Ref>& refs) {
  std::sort(refs.begin(), refs.end(), [](const Ref& a, const Ref& b) { return a.name < b.name; });
  std::string text = "# pack-refs with: peeled fully-peeled sorted \n";
  for (const auto& ref : refs) {
    const bool one_line = std::all_of(ref.name.begin(), ref.name.end(),
                                      [](char c) { return static_cast<unsigned char>(c) > 0x20; });
    if (!one_line || !ref.name.starts_with("refs/")) return fail_internal("not a ref: " + ref.name);
    text += fmt::format("{} {}\n", ref.target.hex(), ref.name);
    if (ref.peeled) text += fmt::format("^{}\n", ref.peeled->hex());
  }
  return text;
}

// Loose refs win over packed ones, so none may stay.
Result<> remove_loose(const os::Path& refs) {
  for (const auto& entry : TRY(os::list(refs))) {
    const auto path = refs / entry.name;
    if (!entry.is_directory) {
      TRY(os::remove_file(path));
    } else if (!TRY(os::list(path)).empty()) {
      TRY(os::remove_tree(path));
    }
  }
  return {};
}

}  // namespace

Result<> check_branch_name(std::string_view name) { return check_ref_name(name, "branch"); }
Result<> check_tag_name(std::string_view name) { return check_ref_name(name, "tag"); }

Result<> project_refs(const os::Path& repository_directory, std::vector<Ref> refs,
                      std::string_view default_branch) {
  TRY(check_branch_name(default_branch));
  TRY(replace(repository_directory / "packed-refs", TRY(packed_refs(refs))));
  TRY(replace(repository_directory / "HEAD", fmt::format("ref: refs/heads/{}\n", default_branch)));
  return remove_loose(repository_directory / "refs");
}

}  // namespace kohaku::git
