#include "xet/hash.h"

#include <algorithm>
#include <charconv>

#include "xet/little_endian.h"

namespace kohaku::xet {
namespace {

constexpr Blake3Key data_key = {102, 151, 245, 119, 91,  149, 80,  222, 49,  53,  203,
                                172, 165, 151, 24,  28,  157, 228, 33,  16,  155, 235,
                                43,  88,  180, 208, 176, 75,  147, 173, 242, 41};
constexpr Blake3Key node_key = {1,   126, 197, 199, 165, 71,  41,  150, 253, 148, 102,
                                102, 180, 138, 2,   230, 93,  221, 83,  111, 55,  199,
                                109, 210, 248, 99,  82,  230, 74,  83,  113, 63};
constexpr Blake3Key verification_key = {127, 24,  87,  214, 206, 86,  237, 102, 18,  127, 249,
                                        19,  231, 165, 195, 243, 164, 205, 38,  213, 181, 219,
                                        73,  230, 65,  36,  152, 127, 40,  251, 148, 195};
constexpr Blake3Key zero_key = {};

constexpr std::size_t word = 8;
constexpr std::size_t text_size = 2 * Hash::size;

Hash hash_with(const Blake3Key& key, Bytes bytes) {
  Blake3 state(key);
  state.update(bytes);
  return state.digest<Hash>();
}

template <class To, class From>
To swap_words(const From& from) {
  To to;
  for (std::size_t i = 0; i < Hash::size; ++i) {
    to.bytes[i] = from.bytes[i / word * word + (word - 1 - i % word)];
  }
  return to;
}

// Whether a group of nodes ends after this one, in about one of four.
bool ends_group(const Hash& hash) { return read_u64(hash.view(), Hash::size - word) % 4 == 0; }

void write_text(const Hash& hash, char* out) {
  static constexpr char digits[] = "0123456789abcdef";
  for (std::size_t i = 0; i < Hash::size; ++i) {
    const auto byte =
        std::to_integer<unsigned>(hash.bytes[i / word * word + (word - 1 - i % word)]);
    out[2 * i] = digits[byte >> 4U];
    out[2 * i + 1] = digits[byte & 15U];
  }
}

}  // namespace

std::string to_text(const Hash& hash) {
  std::string text(text_size, '\0');
  write_text(hash, text.data());
  return text;
}

std::optional<Hash> parse_hash(std::string_view text) {
  const bool upper = std::ranges::any_of(text, [](char c) { return c >= 'A' && c <= 'F'; });
  const auto swapped = upper ? std::nullopt : Hash::from_hex(text);
  if (!swapped) return std::nullopt;
  return swap_words<Hash>(*swapped);
}

Sha256 to_sha256(const Hash& hash) { return swap_words<Sha256>(hash); }

Hash from_sha256(const Sha256& digest) { return swap_words<Hash>(digest); }

Hash chunk_hash(Bytes chunk) { return hash_with(data_key, chunk); }

Hash keyed_chunk_hash(const Hash& key, const Hash& chunk) {
  if (key == Hash{}) return chunk;
  Blake3Key bytes;
  std::memcpy(bytes.data(), key.bytes.data(), bytes.size());
  return hash_with(bytes, chunk.view());
}

// The hash is over a text, a line `{hash} : {size}` for each child.
HashTree::Node HashTree::parent_of(std::span<const Node> children) {
  constexpr std::size_t longest_line = text_size + 3 + 20 + 1;
  std::array<char, most_children * longest_line> text;
  char* end = text.data();
  Node parent;
  for (const Node& child : children) {
    write_text(child.hash, end);
    end = std::ranges::copy(std::string_view(" : "), end + text_size).out;
    end = std::to_chars(end, end + 20, child.size).ptr;
    *end++ = '\n';
    parent.size += child.size;
  }
  parent.hash = hash_with(node_key, as_bytes({text.data(), end}));
  return parent;
}

void HashTree::add(const Hash& hash, std::uint64_t size) { add(0, {.hash = hash, .size = size}); }

void HashTree::add(std::size_t level, const Node& node) {
  if (level == levels_.size()) levels_.emplace_back();
  Level& at = levels_[level];
  at.group[at.count++] = node;
  if (at.count == most_children || (at.count >= 3 && ends_group(node.hash))) end_group(level);
}

void HashTree::end_group(std::size_t level) {
  Level& at = levels_[level];
  const Node parent = parent_of({at.group.data(), at.count});
  at.count = 0;
  at.has_parents = true;
  add(level + 1, parent);  // `at` may be gone
}

Hash HashTree::root() const {
  if (levels_.empty()) return {};
  HashTree tree = *this;  // ended here, while this one may go on
  for (std::size_t i = 0;; ++i) {
    const Level& level = tree.levels_[i];
    if (level.count == 1 && !level.has_parents) return level.group[0].hash;
    if (level.count > 0) tree.end_group(i);
  }
}

Hash HashTree::file_hash() const {
  if (levels_.empty()) return {};
  return hash_with(zero_key, root().view());
}

namespace {

HashTree tree_over(std::span<const Chunk> chunks) {
  HashTree tree;
  for (const Chunk& chunk : chunks) tree.add(chunk.hash, chunk.size);
  return tree;
}

}  // namespace

Hash xorb_hash(std::span<const Chunk> chunks) { return tree_over(chunks).root(); }

Hash file_hash(std::span<const Chunk> chunks) { return tree_over(chunks).file_hash(); }

RangeHasher::RangeHasher() : state_(verification_key) {}

}  // namespace kohaku::xet
