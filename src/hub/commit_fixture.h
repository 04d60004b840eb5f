// What the tests of writing share: a repository made as clients make it, commits by NDJSON, and git
// itself as the judge of what they leave behind.
#pragma once

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <sstream>

#include "base/encoding.h"
#include "git/refs.h"
#include "hub/commit.h"
#include "hub/reading_fixture.h"
#include "hub/repositories.h"
#include "hub/revisions.h"
#include "os/process.h"
#include "store/store_fixture.h"

namespace kohaku::hub {

using store::run_task;

// A body that comes in pieces.
class TextBody final : public http::BodyReader {
 public:
  // Without a declared length it is one that is sent in chunks.
  explicit TextBody(std::string text, std::size_t piece = 1000, bool declared = true)
      : text_(std::move(text)), piece_(piece), declared_(declared) {}
  Task<Result<Bytes>> read() override {
    const auto part = std::string_view(text_).substr(position_, piece_);
    position_ += part.size();
    co_return as_bytes(part);
  }
  std::optional<std::uint64_t> declared_length() const override {
    return declared_ ? std::optional<std::uint64_t>(text_.size()) : std::nullopt;
  }
  void set_limit(std::uint64_t) override {}

 private:
  std::string text_;
  std::size_t piece_;
  bool declared_;
  std::size_t position_ = 0;
};

inline std::string line(std::string_view key, boost::json::value value) {
  return boost::json::serialize(
             boost::json::value{{"key", std::string(key)}, {"value", std::move(value)}}) +
         "\n";
}
inline std::string header_line(const std::string& summary, const std::string& parent = "") {
  boost::json::object value{{"summary", summary}, {"description", ""}};
  if (!parent.empty()) value["parentCommit"] = parent;
  return line("header", std::move(value));
}
inline std::string file_line(const std::string& path, const std::string& content) {
  return line(
      "file",
      {{"content", base64_encode(as_bytes(content))}, {"path", path}, {"encoding", "base64"}});
}
inline std::string delete_line(const std::string& path) {
  return line("deletedFile", {{"path", path}});
}
inline std::string lfs_line(const std::string& path, const Sha256& oid) {
  return line("lfsFile", {{"path", path}, {"algo", "sha256"}, {"oid", oid.hex()}});
}

class CommitTest : public ReadingTest {
 protected:
  CommitTest() : ada_(add_account("ada")) { repo_ = create("bird"); }

  Repo create(const std::string& name, std::vector<InitialFile> files = {}) {
    NewRepo wanted{.type = RepoType::model,
                   .name = name,
                   .private_ = false,
                   .sdk = {},
                   .files = std::move(files)};
    const auto owner = value_of(Access(hub()).namespace_writer(writer(ada_), ada_.name));
    return value_of(run_task(create_repository(hub(), owner, std::move(wanted))));
  }

  static Caller writer(const User& user) {
    auto result = caller(user);
    result.may_write = true;
    return result;
  }
  WritableRepo writable(const Repo& repo) {
    return value_of(Access(hub()).writable(writer(ada_), repo.type, {repo.owner, repo.name}));
  }
  WritableRepo writable() { return writable(repo_); }

  Result<Sha1> try_commit(const std::string& body, const std::string& branch = "main",
                          std::size_t piece = 1000, bool declared = true) {
    TextBody reader(body, piece, declared);
    return run_task(hub::commit(hub(), writable(), branch, reader));
  }
  Sha1 must_commit(const std::string& body, const std::string& branch = "main") {
    return value_of(try_commit(body, branch));
  }

  Sha256 upload(const std::string& bytes) {
    const auto oid = sha256(bytes);
    auto staging = value_of(hub().objects.stage());
    value_of(staging.write(as_bytes(bytes)));
    value_of(staging.verify(oid, bytes.size()));
    value_of(run_task(
        hub().objects.publish(std::move(staging), repo_.id, hub().clock.now().plus_seconds(60))));
    return oid;
  }

  std::string git(std::vector<std::string> arguments) {
    project();
    arguments.insert(arguments.begin(), "git");
    const auto ran = value_of(os::run_process({.arguments = std::move(arguments),
                                               .environment = {"HOME=/nonexistent"},
                                               .directory = directory(repo_)}));
    return ran.exit_status == 0
               ? ran.output
               : "exit " + std::to_string(ran.exit_status) + ": " + ran.output + ran.errors;
  }
  void project() {
    std::vector<git::Ref> refs;
    for (auto& row : read([&](db::Connection& c) { return list_refs(c, repo_.id); })) {
      git::Ref ref{.name = row.name, .target = row.target, .peeled = {}};
      if (row.target != row.commit) ref.peeled = row.commit;
      refs.push_back(std::move(ref));
    }
    value_of(git::project_refs(directory(repo_), std::move(refs), "main"));
  }
  // What git says of every object; empty when all is well.
  std::string fsck() {
    return git({"fsck", "--full", "--strict", "--no-dangling", "--no-progress"});
  }
  std::string show(const std::string& path, const std::string& branch = "main") {
    return git({"show", branch + ":" + path});
  }
  std::vector<std::string> files(const std::string& branch = "main") {
    std::istringstream lines(git({"ls-tree", "-r", "--name-only", branch}));
    std::vector<std::string> names;
    for (std::string name; std::getline(lines, name);) names.push_back(name);
    return names;
  }
  std::int64_t count(const std::string& sql) {
    return read([&](db::Connection& c) -> Result<std::int64_t> {
      return std::get<0>(*TRY(c.sql(sql).bind(repo_.id).first<std::int64_t>()));
    });
  }
  std::optional<Sha1> last_change(const std::string& folder, const std::string& name) {
    const auto row = read([&](db::Connection& c) {
      return c
          .sql("SELECT commit_id FROM path_change WHERE repo_id = ?1 AND folder = ?2 AND name = ?3")
          .bind(repo_.id, folder, name)
          .first<Sha1>();
    });
    return row ? std::optional(std::get<0>(*row)) : std::nullopt;
  }

  User ada_;
  Repo repo_;
};

}  // namespace kohaku::hub
