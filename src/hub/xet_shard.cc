#include "hub/xet_shard.h"

#include <fmt/format.h>

#include <utility>

#include "hub/lfs_uploads.h"
#include "hub/quota.h"
#include "hub/upload_room.h"
#include "hub/xorb_rights.h"
#include "store/intake.h"

namespace kohaku::hub {
namespace {

// Reassembled between two looks at the clock.
constexpr std::uint64_t step_bytes = std::uint64_t{64} << 20U;
// Chunks looked at between two of these.
constexpr std::uint64_t step_chunks = 100'000;
// Names remembered as allowed, so that a shard of many terms asks for each xorb once.
constexpr std::size_t most_remembered = 100'000;

using File = xet::ShardReader::File;

std::unexpected<Error> broken_promise(const File& file, std::string_view what) {
  return fail(Code::unprocessable, fmt::format("The file {} of the shard does not hold: {}.",
                                               xet::to_text(file.hash), what));
}

std::unexpected<Error> unknown_xorb(const xet::Hash& xorb) {
  return fail(Code::not_found,
              fmt::format("The shard names the xorb {}, which you did not upload here. Try again: "
                          "the next upload sends everything that is needed.",
                          xet::to_text(xorb)));
}

// Gives the terms of a file of a shard, from the first.
store::Reassembly::NextTerm terms_of(const File& file) {
  return [file, next = std::uint32_t{0}]() mutable -> Result<std::optional<xet::Term>> {
    if (next == file.terms) return std::nullopt;
    return file.term(next++);
  };
}

Result<std::uint64_t> check_sizes(xet::ShardReader files) {
  std::uint64_t total = 0;
  while (const auto file = files.next_file()) {
    const auto size = file->size();
    if (size > most_object_bytes) {
      return fail(Code::payload_too_large,
                  fmt::format("A file may have at most {} bytes.", most_object_bytes));
    }
    if (__builtin_add_overflow(total, size, &total)) {
      return fail(Code::payload_too_large, "The shard promises more bytes than can be counted.");
    }
  }
  return total;
}

}  // namespace

Task<Result<ArrivedShard>> receive_shard(Hub& hub, http::BodyReader& body) {
  body.set_limit(xet::most_shard_bytes);
  const auto directory = hub.objects.files().staging();
  const auto file = std::make_shared<os::File>(
      CO_TRY(co_await hub.pool.run([&] { return os::create_unnamed(directory); })));
  CO_TRY(
      co_await store::receive(body, hub.pool, [file](Bytes bytes) { return file->append(bytes); }));
  co_return co_await hub.pool.run([&]() -> Result<ArrivedShard> {
    if (TRY(file->size()) == 0) return fail(Code::bad_request, "The shard is empty.");
    ArrivedShard shard(TRY(git::MappedFile::map(*file)));
    const auto files = TRY(xet::ShardReader::open(shard.bytes()));
    if (files.file_count() > most_shard_files) {
      return fail(Code::payload_too_large,
                  fmt::format("A shard may have at most {} files.", most_shard_files));
    }
    TRY(check_sizes(files));
    return shard;
  });
}

ShardVerification::ShardVerification(Hub& hub, const XetWriter& writer, const ArrivedShard& shard)
    : hub_(hub),
      writer_(writer),
      shard_(shard),
      files_(xet::ShardReader::open(shard.bytes()).value()),
      total_(check_sizes(files_).value()) {}

Result<bool> ShardVerification::advance() {
  if (!std::exchange(listed_checked_, true)) {
    TRY(check_quota_of_files());
    TRY(check_listed_xorbs());
  }
  const auto stop = verified_ + step_bytes;
  const auto stop_looking = looked_at_ + step_chunks;
  while (verified_ < stop && looked_at_ < stop_looking) {
    if (!file_) {
      const auto file = files_.next_file();
      if (!file) return true;
      TRY(begin_file(*file));
    } else if (next_term_ < file_->terms) {
      TRY(check_term());
    } else if (!reassembly_) {
      TRY(begin_content());
    } else {
      TRY(hash_on());
    }
  }
  return false;
}

// By what the shard says, before anything is hashed; the transaction looks at what came of it.
Result<> ShardVerification::check_quota_of_files() {
  auto files = TRY(xet::ShardReader::open(shard_.bytes()));
  std::vector<ArrivingObject> arriving;
  while (const auto file = files.next_file()) arriving.push_back({file->sha256, file->size()});
  return hub_.database.read_now([&](db::Connection& connection) {
    return check_quota(connection, hub_.config, writer_.repository().id, arriving);
  });
}

// A shard also lists the xorbs that were uploaded for it; listing one is naming it.
Result<> ShardVerification::check_listed_xorbs() {
  auto xorbs = TRY(xet::ShardReader::open(shard_.bytes()));
  while (const auto xorb = xorbs.next_xorb()) TRY(check_name(xorb->hash));
  return {};
}

Result<> ShardVerification::begin_file(const File& file) {
  if (!file.has_verification) return broken_promise(file, "its terms have no range hashes");
  file_ = file;
  next_term_ = 0;
  tree_ = {};
  ++looked_at_;
  return {};
}

// What can be said without the bytes: the chunks exist, and they are those that the hashes speak of.
Result<> ShardVerification::check_term() {
  const auto& file = *file_;
  const auto term = file.term(next_term_);
  TRY(check_name(term.xorb));
  const auto xorb = TRY(find_named(term.xorb));
  if (term.first >= term.last_exclusive || term.last_exclusive > xorb->count()) {
    return broken_promise(file, "a term names chunks that its xorb does not have");
  }
  if (xorb->offset(term.last_exclusive) - xorb->offset(term.first) != term.size) {
    return broken_promise(file, "a term's size is not that of its chunks");
  }
  xet::RangeHasher range;
  for (auto chunk = term.first; chunk < term.last_exclusive; ++chunk) {
    range.add(xorb->chunks()[chunk].hash);
    tree_.add(xorb->chunks()[chunk].hash, xorb->chunks()[chunk].size);
  }
  if (range.finish() != file.verification(next_term_)) {
    return broken_promise(file, "a term's range hash is not that of its chunks");
  }
  looked_at_ += term.last_exclusive - term.first;
  ++next_term_;
  return {};
}

// Content that is known already is not read again.
Result<> ShardVerification::begin_content() {
  const auto& file = *file_;
  if (tree_.file_hash() != file.hash) return broken_promise(file, "its terms hash to another file");
  if (const auto known = TRY(known_content(file))) {
    if (file.sha256 && file.sha256 != known) return broken_promise(file, "its SHA-256 is another");
    verified_ += file.size();
    end_file(*known);
    return {};
  }
  reassembly_ = std::make_shared<store::Reassembly>(
      hub_.objects.xorbs(), terms_of(file), 0, file.size(), store::Checking::by_reader,
      [this](const xet::Term& term) { return find_named(term.xorb); });
  hasher_ = Sha256Hasher();
  return {};
}

void ShardVerification::end_file(const Sha256& content) {
  objects_.push_back({content, file_->size(), file_->hash});
  reassembly_.reset();
  file_.reset();
}

Result<> ShardVerification::check_name(const xet::Hash& xorb) {
  if (nameable_.contains(xorb)) return {};
  const auto allowed = TRY(hub_.database.read_now(
      [&](db::Connection& connection) { return may_name(connection, writer_, xorb); }));
  if (!allowed) {
    named_unknown_xorb_ = true;
    return unknown_xorb(xorb);
  }
  TRY(find_named(xorb));
  if (nameable_.size() == most_remembered) nameable_.clear();
  nameable_.insert(xorb);
  return {};
}

// It may have been collected since its name was checked.
Result<std::shared_ptr<const store::Xorb>> ShardVerification::find_named(const xet::Hash& hash) {
  auto xorb = TRY(hub_.objects.xorbs().find(hash));
  if (xorb) return xorb;
  named_unknown_xorb_ = true;
  return unknown_xorb(hash);
}

// The SHA-256 of the very chunks, when an object that this caller may read consists of them.
Result<std::optional<Sha256>> ShardVerification::known_content(const File& file) {
  static const std::string sql =
      "SELECT o.sha256 FROM large_object AS o JOIN object_link AS l ON l.sha256 = o.sha256"
      " JOIN repository AS r ON r.id = l.repo_id WHERE o.xet_hash = ?1 AND " +
      std::string(readable_repository) + " LIMIT 1";
  const auto row = TRY(hub_.database.read_now([&](db::Connection& connection) {
    return connection.sql(sql).bind(file.hash, writer_.user_id()).first<Sha256>();
  }));
  return row ? std::optional(std::get<0>(*row)) : std::nullopt;
}

Result<> ShardVerification::hash_on() {
  const auto piece = TRY(reassembly_->read());
  hasher_.update(piece);
  verified_ += piece.size();
  if (!piece.empty()) return {};
  const auto sha256 = hasher_.finish();
  if (file_->sha256 && file_->sha256 != sha256) {
    return broken_promise(*file_, "its bytes have another SHA-256");
  }
  end_file(sha256);
  return {};
}

Task<Result<>> ShardVerification::publish() {
  auto written = co_await hub_.database.write(
      [this](db::Connection& connection) { return write(connection); });
  // A foreign key: a xorb was collected since it was looked up.
  if (!written && written.error().code == Code::conflict) named_unknown_xorb_ = true;
  co_return written;
}

Result<> ShardVerification::write(db::Connection& connection) {
  TRY(check_still_allowed(connection, writer_));
  const auto now = hub_.clock.now();
  const auto registered_until = now.plus_seconds(registration_seconds);
  auto shard = TRY(xet::ShardReader::open(shard_.bytes()));
  for (const auto& object : objects_) {
    const auto file = shard.next_file();
    TRY(store::ObjectStore::write_xet(connection, object, terms_of(*file), writer_.repository().id,
                                      now.plus_seconds(upload_lifetime_seconds), now));
    std::optional<xet::Hash> last;
    for (std::uint32_t i = 0; i < file->terms; ++i) {
      const auto term = file->term(i);
      if (i == 0) {
        const auto xorb = TRY(hub_.objects.xorbs().find(term.xorb));
        if (!xorb) return fail(Code::conflict, unknown_xorb(term.xorb).error().message);
        TRY(store::XorbStore::index_chunk(connection, xorb->chunks()[term.first].hash, term.xorb));
      }
      if (term.xorb == last) continue;
      TRY(register_xorb(connection, writer_.scope(), term.xorb, registered_until));
      last = term.xorb;
    }
  }
  auto listed = TRY(xet::ShardReader::open(shard_.bytes()));
  while (const auto xorb = listed.next_xorb()) {
    TRY(register_xorb(connection, writer_.scope(), xorb->hash, registered_until));
  }
  return check_quota(connection, hub_.config, writer_.repository().id);
}

}  // namespace kohaku::hub
