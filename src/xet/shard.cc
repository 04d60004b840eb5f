#include "xet/shard.h"

#include <algorithm>
#include <string_view>

#include "xet/little_endian.h"
#include "xet/shard_format.h"
#include "xet/xorb.h"

namespace kohaku::xet {
namespace {

using shard_format::record_bytes;

std::unexpected<Error> refuse(std::string_view sentence) {
  return fail(Code::bad_request, std::string(sentence));
}

Hash hash_at(Bytes bytes, std::size_t offset) {
  return *Hash::from_bytes(bytes.subspan(offset, Hash::size));
}

// A section ends with a record whose hash is all ones.
bool is_bookend(Bytes record) {
  return std::ranges::all_of(record.first(Hash::size),
                             [](std::byte b) { return b == std::byte{0xFF}; });
}

// The block that begins at `at`, header included: `records` records follow the header.
Result<Bytes> block_at(Bytes shard, std::size_t at, std::uint64_t records) {
  const std::uint64_t room = (shard.size() - at) / record_bytes;  // the header is there
  if (records >= room) return refuse("The shard ends within a block.");
  return shard.subspan(at, (1 + records) * record_bytes);
}

std::uint64_t file_records(Bytes header) {
  const auto flags = read_u32(header, 32);
  const std::uint64_t terms = read_u32(header, 36);
  return ((flags & shard_format::has_verification) != 0 ? 2 * terms : terms) +
         ((flags & shard_format::has_sha256) != 0 ? 1 : 0);
}

// `block` is complete.
ShardReader::File parse_file(Bytes block) {
  const auto flags = read_u32(block, 32);
  ShardReader::File file{.hash = hash_at(block, 0),
                         .terms = read_u32(block, 36),
                         .has_verification = (flags & shard_format::has_verification) != 0,
                         .sha256 = std::nullopt,
                         .records = block.subspan(record_bytes)};
  if ((flags & shard_format::has_sha256) != 0) {
    file.sha256 = to_sha256(hash_at(block, block.size() - record_bytes));
  }
  return file;
}

ShardReader::Xorb parse_xorb(Bytes block) {
  return {.hash = hash_at(block, 0),
          .chunks = read_u32(block, 36),
          .size = read_u32(block, 40),
          .packed_bytes = read_u32(block, 44),
          .records = block.subspan(record_bytes)};
}

Result<> check_terms(const ShardReader::File& file) {
  for (std::uint32_t i = 0; i < file.terms; ++i) {
    const Term term = file.term(i);
    if (term.first >= term.last_exclusive || term.last_exclusive > most_xorb_chunks) {
      return refuse("The shard has a term with a range of chunks that no xorb has.");
    }
    if (term.size == 0 || term.size > most_xorb_unpacked_bytes) {
      return refuse("The shard has a term without bytes or with more than 64 MiB.");
    }
  }
  return {};
}

}  // namespace

Term ShardReader::File::term(std::uint32_t index) const {
  const Bytes record = records.subspan(index * record_bytes, record_bytes);
  return {.xorb = hash_at(record, 0),
          .size = read_u32(record, 36),
          .first = read_u32(record, 40),
          .last_exclusive = read_u32(record, 44)};
}

std::optional<Hash> ShardReader::File::verification(std::uint32_t index) const {
  if (!has_verification) return std::nullopt;
  return hash_at(records, (std::size_t{terms} + index) * record_bytes);
}

std::uint64_t ShardReader::File::size() const {
  std::uint64_t sum = 0;
  for (std::uint32_t i = 0; i < terms; ++i) sum += read_u32(records, i * record_bytes + 36);
  return sum;
}

ShardReader::XorbChunk ShardReader::Xorb::chunk(std::uint32_t index) const {
  const Bytes record = records.subspan(index * record_bytes, record_bytes);
  return {.hash = hash_at(record, 0), .offset = read_u32(record, 32), .size = read_u32(record, 36)};
}

Result<ShardReader> ShardReader::open(Bytes shard) {
  if (shard.size() < record_bytes || !as_text(shard).starts_with(shard_format::tag)) {
    return refuse("This is not a shard.");
  }
  if (read_u64(shard, 32) != shard_format::version) {
    return refuse("The shard has a version that this server does not know.");
  }
  const auto footer = read_u64(shard, 40);
  if (footer != 0 && footer != shard_format::footer_bytes) {
    return refuse("The shard has a footer of an unknown size.");
  }
  if (footer > shard.size() - record_bytes) return refuse("The shard ends within its footer.");
  ShardReader reader;
  reader.shard_ = shard.first(shard.size() - footer);
  reader.footer_ = shard.last(footer);
  reader.xorbs_at_ = TRY(reader.check_files(record_bytes));
  TRY(reader.check_end(TRY(reader.check_xorbs(reader.xorbs_at_))));
  reader.next_file_at_ = record_bytes;
  reader.next_xorb_at_ = reader.xorbs_at_;
  return reader;
}

// Where the section ends, behind its bookend.
Result<std::size_t> ShardReader::check_files(std::size_t at) {
  constexpr auto known = shard_format::has_verification | shard_format::has_sha256;
  for (;; ++file_count_) {
    const Bytes header = TRY(block_at(shard_, at, 0));
    if (is_bookend(header)) return at + record_bytes;
    if ((read_u32(header, 32) & ~known) != 0)
      return refuse("The shard has a file with unknown flags.");
    const Bytes block = TRY(block_at(shard_, at, file_records(header)));
    TRY(check_terms(parse_file(block)));
    at += block.size();
  }
}

Result<std::size_t> ShardReader::check_xorbs(std::size_t at) {
  for (;; ++xorb_count_) {
    const Bytes header = TRY(block_at(shard_, at, 0));
    if (is_bookend(header)) return at + record_bytes;
    const Bytes block = TRY(block_at(shard_, at, read_u32(header, 36)));
    if (parse_xorb(block).chunks > most_xorb_chunks) {
      return refuse("The shard has a xorb with more than 8192 chunks.");
    }
    at += block.size();
  }
}

Result<> ShardReader::check_end(std::size_t at) const {
  if (footer_.empty()) {
    if (at != shard_.size()) return refuse("The shard has bytes behind its last section.");
    return {};
  }
  if (read_u64(footer_, 0) != shard_format::footer_version) {
    return refuse("The shard has a footer of an unknown version.");
  }
  if (read_u64(footer_, 8) != record_bytes || read_u64(footer_, 16) != xorbs_at_ ||
      read_u64(footer_, 192) != shard_.size()) {
    return refuse("The footer of the shard does not fit its sections.");
  }
  return {};
}

std::optional<ShardReader::File> ShardReader::next_file() {
  const Bytes header = shard_.subspan(next_file_at_, record_bytes);
  if (is_bookend(header)) return std::nullopt;
  const Bytes block = *block_at(shard_, next_file_at_, file_records(header));
  next_file_at_ += block.size();
  return parse_file(block);
}

std::optional<ShardReader::Xorb> ShardReader::next_xorb() {
  const Bytes header = shard_.subspan(next_xorb_at_, record_bytes);
  if (is_bookend(header)) return std::nullopt;
  const Bytes block = *block_at(shard_, next_xorb_at_, read_u32(header, 36));
  next_xorb_at_ += block.size();
  return parse_xorb(block);
}

Hash ShardReader::chunk_key() const { return footer_.empty() ? Hash{} : hash_at(footer_, 72); }

std::uint64_t ShardReader::expires() const { return footer_.empty() ? 0 : read_u64(footer_, 112); }

}  // namespace kohaku::xet
