#include "git/delta.h"

namespace kohaku::git {
namespace {

std::unexpected<Error> malformed() { return fail_internal("a malformed delta in a pack"); }

Result<std::uint64_t> take_length(Bytes& rest) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 63; shift += 7) {
    if (rest.empty()) return malformed();
    const auto byte = std::to_integer<std::uint64_t>(rest.front());
    rest = rest.subspan(1);
    value |= (byte & 0x7FU) << shift;
    if ((byte & 0x80U) == 0) return value;
  }
  return malformed();
}

// Of `count` bytes, little-endian, those are present whose bit is set in `present`.
Result<std::uint64_t> take_sparse(Bytes& rest, unsigned present, unsigned count) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < count; ++i) {
    if ((present & (1U << i)) == 0) continue;
    if (rest.empty()) return malformed();
    value |= std::to_integer<std::uint64_t>(rest.front()) << (8 * i);
    rest = rest.subspan(1);
  }
  return value;
}

Result<Bytes> take_copy(Bytes base, Bytes& rest, unsigned command) {
  const auto offset = TRY(take_sparse(rest, command & 0x0FU, 4));
  auto size = TRY(take_sparse(rest, (command >> 4U) & 0x07U, 3));
  if (size == 0) size = 0x10000;
  if (offset > base.size() || size > base.size() - offset) return malformed();
  return base.subspan(offset, size);
}

Result<DeltaSizes> take_sizes(Bytes& rest) {
  DeltaSizes sizes;
  sizes.base = TRY(take_length(rest));
  sizes.result = TRY(take_length(rest));
  return sizes;
}

}  // namespace

Result<DeltaSizes> parse_delta_sizes(Bytes delta) { return take_sizes(delta); }

Result<std::string> apply_delta(Bytes base, Bytes delta, std::uint64_t most) {
  const auto sizes = TRY(take_sizes(delta));
  if (sizes.base != base.size()) return malformed();
  if (sizes.result > most) return fail(Code::payload_too_large, "The object is too large.");
  std::string result;
  result.reserve(sizes.result);
  while (!delta.empty()) {
    const auto command = std::to_integer<unsigned>(delta.front());
    delta = delta.subspan(1);
    Bytes piece;
    if ((command & 0x80U) != 0) {
      piece = TRY(take_copy(base, delta, command));
    } else {
      if (command == 0 || command > delta.size()) return malformed();
      piece = delta.first(command);
      delta = delta.subspan(command);
    }
    if (piece.size() > sizes.result - result.size()) return malformed();
    result += as_text(piece);
  }
  if (result.size() != sizes.result) return malformed();
  return result;
}

}  // namespace kohaku::git
