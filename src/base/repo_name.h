// Names of accounts and repositories, and the three types of repository.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kohaku {

enum class RepoType { model, dataset, space };

std::string_view to_string(RepoType type);                      // "model"
std::string_view plural(RepoType type);                         // "models"
std::optional<RepoType> repo_type_from(std::string_view text);  // "model"
std::optional<RepoType> repo_type_from_plural(std::string_view text);
// "" for models, "datasets/" and "spaces/": what stands before {namespace}/{name} in web addresses.
std::string_view web_prefix(RepoType type);

// {namespace}/{name}, as written by the caller; look-ups go by the normalized form.
struct RepoName {
  std::string owner;
  std::string name;

  std::string full() const { return owner + "/" + name; }
  friend bool operator==(const RepoName&, const RepoName&) = default;
};

// Lower case, `-` and `.` turned to `_`: two names that normalize alike conflict.
std::string normalize_name(std::string_view name);

// 1 to 96 of A–Z a–z 0–9 . _ -; starts with a letter, digit or underscore and ends with one; no
// "--", no "..", not ending in ".git". bad_request with a sentence otherwise.
Result<> check_name(std::string_view name);

// Splits "owner/name" and checks both parts.
Result<RepoName> parse_repo_name(std::string_view full);

// Names that would shadow a route. Only for users and organizations.
bool is_reserved_account_name(std::string_view name);

}  // namespace kohaku
