// Shards as a client uploads them. Each input is tried as it is and behind a good header, which no
// fuzzer guesses; of what is accepted everything is read.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "xet/little_endian.h"
#include "xet/shard.h"
#include "xet/shard_format.h"

namespace {

using namespace kohaku;
using namespace kohaku::xet;

void require(bool holds) {
  if (!holds) std::abort();
}

void read_files(ShardReader& reader) {
  std::size_t count = 0;
  for (; const auto file = reader.next_file(); ++count) {
    std::uint64_t size = 0;
    for (std::uint32_t i = 0; i < file->terms; ++i) {
      const Term term = file->term(i);
      require(term.first < term.last_exclusive && term.size > 0);
      require(file->verification(i).has_value() == file->has_verification);
      size += term.size;
    }
    require(size == file->size());
  }
  require(count == reader.file_count());
}

void read_xorbs(ShardReader& reader) {
  std::size_t count = 0;
  for (; const auto xorb = reader.next_xorb(); ++count) {
    std::uint64_t sum = 0;
    for (std::uint32_t i = 0; i < xorb->chunks; ++i) sum += xorb->chunk(i).size;
    require(sum <= UINT64_C(8192) * UINT32_MAX);
  }
  require(count == reader.xorb_count());
}

void read(Bytes shard) {
  auto reader = ShardReader::open(shard);
  if (!reader) return;
  read_files(*reader);
  read_xorbs(*reader);
  reader->chunk_key();
  reader->expires();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input = std::as_bytes(std::span(data, size));
  read(input);
  for (const std::uint64_t footer : {std::size_t{0}, shard_format::footer_bytes}) {
    std::string shard(shard_format::tag);
    append_u64(shard, shard_format::version);
    append_u64(shard, footer);
    shard += as_text(input);
    read(as_bytes(shard));
  }
  return 0;
}
