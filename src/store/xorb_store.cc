#include "store/xorb_store.h"

#include <algorithm>
#include <string>
#include <utility>

#include "os/log.h"
#include "xet/chunk_table.h"
#include "xet/global_chunk.h"

namespace kohaku::store {
namespace {

constexpr std::size_t most_footprint = std::size_t{12} << 20U;
constexpr std::size_t piece_bytes = std::size_t{1} << 20U;

struct Sizes {
  std::uint64_t packed = 0;
  std::uint64_t content = 0;
};

Sizes sizes_of(const std::vector<xet::StoredChunk>& chunks) {
  Sizes sizes;
  for (const auto& chunk : chunks) {
    sizes.packed += chunk.packed_bytes;
    sizes.content += chunk.size;
  }
  return sizes;
}

Result<> index_chunks(db::Connection& connection, const xet::Hash& hash,
                      const std::vector<xet::StoredChunk>& chunks) {
  for (const auto& chunk : chunks) {
    if (xet::is_asked_for(chunk.hash)) TRY(XorbStore::index_chunk(connection, chunk.hash, hash));
  }
  return {};
}

}  // namespace

// A file that has its final name and no row yet.
struct XorbStore::Placed {
  std::string physical_name;
  std::uint64_t size = 0;
  std::string lost;  // the name of an earlier copy whose file is missing
};

// The row, unless there is one.
Result<> XorbStore::write_stored(db::Connection& connection, const xet::Hash& hash,
                                 const std::vector<xet::StoredChunk>& chunks,
                                 const std::string& table, const Placed& file, Micros now) {
  const auto sizes = sizes_of(chunks);
  TRY(connection
          .sql("INSERT INTO xorb (hash, form, physical_name, file_size, packed_size, size,"
               " created_at, chunks) VALUES (?1, 'stored', ?2, ?3, ?4, ?5, ?6, ?7)"
               " ON CONFLICT (hash) DO NOTHING")
          .bind(hash, file.physical_name, file.size, sizes.packed, sizes.content, now,
                as_bytes(table))
          .run());
  if (!file.lost.empty()) {
    // Another client may have compressed the same chunks in another way.
    TRY(connection
            .sql("UPDATE xorb SET physical_name = ?1, file_size = ?2, packed_size = ?3, chunks = ?4"
                 " WHERE hash = ?5 AND physical_name = ?6")
            .bind(file.physical_name, file.size, sizes.packed, as_bytes(table), hash, file.lost)
            .run());
  }
  return index_chunks(connection, hash, chunks);
}

namespace {

// The physical name of a stored xorb; empty for a view and for what is missing.
Result<std::string> published_name(db::Connection& connection, const xet::Hash& hash) {
  auto row = TRY(connection.sql("SELECT physical_name FROM xorb WHERE hash = ?1")
                     .bind(hash)
                     .first<std::optional<std::string>>());
  return row ? std::get<0>(*row).value_or("") : std::string();
}

Result<std::shared_ptr<const Xorb>> load(db::Connection& connection, const xet::Hash& hash) {
  auto row = TRY(connection
                     .sql("SELECT x.chunks, x.file_size, x.physical_name, x.view_offset,"
                          " o.physical_name, o.size FROM xorb AS x"
                          " LEFT JOIN large_object AS o ON o.sha256 = x.view_sha256"
                          " WHERE x.hash = ?1")
                     .bind(hash)
                     .first<std::string, std::optional<std::uint64_t>, std::optional<std::string>,
                            std::optional<std::uint64_t>, std::optional<std::string>,
                            std::optional<std::uint64_t>>());
  if (!row) return nullptr;
  auto& [table, stored_size, stored_name, offset, object_name, object_size] = *row;
  auto chunks = TRY(xet::unpack_chunk_table(as_bytes(table)));
  Xorb::Place place;
  place.is_view = !stored_name;
  place.physical_name = place.is_view ? object_name.value_or("") : std::move(*stored_name);
  place.file_size = (place.is_view ? object_size : stored_size).value_or(0);
  place.offset = offset.value_or(0);
  return std::make_shared<const Xorb>(hash, std::move(place), std::move(chunks));
}

// The serialized form of a view, from any position.
class ViewWriter {
 public:
  ViewWriter(std::shared_ptr<const Xorb> xorb, std::shared_ptr<OpenObject> file,
             std::uint64_t offset, std::uint64_t length)
      : xorb_(std::move(xorb)), file_(std::move(file)), at_(offset), end_(offset + length) {}

  // The next piece; empty at the end. Blocks on the disk.
  Result<Bytes> next() {
    piece_.clear();
    const auto until = std::min<std::uint64_t>(end_, at_ + piece_bytes);
    while (at_ < until) {
      const auto index = xorb_->chunk_at_packed(at_);
      const auto begin = xorb_->packed_offset(index);
      const auto& chunk = xorb_->chunks()[index];
      const auto stop = std::min<std::uint64_t>(until, begin + chunk.packed_bytes);
      TRY(append(index, at_ - begin, stop - begin));
      at_ = stop;
    }
    return as_bytes(piece_);
  }

 private:
  // Bytes [from, to) of one chunk's serialized form: its header, then its content.
  Result<> append(std::uint32_t index, std::uint64_t from, std::uint64_t to) {
    const auto size = xorb_->chunks()[index].size;
    if (from < xet::chunk_header_bytes) {
      std::string header;
      xet::append_chunk_header(header, size, xet::Compression::none, size);
      const auto part = std::min<std::uint64_t>(to, header.size()) - from;
      piece_.append(header, from, part);
      from += part;
    }
    if (from >= to) return {};
    const auto before = piece_.size();
    piece_.resize(before + (to - from));
    const auto position =
        xorb_->place().offset + xorb_->offset(index) + from - xet::chunk_header_bytes;
    return read_checked(*file_, position,
                        std::as_writable_bytes(std::span(piece_).subspan(before)));
  }

  std::shared_ptr<const Xorb> xorb_;
  std::shared_ptr<OpenObject> file_;
  std::uint64_t at_;
  std::uint64_t end_;
  std::string piece_;
};

Task<Result<>> send_view(os::Pool& pool, std::shared_ptr<ViewWriter> view,
                         http::BodyWriter& writer) {
  while (true) {
    const auto piece = CO_TRY(co_await pool.run([&] { return view->next(); }));
    if (piece.empty()) co_return Result<>{};
    CO_TRY(co_await writer.write(piece));
  }
}

}  // namespace

XorbStore::XorbStore(const ObjectFiles& files, db::Database& database, const os::Clock& clock,
                     os::Pool& pool, OpenObjects& open_objects)
    : files_(files), database_(database), clock_(clock), pool_(pool), open_objects_(open_objects) {}

Result<Staging> XorbStore::stage() { return Staging::create_for_xorb(files_.staging()); }

Task<Result<>> XorbStore::publish(Staging staging, xet::Hash hash,
                                  std::vector<xet::StoredChunk> chunks, Also also) {
  const auto table = xet::pack_chunk_table(chunks);
  const auto placed = CO_TRY(co_await pool_.run([&] { return place(staging, hash); }));
  const auto now = clock_.now();
  auto written = co_await database_.write([&](db::Connection& connection) -> Result<> {
    TRY(write_stored(connection, hash, chunks, table, placed, now));
    return also(connection);
  });
  co_await pool_.run([&] { end_publication(hash, placed); });
  co_return written;
}

Result<> XorbStore::publish_now(Staging staging, const xet::Hash& hash,
                                const std::vector<xet::StoredChunk>& chunks, const Also& also) {
  const auto table = xet::pack_chunk_table(chunks);
  const auto placed = TRY(place(staging, hash));
  const auto now = clock_.now();
  auto written = database_.write_now([&](db::Connection& connection) -> Result<> {
    TRY(write_stored(connection, hash, chunks, table, placed, now));
    return also(connection);
  });
  end_publication(hash, placed);
  return written;
}

Result<> XorbStore::write_view(db::Connection& connection, const xet::Hash& hash,
                               const std::vector<xet::StoredChunk>& chunks, const Sha256& object,
                               std::uint64_t offset, Micros now) {
  const auto sizes = sizes_of(chunks);
  TRY(connection
          .sql("INSERT INTO xorb (hash, form, view_sha256, view_offset, packed_size, size,"
               " created_at, chunks) VALUES (?1, 'view', ?2, ?3, ?4, ?5, ?6, ?7)"
               " ON CONFLICT (hash) DO NOTHING")
          .bind(hash, object, offset, sizes.packed, sizes.content, now,
                as_bytes(xet::pack_chunk_table(chunks)))
          .run());
  return index_chunks(connection, hash, chunks);
}

Result<> XorbStore::index_chunk(db::Connection& connection, const xet::Hash& chunk,
                                const xet::Hash& xorb) {
  TRY(connection
          .sql("INSERT INTO xet_chunk (chunk_hash, xorb_hash) VALUES (?1, ?2)"
               " ON CONFLICT (chunk_hash, xorb_hash) DO NOTHING")
          .bind(chunk, xorb)
          .run());
  return {};
}

Result<std::shared_ptr<const Xorb>> XorbStore::find(const xet::Hash& hash) {
  std::uint64_t forgotten = 0;
  {
    const std::lock_guard lock(mutex_);
    forgotten = forgotten_;
    if (const auto found = by_hash_.find(hash); found != by_hash_.end()) {
      recent_.splice(recent_.begin(), recent_, found->second);
      return *found->second;
    }
  }
  auto xorb = TRY(database_.read_now([&](db::Connection& c) { return load(c, hash); }));
  return xorb ? keep(std::move(xorb), forgotten) : nullptr;
}

Result<std::shared_ptr<const Xorb>> XorbStore::get(const xet::Hash& hash) {
  auto xorb = TRY(find(hash));
  if (!xorb) return fail_internal("xorb " + xet::to_text(hash) + " is missing");
  return xorb;
}

void XorbStore::forget(const xet::Hash& hash) {
  const std::lock_guard lock(mutex_);
  ++forgotten_;
  const auto found = by_hash_.find(hash);
  if (found == by_hash_.end()) return;
  footprint_ -= (*found->second)->footprint();
  recent_.erase(found->second);
  by_hash_.erase(found);
}

void XorbStore::forget_all() {
  const std::lock_guard lock(mutex_);
  ++forgotten_;
  recent_.clear();
  by_hash_.clear();
  footprint_ = 0;
}

std::shared_ptr<const Xorb> XorbStore::keep(std::shared_ptr<const Xorb> xorb,
                                            std::uint64_t forgotten) {
  const std::lock_guard lock(mutex_);
  if (forgotten != forgotten_) return xorb;
  const auto [found, is_new] = by_hash_.try_emplace(xorb->hash(), recent_.end());
  if (!is_new) return *found->second;  // another thread was quicker
  recent_.push_front(xorb);
  found->second = recent_.begin();
  footprint_ += xorb->footprint();
  while (footprint_ > most_footprint && recent_.size() > 1) {
    footprint_ -= recent_.back()->footprint();
    by_hash_.erase(recent_.back()->hash());
    recent_.pop_back();
  }
  return xorb;
}

Result<http::Body> XorbStore::read_packed(std::shared_ptr<const Xorb> xorb, std::uint64_t offset,
                                          std::uint64_t length) {
  const auto& place = xorb->place();
  auto file = TRY(open_objects_.get(place.physical_name, place.file_size));
  if (!place.is_view) return file_body(std::move(file), offset, length);
  const auto view = std::make_shared<ViewWriter>(std::move(xorb), std::move(file), offset, length);
  return http::StreamBody{length, [&pool = pool_, view](http::BodyWriter& writer) {
                            return send_view(pool, view, writer);
                          }};
}

Result<std::string> XorbStore::lost_copy(const xet::Hash& hash) {
  auto name = TRY(database_.read_now([&](db::Connection& c) { return published_name(c, hash); }));
  if (name.empty() || os::exists(files_.object(name))) return std::string();
  os::log_error("A xorb has a row and no file; this upload replaces it",
                {{"name", std::string_view(name)}});
  return name;
}

Result<XorbStore::Placed> XorbStore::place(Staging& staging, const xet::Hash& hash) {
  Placed placed{new_physical_name(hash.hex()), staging.size(), TRY(lost_copy(hash))};
  TRY(staging.place(files_, placed.physical_name));
  return placed;
}

void XorbStore::end_publication(const xet::Hash& hash, const Placed& placed) {
  if (!placed.lost.empty()) forget(hash);
  remove_unless_named(hash, placed.physical_name);
}

void XorbStore::remove_unless_named(const xet::Hash& hash, const std::string& physical_name) {
  const auto named = database_.read_now([&](db::Connection& c) { return published_name(c, hash); });
  if (named && *named != physical_name) files_.remove_unneeded(physical_name);
}

}  // namespace kohaku::store
