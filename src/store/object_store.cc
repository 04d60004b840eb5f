#include "store/object_store.h"

#include <utility>

#include "os/log.h"
#include "store/object_terms.h"
#include "store/open_objects.h"
#include "store/scrub.h"
#include "store/staging_state.h"
#include "store/stale_staging.h"
#include "store/xet_scrub.h"

namespace kohaku::store {
namespace {

constexpr std::size_t most_open_objects = 512;
constexpr std::size_t most_scrubbed_at_once = 16;

// The row that names the copy now: ours, unless another copy of the same bytes was first and is
// still there. `lost` is the name of a copy whose file is missing.
Result<> write_object(db::Connection& connection, const Sha256& sha256, std::uint64_t size,
                      const std::string& physical_name, const std::string& lost, Micros now) {
  TRY(connection
          .sql("INSERT INTO large_object (sha256, size, form, physical_name, created_at)"
               " VALUES (?1, ?2, 'whole', ?3, ?4) ON CONFLICT (sha256) DO NOTHING")
          .bind(sha256, size, physical_name, now)
          .run());
  if (lost.empty()) return {};
  TRY(connection
          .sql(
              "UPDATE large_object SET physical_name = ?1 WHERE sha256 = ?2 AND physical_name = ?3")
          .bind(physical_name, sha256, lost)
          .run());
  return {};
}

Result<> write_link(db::Connection& connection, RepoId repo, const Sha256& sha256,
                    Micros keep_until, Micros now) {
  TRY(connection
          .sql("INSERT INTO object_link (repo_id, sha256, keep_until, created_at)"
               " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (repo_id, sha256) DO UPDATE SET"
               " keep_until = CASE WHEN excluded.keep_until > object_link.keep_until"
               " THEN excluded.keep_until ELSE object_link.keep_until END,"
               " unreachable_since = NULL")
          .bind(repo, sha256, keep_until, now)
          .run());
  return {};
}

Result<> require_repository(db::Connection& connection, RepoId repo) {
  const auto row =
      TRY(connection.sql("SELECT id FROM repository WHERE id = ?1").bind(repo).first<RepoId>());
  if (!row) return fail(Code::repo_not_found, "Repository not found");
  return {};
}

// The physical name under which the bytes are published; empty when they are not.
Result<std::string> published_name(db::Connection& connection, const Sha256& sha256) {
  auto row = TRY(connection.sql("SELECT physical_name FROM large_object WHERE sha256 = ?1")
                     .bind(sha256)
                     .first<std::optional<std::string>>());
  return row ? std::get<0>(*row).value_or("") : std::string();
}

}  // namespace

struct ObjectStore::State {
  State(const ObjectFiles& files_, db::Database& database_, const os::Clock& clock_,
        os::Pool& pool_)
      : files(files_),
        database(database_),
        clock(clock_),
        pool(pool_),
        open_objects(files_, most_open_objects),
        xorbs(files_, database_, clock_, pool_, open_objects),
        parted_uploads(files_.staging()) {}

  ObjectFiles files;
  db::Database& database;
  const os::Clock& clock;
  os::Pool& pool;
  OpenObjects open_objects;
  XorbStore xorbs;
  PartedUploads parted_uploads;

  // The name of a copy that the database knows and the disk has lost; empty when all is well.
  Result<std::string> lost_copy(const Sha256& sha256) {
    auto name =
        TRY(database.read_now([&](db::Connection& c) { return published_name(c, sha256); }));
    if (name.empty() || os::exists(files.object(name))) return std::string();
    os::log_error("A large object has a row and no file; this upload replaces it",
                  {{"name", std::string_view(name)}});
    return name;
  }

  Result<std::shared_ptr<Reassembly>> reassemble(const LargeObject& object, std::uint64_t offset,
                                                 std::uint64_t length) {
    const auto terms = std::make_shared<TermReader>(database, object.sha256);
    const auto skip = TRY(terms->seek(offset));
    return std::make_shared<Reassembly>(
        xorbs, [terms] { return terms->next(); }, skip, length, Checking::by_checksum,
        [this, terms](xet::Term& term) { return terms->open(xorbs, term); });
  }

  // After the transaction: our copy goes unless the row names it. Left to the sweep when the
  // database cannot say.
  void remove_unless_named(const Sha256& sha256, const std::string& physical_name) {
    auto named = database.read_now([&](db::Connection& c) { return published_name(c, sha256); });
    if (named && *named != physical_name) files.remove_unneeded(physical_name);
  }
};

ObjectStore::ObjectStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
ObjectStore::~ObjectStore() = default;

Result<std::unique_ptr<ObjectStore>> ObjectStore::open(os::Path root, db::Database& database,
                                                       const os::Clock& clock, os::Pool& pool) {
  const ObjectFiles files(std::move(root));
  TRY(os::make_directories(files.objects()));
  TRY(os::make_directories(files.staging()));
  TRY(remove_stale_staging(files.staging(), clock.now()));
  return std::unique_ptr<ObjectStore>(
      new ObjectStore(std::make_unique<State>(files, database, clock, pool)));
}

Result<Staging> ObjectStore::stage() { return Staging::create(state_->files.staging()); }

XorbStore& ObjectStore::xorbs() { return state_->xorbs; }

PartedUploads& ObjectStore::parted_uploads() { return state_->parted_uploads; }

const ObjectFiles& ObjectStore::files() const { return state_->files; }

std::uint64_t ObjectStore::damaged_blocks() const { return state_->open_objects.damaged_blocks(); }

Task<Result<>> ObjectStore::publish(Staging staging, RepoId repo, Micros keep_until, Also also) {
  auto& state = *state_;
  auto& staged = *staging.state_;
  if (!staged.verified) co_return fail_internal("a large object was to be published unverified");
  const auto sha256 = *staged.verified;
  const auto size = staged.digest.size();
  const auto physical_name = new_physical_name(sha256.hex());
  const auto lost = CO_TRY(co_await state.pool.run([&]() -> Result<std::string> {
    auto missing = TRY(state.lost_copy(sha256));
    TRY(staging.place(state.files, physical_name));
    return missing;
  }));
  const auto now = state.clock.now();
  auto written = co_await state.database.write([&](db::Connection& connection) -> Result<> {
    TRY(require_repository(connection, repo));
    if (also) TRY(also(connection));
    TRY(write_object(connection, sha256, size, physical_name, lost, now));
    return write_link(connection, repo, sha256, keep_until, now);
  });
  if (!lost.empty()) state.xorbs.forget_all();
  co_await state.pool.run([&] { state.remove_unless_named(sha256, physical_name); });
  co_return written;
}

Result<std::optional<LargeObject>> ObjectStore::find(db::Connection& connection, RepoId repo,
                                                     const Sha256& sha256) {
  auto row = TRY(connection
                     .sql("SELECT o.size, o.physical_name, o.xet_hash FROM object_link AS l"
                          " JOIN large_object AS o ON o.sha256 = l.sha256"
                          " WHERE l.repo_id = ?1 AND l.sha256 = ?2")
                     .bind(repo, sha256)
                     .first<std::uint64_t, std::optional<std::string>, std::optional<xet::Hash>>());
  if (!row) return std::nullopt;
  auto& [size, physical_name, xet_hash] = *row;
  return LargeObject{sha256, size, std::move(physical_name).value_or(""), xet_hash};
}

Result<bool> ObjectStore::link_from(db::Connection& connection, RepoId from, RepoId to,
                                    const Sha256& sha256, Micros keep_until, Micros now) {
  if (!TRY(find(connection, from, sha256))) return false;
  TRY(write_link(connection, to, sha256, keep_until, now));
  return true;
}

Result<bool> ObjectStore::renew(db::Connection& connection, RepoId repo, const Sha256& sha256,
                                Micros keep_until) {
  const auto changed = TRY(connection
                               .sql("UPDATE object_link SET unreachable_since = NULL, keep_until ="
                                    " CASE WHEN ?1 > keep_until THEN ?1 ELSE keep_until END"
                                    " WHERE repo_id = ?2 AND sha256 = ?3")
                               .bind(keep_until, repo, sha256)
                               .run());
  return changed > 0;
}

Result<> ObjectStore::write_xet(db::Connection& connection, const XetObject& object,
                                const Reassembly::NextTerm& terms, RepoId repo, Micros keep_until,
                                Micros now) {
  TRY(require_repository(connection, repo));
  const auto is_new =
      TRY(connection
              .sql("INSERT INTO large_object (sha256, size, form, xet_hash, created_at)"
                   " VALUES (?1, ?2, 'xet', ?3, ?4) ON CONFLICT (sha256) DO NOTHING")
              .bind(object.sha256, object.size, object.xet_hash, now)
              .run());
  if (is_new > 0) {
    TermWriter writer(connection, object.sha256);
    while (const auto term = TRY(terms())) TRY(writer.add(*term));
    TRY(writer.finish());
  }
  return write_link(connection, repo, object.sha256, keep_until, now);
}

namespace {

Result<> check_range(const LargeObject& object, std::uint64_t offset, std::uint64_t length) {
  if (offset <= object.size && length <= object.size - offset) return {};
  return fail(Code::range_not_satisfiable, "The range lies beyond the end of the file.");
}

}  // namespace

Result<http::Body> ObjectStore::read(const LargeObject& object, std::uint64_t offset,
                                     std::uint64_t length) {
  TRY(check_range(object, offset, length));
  if (!object.physical_name.empty()) {
    return file_body(TRY(state_->open_objects.get(object.physical_name, object.size)), offset,
                     length);
  }
  if (length == 0) return std::string();
  auto reassembly = TRY(state_->reassemble(object, offset, length));
  return http::StreamBody{length, [&pool = state_->pool, reassembly](http::BodyWriter& writer) {
                            return send(pool, reassembly, writer);
                          }};
}

Result<std::string> ObjectStore::read_text(const LargeObject& object, std::uint64_t offset,
                                           std::uint64_t length) {
  TRY(check_range(object, offset, length));
  std::string text;
  if (length == 0) return text;
  if (!object.physical_name.empty()) {
    const auto file = TRY(state_->open_objects.get(object.physical_name, object.size));
    text.resize(length);
    TRY(read_checked(*file, offset, std::as_writable_bytes(std::span(text))));
    return text;
  }
  const auto reassembly = TRY(state_->reassemble(object, offset, length));
  while (text.size() < length) text += as_text(TRY(reassembly->read()));
  return text;
}

Result<ScrubReport> ObjectStore::check(bool full, const ScrubProgress& progress) {
  auto& state = *state_;
  ScrubReport report;
  TRY(scrub(state.database, state.files, full, progress, report));
  OpenObjects fresh(state.files, most_scrubbed_at_once);
  XorbStore xorbs(state.files, state.database, state.clock, state.pool, fresh);
  TRY(scrub_xet(state.database, state.files, xorbs, full, progress, report));
  return report;
}

Result<> ObjectStore::sweep_staging() {
  return remove_stale_staging(state_->files.staging(), state_->clock.now());
}

Result<> ObjectStore::remove_orphan(const std::string& physical_name) {
  if (TRY(is_named(state_->database, physical_name))) return {};
  state_->open_objects.forget(physical_name);
  return state_->files.remove(physical_name);
}

}  // namespace kohaku::store
