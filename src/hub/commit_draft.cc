#include "hub/commit_draft.h"

#include <fmt/format.h>

#include "hub/attribute_lookup.h"
#include "hub/lfs_settings.h"
#include "hub/revisions.h"
#include "hub/signature.h"

namespace kohaku::hub {
namespace {

// What .gitattributes files of one commit may hold together: they stay in memory.
constexpr std::uint64_t most_attributes_bytes = 4 << 20;

std::unexpected<Error> at(const CommitLine& line, Error error) {
  error.message = fmt::format("Line {} of the commit: {}", line.number, error.message);
  return std::unexpected(std::move(error));
}

Result<RepoPath> parse_path(const CommitLine& line, std::string_view text) {
  auto path = RepoPath::parse(text);
  if (!path) return at(line, std::move(path).error());
  return path;
}

}  // namespace

Result<BranchTip> read_tip(Hub& hub, RepoId repo, std::string_view revision) {
  BranchTip tip;
  TRY(hub.database.read_now([&](db::Connection& connection) -> Result<> {
    auto ref = TRY(find_branch(connection, repo, revision));
    tip.ref = std::move(ref.name);
    tip.commit = ref.commit;
    const auto count =
        TRY(connection.sql("SELECT commit_count FROM ref WHERE repo_id = ?1 AND name = ?2")
                .bind(repo, tip.ref)
                .first<std::optional<std::int64_t>>());
    if (count) tip.commit_count = std::get<0>(*count);
    return {};
  }));
  const auto repository = TRY(hub.repositories.get(repo));
  tip.tree = TRY(repository->commit(tip.commit))->tree;
  return tip;
}

Result<> check_parent(std::string_view parent, const BranchTip& tip) {
  if (parent.empty()) return {};
  const bool is_commit = parent.size() >= 5 && parent.size() <= 40 &&
                         parent.find_first_not_of("0123456789abcdef") == parent.npos;
  if (!is_commit) return fail(Code::bad_request, "'parentCommit' must be the id of a commit.");
  if (tip.commit.hex().starts_with(parent)) return {};
  return fail(Code::precondition_failed,
              "The branch was updated since you opened this page. Please refresh and try again.");
}

CommitDraft::CommitDraft(Hub& hub, const WritableRepo& repo,
                         std::shared_ptr<git::Repository> repository, BranchTip tip)
    : hub_(hub),
      repo_(repo),
      repository_(std::move(repository)),
      tip_(std::move(tip)),
      inline_bytes_(lfs_settings(hub.config, repo.repo()).threshold_bytes) {}

Result<> CommitDraft::take(CommitLine& line, const CommitSpool& content) {
  switch (line.kind) {
    case CommitLine::Kind::header: return take_header(line);
    case CommitLine::Kind::file: return take_file(line, content);
    case CommitLine::Kind::lfs_file: return take_lfs_file(line);
    case CommitLine::Kind::copy_file: return take_copy(line);
    case CommitLine::Kind::deleted_file:
      deleted_files_.push_back(TRY(parse_path(line, line.path)).text());
      return {};
    case CommitLine::Kind::deleted_folder: {
      auto folder = parse_folder(line.path);
      if (!folder) return at(line, std::move(folder).error());
      deleted_folders_.push_back(std::move(*folder));
      return {};
    }
  }
  return {};
}

Result<> CommitDraft::take_header(CommitLine& line) {
  if (line.summary.find_first_not_of(" \t\r\n") == line.summary.npos) {
    return fail_at_line(line.number, Code::bad_request, "The summary is empty.");
  }
  for (const auto* text : {&line.summary, &line.description}) {
    auto checked = check_message(*text);
    if (!checked) return at(line, std::move(checked).error());
  }
  summary_ = std::move(line.summary);
  description_ = std::move(line.description);
  parent_ = std::move(line.parent_commit);
  return check_parent(parent_, tip_);  // before the rest of a long body is read
}

// A file that moves is deleted where it was.
Result<> CommitDraft::remove_old_path(const CommitLine& line) {
  if (line.old_path.empty() || line.old_path == line.path) return {};
  deleted_files_.push_back(TRY(parse_path(line, line.old_path)).text());
  return {};
}

Result<> CommitDraft::take_file(CommitLine& line, const CommitSpool& content) {
  auto path = TRY(parse_path(line, line.path));
  TRY(remove_old_path(line));
  if (!line.has_content) {
    if (line.old_path.empty())
      return fail_at_line(line.number, Code::bad_request, "'content' is missing.");
    copies_.push_back({std::move(path), line.old_path, std::nullopt});
    return {};
  }
  const auto size = content.decoded_size(line.encoding);
  if (size >= inline_bytes_) {
    return fail_at_line(line.number, Code::payload_too_large,
                        fmt::format("The file '{}' has {} bytes. Files of {} bytes or more must be "
                                    "uploaded with LFS.",
                                    line.path, size, inline_bytes_));
  }
  auto small = content.decode_small(line.encoding);
  if (!small) return at(line, std::move(small).error());
  if (*small) return take_small_file(line, std::move(path), **small);
  return take_large_file(line, std::move(path), content, size);
}

// Large for memory, not for git: it goes from the spool to the pack.
Result<> CommitDraft::take_large_file(const CommitLine& line, RepoPath path,
                                      const CommitSpool& content, std::uint64_t size) {
  const bool is_rules = path.name() == attributes_name;
  std::string rules;
  SpoolReader reader(content, line.encoding);
  auto blob = TRY(pack())->add_stream(git::ObjectType::blob, size, [&]() -> Result<Bytes> {
    const auto piece = TRY(reader.read());
    if (is_rules && rules.size() <= longest_rules_file) rules += as_text(piece);
    return piece;
  });
  if (!blob) return at(line, std::move(blob).error());
  if (is_rules) TRY(keep_attributes(line, rules));
  files_.push_back({std::move(path), *blob});
  return {};
}

Result<> CommitDraft::take_small_file(const CommitLine& line, RepoPath path,
                                      std::string_view content) {
  const auto blob = TRY(add_blob(path, content));
  // A pointer written by hand stands for a large file like any other: its bytes must be here.
  if (const auto pointer = git::parse_pointer(content)) {
    if (TRY(held_size(line, pointer->oid)) != pointer->size) {
      return fail_at_line(
          line.number, Code::bad_request,
          fmt::format("The LFS pointer '{}' names another size than its object has.", line.path));
    }
    objects_.push_back({path.text(), *pointer, blob});
  }
  if (path.name() == attributes_name) TRY(keep_attributes(line, content));
  files_.push_back({std::move(path), blob});
  return {};
}

// The size of a large object that this repository holds; to all others it does not exist.
Result<std::uint64_t> CommitDraft::held_size(const CommitLine& line, const Sha256& oid) const {
  const auto found = TRY(hub_.database.read_now([&](db::Connection& connection) {
    return store::ObjectStore::find(connection, repo_.repo().id, oid);
  }));
  if (found) return found->size;
  return fail_at_line(line.number, Code::bad_request,
                      fmt::format("The LFS object {} of '{}' was not uploaded to this repository.",
                                  oid.hex(), line.path));
}

Result<> CommitDraft::take_lfs_file(const CommitLine& line) {
  auto path = TRY(parse_path(line, line.path));
  TRY(remove_old_path(line));
  if (!line.algorithm.empty() && line.algorithm != "sha256") {
    return fail_at_line(line.number, Code::bad_request, "'algo' must be sha256.");
  }
  const auto oid = Sha256::from_hex(line.oid);
  if (!oid) {
    return fail_at_line(line.number, Code::bad_request,
                        fmt::format("'oid' of '{}' must be 64 hexadecimal digits.", line.path));
  }
  const auto size = TRY(held_size(line, *oid));
  if (line.size && *line.size != size) {
    return fail_at_line(
        line.number, Code::bad_request,
        fmt::format("The LFS object of '{}' has {} bytes, not {}.", line.path, size, *line.size));
  }
  const git::LfsPointer pointer{.oid = *oid, .size = size};
  const auto blob = TRY(add_blob(path, git::serialize_pointer(pointer)));
  objects_.push_back({path.text(), pointer, blob});
  files_.push_back({std::move(path), blob});
  return {};
}

Result<> CommitDraft::take_copy(CommitLine& line) {
  auto path = TRY(parse_path(line, line.path));
  if (line.source_path.empty()) {
    return fail_at_line(line.number, Code::bad_request, "'srcPath' is missing.");
  }
  auto source = TRY(parse_path(line, line.source_path)).text();
  std::optional<Sha1> commit;
  if (!line.source_revision.empty()) {
    commit = TRY(resolve_revision(hub_, repo_.repo(), line.source_revision)).commit;
  }
  copies_.push_back({std::move(path), std::move(source), commit});
  return {};
}

Result<Sha1> CommitDraft::add_blob(const RepoPath& path, std::string_view content) {
  const auto id = git::object_id(git::ObjectType::blob, as_bytes(content));
  // Clients send unchanged files again: those need no second copy.
  const auto there = TRY(repository_->find(tip_.tree, path.text()));
  if (there && there->id == id) return id;
  return TRY(pack())->add(git::ObjectType::blob, as_bytes(content));
}

Result<> CommitDraft::keep_attributes(const CommitLine& line, std::string_view content) {
  attributes_bytes_ += content.size();
  if (content.size() > longest_rules_file || attributes_bytes_ > most_attributes_bytes) {
    return fail_at_line(line.number, Code::payload_too_large,
                        fmt::format("'{}' is too large for a rules file.", line.path));
  }
  attributes_.insert_or_assign(line.path, std::string(content));
  return {};
}

Result<git::PackWriter*> CommitDraft::pack() {
  if (!pack_)
    pack_.emplace(TRY(git::PackWriter::create(hub_.repositories.staging(repo_.repo().id))));
  return &*pack_;
}

Result<git::PackWriter> CommitDraft::take_pack() {
  TRY(pack());
  auto taken = std::move(*pack_);
  pack_.reset();
  return taken;
}

}  // namespace kohaku::hub
