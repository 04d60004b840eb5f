#include "hub/commit_log.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>
#include <utility>

#include "git/path_log.h"

namespace kohaku::hub {
namespace {

constexpr std::size_t most_walked_for_path = 50'000;

// "{commit}-{how many were shown}"
struct Position {
  Sha1 start;
  std::size_t skip = 0;
};

std::optional<Position> parse_position(std::string_view text) {
  const auto dash = text.find('-');
  const auto start = Sha1::from_hex(text.substr(0, dash));
  if (!start || dash == text.npos) return std::nullopt;
  Position position{*start, 0};
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + dash + 1, end, position.skip);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return position;
}

Result<Position> position_of(Hub& hub, const Repo& repo, const Revision& revision,
                             const LogQuery& query) {
  if (!query.cursor.empty()) {
    const auto position = parse_position(query.cursor);
    if (!position || !resolve_revision(hub, repo, position->start.hex())) {
      return fail(Code::bad_request, "The cursor is not one that this list gave.");
    }
    return *position;
  }
  if (!query.after.empty()) {
    return Position{TRY(resolve_revision(hub, repo, query.after)).commit, 1};
  }
  return Position{revision.commit, query.page * query.limit};
}

// One commit more than the page holds, which tells whether there is another page.
Result<> fill(const git::Repository& repository, const Position& position, const Revision& revision,
              const LogQuery& query, LogPage& page) {
  if (query.path.empty()) {
    page.total = TRY(git::count_commits(repository, revision.commit));
    page.commits = TRY(git::log(repository, position.start, position.skip, query.limit + 1));
    return {};
  }
  auto log = TRY(git::log_path(repository, position.start, query.path, position.skip,
                               query.limit + 1, most_walked_for_path));
  page.commits = std::move(log.commits);
  page.complete = log.complete;
  if (page.commits.empty() && position.skip == 0 && page.complete) {
    return fail(Code::entry_not_found,
                fmt::format("There is no '{}' in this history.", query.path));
  }
  return {};
}

}  // namespace

Result<LogPage> list_commits(Hub& hub, const Repo& repo, const Revision& revision,
                             const LogQuery& query) {
  const auto position = TRY(position_of(hub, repo, revision, query));
  const auto repository = TRY(hub.repositories.get(repo.id));
  LogPage page;
  TRY(fill(*repository, position, revision, query, page));
  if (page.commits.size() > query.limit) {
    page.commits.resize(query.limit);
    page.next_cursor = fmt::format("{}-{}", position.start.hex(), position.skip + query.limit);
  }
  return page;
}

}  // namespace kohaku::hub
