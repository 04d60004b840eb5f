// Xorbs, by the Merkle hash of their chunks (decisions 17 and 32): taken in like large objects, read
// whole, by chunks, or in their serialized form.
//
// Who may name or read a xorb is decided in `hub`, for every call that brings a hash from outside.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "db/database.h"
#include "http/message.h"
#include "os/clock.h"
#include "os/pool.h"
#include "store/object_files.h"
#include "store/open_objects.h"
#include "store/staging.h"
#include "store/xorb.h"
#include "xet/hash.h"
#include "xet/xorb.h"

namespace kohaku::store {

// Any number of threads.
class XorbStore {
 public:
  XorbStore(const ObjectFiles& files, db::Database& database, const os::Clock& clock,
            os::Pool& pool, OpenObjects& open_objects);

  Result<Staging> stage();
  // Publishes the serialized chunks that were sealed. A xorb already published keeps its first copy.
  // `also` runs in the same transaction, after the row is written, perhaps more than once: its
  // failure publishes nothing.
  using Also = std::function<Result<>(db::Connection&)>;
  Task<Result<>> publish(Staging staging, xet::Hash hash, std::vector<xet::StoredChunk> chunks,
                         Also also);
  // The same for who may block.
  Result<> publish_now(Staging staging, const xet::Hash& hash,
                       const std::vector<xet::StoredChunk>& chunks, const Also& also);
  // Writes the row of a xorb whose chunks are the bytes of a whole object from `offset` on. Nothing
  // changes when the xorb is there in either form.
  static Result<> write_view(db::Connection& connection, const xet::Hash& hash,
                             const std::vector<xet::StoredChunk>& chunks, const Sha256& object,
                             std::uint64_t offset, Micros now);

  // Makes a chunk known to the global query; those that every client asks for are already.
  static Result<> index_chunk(db::Connection& connection, const xet::Hash& chunk,
                              const xet::Hash& xorb);

  // Nothing when there is no such xorb.
  Result<std::shared_ptr<const Xorb>> find(const xet::Hash& hash);
  // What a row or a term names: internal when it is missing.
  Result<std::shared_ptr<const Xorb>> get(const xet::Hash& hash);
  // After its row went, or its bytes moved: later calls read the row anew.
  void forget(const xet::Hash& hash);
  // After a large object's bytes moved, of which any view may have been kept.
  void forget_all();

  // `length` bytes of the serialized chunks from `offset` on.
  Result<http::Body> read_packed(std::shared_ptr<const Xorb> xorb, std::uint64_t offset,
                                 std::uint64_t length);

  OpenObjects& open_objects() { return open_objects_; }

 private:
  struct Placed;
  static Result<> write_stored(db::Connection& connection, const xet::Hash& hash,
                               const std::vector<xet::StoredChunk>& chunks,
                               const std::string& table, const Placed& file, Micros now);
  Result<Placed> place(Staging& staging, const xet::Hash& hash);
  void end_publication(const xet::Hash& hash, const Placed& placed);
  Result<std::string> lost_copy(const xet::Hash& hash);
  void remove_unless_named(const xet::Hash& hash, const std::string& physical_name);
  std::shared_ptr<const Xorb> keep(std::shared_ptr<const Xorb> xorb, std::uint64_t forgotten);

  ObjectFiles files_;
  db::Database& database_;
  const os::Clock& clock_;
  os::Pool& pool_;
  OpenObjects& open_objects_;

  // Chunk tables that were used lately, bounded by what they cost.
  std::mutex mutex_;
  std::list<std::shared_ptr<const Xorb>> recent_;  // the last used in front
  std::unordered_map<xet::Hash, std::list<std::shared_ptr<const Xorb>>::iterator> by_hash_;
  std::size_t footprint_ = 0;
  // Grows with each forget(), so that a row read before it is not kept after it.
  std::uint64_t forgotten_ = 0;
};

}  // namespace kohaku::store
