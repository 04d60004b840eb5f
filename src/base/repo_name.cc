#include "base/repo_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace kohaku {
namespace {

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_word(char c) { return is_letter_or_digit(c) || c == '_'; }

constexpr std::string_view reserved[] = {
    "models",        "datasets",    "spaces",   "admin",
    "organizations", "api",         "org",      "auth",
    "settings",      "new",         "login",    "register",
    "logout",        "docs",        "swagger",  "health",
    "version",       "metrics",     "oauth",    "resolve",
    "raw",           "tree",        "blob",     "commit",
    "commits",       "branch",      "branches", "tag",
    "tags",          "upload",      "edit",     "fallback-sources",
    "cache",         "stats",       "quota",    "trending",
    "search",        "xet",         "users",    "kernels",
    "buckets",       "collections", "invite",   "assets",
    "static",        "v1"};

}  // namespace

std::string_view to_string(RepoType type) {
  switch (type) {
    case RepoType::model: return "model";
    case RepoType::dataset: return "dataset";
    case RepoType::space: return "space";
  }
  return "model";
}

std::string_view plural(RepoType type) {
  switch (type) {
    case RepoType::model: return "models";
    case RepoType::dataset: return "datasets";
    case RepoType::space: return "spaces";
  }
  return "models";
}

std::optional<RepoType> repo_type_from(std::string_view text) {
  for (const auto type : {RepoType::model, RepoType::dataset, RepoType::space}) {
    if (text == to_string(type)) return type;
  }
  return std::nullopt;
}

std::optional<RepoType> repo_type_from_plural(std::string_view text) {
  for (const auto type : {RepoType::model, RepoType::dataset, RepoType::space}) {
    if (text == plural(type)) return type;
  }
  return std::nullopt;
}

std::string_view web_prefix(RepoType type) {
  switch (type) {
    case RepoType::model: return "";
    case RepoType::dataset: return "datasets/";
    case RepoType::space: return "spaces/";
  }
  return "";
}

std::string normalize_name(std::string_view name) {
  std::string normalized(name);
  for (char& c : normalized) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '-' || c == '.') c = '_';
  }
  return normalized;
}

Result<> check_name(std::string_view name) {
  const auto refuse = [&](std::string_view why) {
    return fail(Code::bad_request, fmt::format("Invalid name '{}': {}.", name.substr(0, 96), why));
  };
  if (name.empty()) return fail(Code::bad_request, "The name is empty.");
  if (name.size() > 96) return refuse("it is longer than 96 characters");
  const auto allowed = [](char c) { return is_word(c) || c == '.' || c == '-'; };
  if (!std::ranges::all_of(name, allowed)) {
    return fail(Code::bad_request,
                "Invalid name: only letters, digits, '.', '_' and '-' are allowed.");
  }
  if (!is_word(name.front())) return refuse("it must start with a letter, digit or underscore");
  if (!is_word(name.back())) return refuse("it must end with a letter, digit or underscore");
  if (name.find("--") != name.npos || name.find("..") != name.npos) {
    return refuse("'--' and '..' are not allowed");
  }
  if (normalize_name(name).ends_with("_git") && name[name.size() - 4] == '.') {
    return refuse("it must not end in '.git'");
  }
  return {};
}

Result<RepoName> parse_repo_name(std::string_view full) {
  const auto slash = full.find('/');
  if (slash == full.npos) {
    return fail(Code::bad_request, "A repository is named as 'namespace/name'.");
  }
  RepoName name{std::string(full.substr(0, slash)), std::string(full.substr(slash + 1))};
  TRY(check_name(name.owner));
  TRY(check_name(name.name));
  return name;
}

bool is_reserved_account_name(std::string_view name) {
  const auto normalized = normalize_name(name);
  return std::ranges::any_of(reserved,
                             [&](auto word) { return normalize_name(word) == normalized; });
}

}  // namespace kohaku
