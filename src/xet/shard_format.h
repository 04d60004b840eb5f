// The constants of a shard, for its reader and its writers. Every record has 48 bytes.
//
// Source: hub-docs docs/xet/shard.md, checked against xet-core-structures 1.8.0 (tests/xet/vectors).
// docs/xet-formats.md shows the offsets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kohaku::xet::shard_format {

inline constexpr std::string_view tag{
    "HFRepoMetaData\0\x55\x69\x67\x45\x6A\x7B\x81\x57\x83\xA5\xBD\xD9\x5C\xCD\xD1\x4A\xA9", 32};
inline constexpr std::uint64_t version = 2;
inline constexpr std::uint64_t footer_version = 1;

inline constexpr std::size_t record_bytes = 48;  // the shard's header as well
inline constexpr std::size_t footer_bytes = 200;

inline constexpr std::uint32_t has_verification = 1U << 31U;
inline constexpr std::uint32_t has_sha256 = 1U << 30U;

}  // namespace kohaku::xet::shard_format
