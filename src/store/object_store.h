// Large objects, by the SHA-256 of their bytes (house plan, *Where data lives*; decisions 15–17, 34),
// in one of two forms: whole (a file) or xet (terms over xorbs). Readers need not know which.
// Nothing is published before it is verified: staging → verify → fsync → rename → fsync(directory)
// → database row → answer. No function gives content for a bare hash: all name the repository that
// must hold a link to the object.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "db/database.h"
#include "http/message.h"
#include "os/clock.h"
#include "os/files.h"
#include "os/pool.h"
#include "store/object_files.h"
#include "store/parted_uploads.h"
#include "store/reassembly.h"
#include "store/scrub.h"
#include "store/staging.h"
#include "store/xorb_store.h"
#include "xet/hash.h"

namespace kohaku::store {

// A published object, as a repository that may read it sees it.
struct LargeObject {
  Sha256 sha256;
  std::uint64_t size = 0;
  std::string physical_name;          // whole form; empty in xet form, where terms say it all
  std::optional<xet::Hash> xet_hash;  // the Xet file hash: then it can be read by reconstruction
};

class ObjectStore {
 public:
  // `root` holds objects/ and staging/, made when missing.
  static Result<std::unique_ptr<ObjectStore>> open(os::Path root, db::Database& database,
                                                   const os::Clock& clock, os::Pool& pool);
  ~ObjectStore();

  Result<Staging> stage();
  // Publishes verified bytes and links them to the repository until `keep_until` (a commit that
  // names the object keeps it longer). An object already published keeps its first copy.
  // `also` runs in the same transaction, before the rows are written, perhaps more than once: its
  // failure publishes nothing. repo_not_found when the repository is gone.
  using Also = std::function<Result<>(db::Connection&)>;
  Task<Result<>> publish(Staging staging, RepoId repo, Micros keep_until, Also also = {});

  // Uploads in parts; what one of them seals is published like any other.
  PartedUploads& parted_uploads();
  // Damaged blocks that readers met since the start, each time one did.
  std::uint64_t damaged_blocks() const;
  // What lies where, for the collector and the scrub.
  const ObjectFiles& files() const;

  // The object, if this repository has a link to it.
  static Result<std::optional<LargeObject>> find(db::Connection& connection, RepoId repo,
                                                 const Sha256& sha256);
  // Links an object that `from` holds to `to`. False when `from` does not hold it.
  static Result<bool> link_from(db::Connection& connection, RepoId from, RepoId to,
                                const Sha256& sha256, Micros keep_until, Micros now);
  // Prolongs a link to at least `keep_until`, as a commit that names the object does; the collector
  // then counts its grace anew. False when there is none.
  static Result<bool> renew(db::Connection& connection, RepoId repo, const Sha256& sha256,
                            Micros keep_until);

  // The bytes from `offset`, `length` of them, whatever the object's form, checked block by block
  // (CRC32C) before they are sent for the first time since their file was opened; damage breaks the
  // answer off and is logged. range_not_satisfiable beyond the end.
  Result<http::Body> read(const LargeObject& object, std::uint64_t offset, std::uint64_t length);
  // The same as text, for small parts. Blocks on the disk.
  Result<std::string> read_text(const LargeObject& object, std::uint64_t offset,
                                std::uint64_t length);

  // Publishes an object in xet form, or gives an object that is there its link: `terms` and its size
  // were verified against the hashes. Inside a transaction in which every xorb named exists.
  struct XetObject {
    Sha256 sha256;
    std::uint64_t size = 0;
    xet::Hash xet_hash;
  };
  static Result<> write_xet(db::Connection& connection, const XetObject& object,
                            const Reassembly::NextTerm& terms, RepoId repo, Micros keep_until,
                            Micros now);

  XorbStore& xorbs();

  // One sentence for each object and each xorb whose file is missing or has another length, or whose
  // rows do not fit together; with `full`, also for each whose bytes are damaged. Blocks for as long
  // as it takes.
  Result<ScrubReport> check(bool full, const ScrubProgress& progress = [](const ScrubReport&) {});
  // Removes what uploads that broke off long ago left in the staging area.
  Result<> sweep_staging();
  // Removes the files of a physical name that no row names any more; who reads them reads on.
  Result<> remove_orphan(const std::string& physical_name);

 private:
  struct State;
  explicit ObjectStore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kohaku::store
