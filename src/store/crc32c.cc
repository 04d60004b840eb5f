#include "store/crc32c.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

namespace kohaku::store {
namespace {

static_assert(std::endian::native == std::endian::little,
              "the tables below read words as they lie");

using Table = std::array<std::array<std::uint32_t, 256>, 8>;

// Slicing by eight: table[k][b] is the check sum of byte b followed by k zero bytes.
constexpr Table make_table() {
  Table table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0x82F63B78U : 0U);
    table[0][byte] = crc;
  }
  for (std::size_t slice = 1; slice < 8; ++slice) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const auto before = table[slice - 1][byte];
      table[slice][byte] = (before >> 8U) ^ table[0][before & 0xFFU];
    }
  }
  return table;
}

constexpr Table table = make_table();

std::uint64_t load_word(const std::byte* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

std::uint32_t step_byte(std::uint32_t crc, std::byte byte) {
  return (crc >> 8U) ^ table[0][(crc ^ std::to_integer<std::uint32_t>(byte)) & 0xFFU];
}

std::uint32_t step_word(std::uint32_t crc, std::uint64_t word) {
  word ^= crc;
  std::uint32_t next = 0;
  for (std::size_t i = 0; i < 8; ++i) next ^= table[7 - i][(word >> (8 * i)) & 0xFFU];
  return next;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t crc32c_sse42(Bytes bytes, std::uint32_t crc) {
  std::uint64_t state = ~crc;
  while (bytes.size() >= 8) {
    state = __builtin_ia32_crc32di(state, load_word(bytes.data()));
    bytes = bytes.subspan(8);
  }
  auto rest = static_cast<std::uint32_t>(state);
  for (const auto byte : bytes) {
    rest = __builtin_ia32_crc32qi(rest, std::to_integer<unsigned char>(byte));
  }
  return ~rest;
}
#endif

}  // namespace

std::uint32_t crc32c_portable(Bytes bytes, std::uint32_t crc) {
  crc = ~crc;
  while (bytes.size() >= 8) {
    crc = step_word(crc, load_word(bytes.data()));
    bytes = bytes.subspan(8);
  }
  for (const auto byte : bytes) crc = step_byte(crc, byte);
  return ~crc;
}

std::uint32_t crc32c(Bytes bytes, std::uint32_t crc) {
#if defined(__x86_64__)
  static const bool has_instruction = __builtin_cpu_supports("sse4.2") != 0;
  if (has_instruction) return crc32c_sse42(bytes, crc);
#endif
  return crc32c_portable(bytes, crc);
}

}  // namespace kohaku::store
