// Takes in a shard: the promise that files are made of these chunks of these xorbs. Nothing of it is
// believed: each file's hash, each term's range hash and the SHA-256 of the reassembled bytes are
// computed here. What holds becomes large objects of the token's repository, all or none.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_set>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "base/task.h"
#include "git/mapped_file.h"
#include "http/message.h"
#include "hub/hub.h"
#include "hub/xet_access.h"
#include "os/files.h"
#include "store/object_store.h"
#include "store/reassembly.h"
#include "xet/shard.h"

namespace kohaku::hub {

// Clients send some hundred at a time; all of a shard's files are published in one transaction.
inline constexpr std::size_t most_shard_files = 100'000;

// A shard whose form is right, spooled to the disk and mapped from there.
class ArrivedShard {
 public:
  Bytes bytes() const { return bytes_.bytes(); }

 private:
  friend Task<Result<ArrivedShard>> receive_shard(Hub& hub, http::BodyReader& body);
  explicit ArrivedShard(git::MappedFile bytes) : bytes_(std::move(bytes)) {}
  git::MappedFile bytes_;
};

// bad_request when the bytes are not a shard; payload_too_large when it has a file that is too large,
// or more than most_shard_files.
Task<Result<ArrivedShard>> receive_shard(Hub& hub, http::BodyReader& body);

// Works through a shard in steps, so that the caller can tell the client that it is still at work.
// Not for two threads at once; its calls block.
class ShardVerification {
 public:
  // `shard` and `writer` must outlive it.
  ShardVerification(Hub& hub, const XetWriter& writer, const ArrivedShard& shard);

  std::uint64_t verified_bytes() const { return verified_; }
  std::uint64_t total_bytes() const { return total_; }

  // First asks whether the quota has room for all of it: quota_exceeded.
  // Goes on for some 64 MiB, or some 100,000 chunks; true when everything was verified. unprocessable when a promise does
  // not hold; not_found when a xorb is named that this caller may not count on, which is answered
  // alike whether or not we have it.
  Result<bool> advance();
  // After that: makes the objects exist in the repository, in one transaction.
  Task<Result<>> publish();

  // Whether the failure was that of an unknown xorb: then the caller raises the generation.
  bool named_unknown_xorb() const { return named_unknown_xorb_; }

 private:
  using File = xet::ShardReader::File;

  Result<> begin_file(const File& file);
  Result<> check_term();
  Result<> begin_content();
  Result<> hash_on();
  void end_file(const Sha256& content);
  Result<> check_name(const xet::Hash& xorb);
  Result<std::shared_ptr<const store::Xorb>> find_named(const xet::Hash& hash);
  Result<std::optional<Sha256>> known_content(const File& file);
  Result<> check_quota_of_files();
  Result<> check_listed_xorbs();
  Result<> write(db::Connection& connection);

  Hub& hub_;
  const XetWriter& writer_;
  const ArrivedShard& shard_;
  xet::ShardReader files_;
  std::uint64_t total_ = 0;
  std::uint64_t verified_ = 0;
  bool listed_checked_ = false;
  bool named_unknown_xorb_ = false;
  std::unordered_set<xet::Hash> nameable_;
  std::vector<store::ObjectStore::XetObject> objects_;  // one for each file, in order

  // Of the file in hand: first its terms are looked at, one by one, then its bytes are read.
  std::optional<File> file_;
  std::uint32_t next_term_ = 0;
  xet::HashTree tree_;
  std::uint64_t looked_at_ = 0;  // files and chunks, of all files
  std::shared_ptr<store::Reassembly> reassembly_;
  Sha256Hasher hasher_;
};

}  // namespace kohaku::hub
