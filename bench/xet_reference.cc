// What taking in a file by Xet costs at the very least: prints the processor seconds for SHA-256 and
// keyed BLAKE3 of its bytes and for unpacking them from LZ4, packed as a client would have packed them
// (bench/xet.py, P16). Reading the file and packing it are not counted.
#include <sys/resource.h>

#include <cstdio>
#include <string>
#include <vector>

#include "base/hash.h"
#include "os/files.h"
#include "xet/hash.h"
#include "xet/xorb_chunk.h"

namespace {

constexpr std::size_t chunk_bytes = 64 << 10;
constexpr std::size_t block_bytes = 64 << 20;

double processor_seconds() {
  rusage use{};
  ::getrusage(RUSAGE_SELF, &use);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(use.ru_utime) + seconds(use.ru_stime);
}

std::vector<std::string> pack(kohaku::Bytes block) {
  std::vector<std::string> chunks;
  for (; !block.empty(); block = block.subspan(std::min(chunk_bytes, block.size()))) {
    const auto chunk = block.first(std::min(chunk_bytes, block.size()));
    kohaku::xet::append_chunk(chunks.emplace_back(), chunk, kohaku::xet::Compression::bg4_lz4);
  }
  return chunks;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const auto file = kohaku::os::open_for_reading(arguments[1]);
  if (!file) return 1;
  std::vector<std::byte> block(block_bytes);
  kohaku::Sha256Hasher sha256;
  kohaku::xet::ChunkDecoder decoder;
  double spent = 0;
  for (std::uint64_t offset = 0;;) {
    const auto got = file->read_at(offset, block);
    if (!got) return 1;
    if (*got == 0) break;
    offset += *got;
    const auto packed = pack(kohaku::Bytes(block).first(*got));
    const auto before = processor_seconds();
    for (const auto& chunk : packed) {
      const auto content = decoder.decode(kohaku::as_bytes(chunk));
      if (!content) return 1;
      sha256.update(*content);
      kohaku::xet::chunk_hash(*content);
    }
    spent += processor_seconds() - before;
  }
  sha256.finish();
  std::printf("%.3f\n", spent);
  return 0;
}
