// The fields of a repository on the wire, the same for info pages and lists: which there are, which
// a caller gets, and how each is written.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/json.h"
#include "base/result.h"
#include "hub/content_facts.h"
#include "hub/repo_summary.h"

namespace kohaku::api {

// A repository as it is shown at one commit. What is not set was not asked for.
struct RepoView {
  const hub::RepoSummary* summary = nullptr;
  std::optional<Sha1> sha;  // none: no commit yet
  // The files at `sha`; needed for fields of needs_contents(), and set when `sha` is not the head,
  // since the summary's card is the head's.
  std::shared_ptr<const hub::ContentFacts> contents;
  bool is_head = true;
  std::uint64_t used_bytes = 0;
};

class RepoFields {
 public:
  // What an info page shows when nothing is asked for.
  static RepoFields of_info(RepoType type);
  // What a list shows of each: `full`, `cardData` and `config` add to it.
  static RepoFields of_list(RepoType type, bool full, bool card_data, bool config);
  // What `expand=` asks for; bad_request naming the allowed ones for any other.
  static Result<RepoFields> asked(RepoType type, const std::vector<std::string>& expand);

  bool has(std::string_view name) const;
  bool needs_contents() const;
  bool needs_used_bytes() const { return has("usedStorage"); }

  // `id`, `_id` and the fields into the object that is open; `siblings` are the caller's to write.
  void write(JsonWriter& json, const RepoView& view) const;

 private:
  explicit RepoFields(std::vector<std::string_view> names) : names_(std::move(names)) {}
  std::vector<std::string_view> names_;
};

// 24 hexadecimal digits that never change: the time of creation and the row's id.
std::string opaque_id(const hub::Repo& repo);

}  // namespace kohaku::api
