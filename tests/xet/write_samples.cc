// Writes xorbs and shards of ours into a directory, for the official crates to read (`make vectors`).
// What lies there is described in maker/src/check.rs.
//
//   xet_samples <directory>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "base/hash.h"
#include "xet/shard_fixture.h"
#include "xet/vectors_fixture.h"
#include "xet/xorb.h"

namespace {

using namespace kohaku;
using namespace kohaku::xet;

void write(const std::filesystem::path& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary);
  file << content;
  if (!file.flush()) {
    std::cerr << "cannot write " << path << '\n';
    std::exit(1);
  }
}

struct Sample {
  Hash hash;
  std::vector<StoredChunk> chunks;
};

Sample write_xorb(const std::filesystem::path& directory, const Vector& vector,
                  Compression compression) {
  std::string xorb;
  for (const auto chunk : vector.chunks()) append_chunk(xorb, as_bytes(chunk), compression);
  XorbReader reader;
  if (!reader.update(as_bytes(xorb)) || !reader.finish()) std::abort();
  write(directory / (to_text(reader.hash()) + ".xorb"), xorb);
  return {.hash = reader.hash(), .chunks = reader.chunks()};
}

// The chunks [first, last) of the sample become the next term of the file.
void add_term(FileEntry& file, HashTree& tree, const Sample& sample, std::size_t first,
              std::size_t last) {
  if (first == last) return;
  Term term{.xorb = sample.hash,
            .first = static_cast<std::uint32_t>(first),
            .last_exclusive = static_cast<std::uint32_t>(last)};
  RangeHasher range;
  for (std::size_t i = first; i < last; ++i) {
    term.size += sample.chunks[i].size;
    range.add(sample.chunks[i].hash);
    tree.add(sample.chunks[i].hash, sample.chunks[i].size);
  }
  file.terms.push_back(term);
  file.verification.push_back(range.finish());
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const std::filesystem::path directory = arguments[1];
  std::vector<Sample> samples;
  std::vector<FileEntry> files;
  FileEntry mixed;  // of a chunk of every xorb
  HashTree mixed_tree;
  for (const Vector& vector : vectors()) {
    if (vector.input.empty()) continue;
    const Sample& sample = samples.emplace_back(
        write_xorb(directory, vector, static_cast<Compression>(samples.size() % 3)));
    FileEntry file;
    HashTree tree;
    const std::size_t half = sample.chunks.size() / 2;
    add_term(file, tree, sample, 0, half);
    add_term(file, tree, sample, half, sample.chunks.size());
    file.hash = tree.file_hash();
    file.sha256 = sha256(vector.input);
    files.push_back(file);
    add_term(mixed, mixed_tree, sample, half, half + 1);
  }
  mixed.hash = mixed_tree.file_hash();
  files.push_back(mixed);

  std::vector<XorbEntry> xorbs;
  for (const Sample& sample : samples) xorbs.push_back({sample.hash, sample.chunks});
  constexpr std::uint64_t created = 1700000000;
  constexpr std::uint64_t expires = 4000000000;
  write(directory / "upload.shard", write_upload_shard(files, xorbs));
  write(directory / "dedup.shard", write_dedup_shard(xorbs, created, expires));
  write(directory / "dedup-keyed.shard",
        write_dedup_shard(xorbs, created, expires, chunk_hash(as_bytes("a key"))));
  return 0;
}
