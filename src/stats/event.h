// One request that has to do with downloading: what is counted, and what is only logged (decisions 19,
// 20 and 24). Events are kept in the order of their journal; everything that statistics tell is made
// from them alone, so that a recount from the same events gives the same numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/date.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/repo_name.h"
#include "base/result.h"

namespace kohaku::stats {

// Who downloads, as a keyed hash: of a user's id, else of address and program (stats/who.h).
using Who = Digest<16, struct WhoTag>;

// Which way the request came in. The values stand in journals and logs: never renumber.
enum class Door : std::uint8_t {
  resolve = 1,             // a file by its path
  raw = 2,                 // the same, as git has it
  lfs_batch = 3,           // links to large objects
  lfs_object = 4,          // the bytes behind such a link; the batch was counted
  xet_reconstruction = 5,  // how a large file is put together
  xet_fetch = 6,           // the bytes of it; the reconstruction was counted
  git_fetch = 7,           // a pack, over HTTP or SSH
  metadata = 8,            // info, tree and tokens, where the client says that it downloads
};

// Who asked, as the request says it. Many events have the same one.
struct EventClient {
  AccountId user;       // 0: anonymous
  std::string address;  // as text
  std::string user_agent;
  std::optional<Who> who;  // of the request that gave the token, where it is not this one's

  friend bool operator==(const EventClient&, const EventClient&) = default;
};

// What was asked for, and by which way. Many events have the same one.
struct EventTarget {
  RepoId repo;
  AccountId owner;
  RepoType type = RepoType::model;
  std::string repository;  // "owner/name" of that moment
  Door door = Door::resolve;
  std::string method;             // "GET"; "SSH" for git over SSH
  bool preview = false;           // made by a page of the hub itself
  bool download_counter = false;  // X-HF-Download-Counter
  std::string path;               // of the file, or the route's own
  std::string revision;           // as asked for
  // The first 8 bytes, big-endian, of each file's blob id or SHA-256. A git fetch is one file of its own.
  std::vector<std::uint64_t> files;

  friend bool operator==(const EventTarget&, const EventTarget&) = default;
};

// What is of this one request alone.
struct EventOutcome {
  Micros at;  // when the request came
  int status = 200;
  std::uint64_t bytes = 0;  // of the body that was sent
  std::int64_t duration_micros = 0;

  friend bool operator==(const EventOutcome&, const EventOutcome&) = default;
};

struct Event : EventClient, EventTarget, EventOutcome {
  friend bool operator==(const Event&, const Event&) = default;
};

// The file of an event, from the id of a blob or of a large object.
template <std::size_t Size, class Tag>
std::uint64_t file_of(const Digest<Size, Tag>& id) {
  std::uint64_t file = 0;
  for (int i = 0; i < 8; ++i) file = file << 8U | std::to_integer<std::uint64_t>(id.bytes[i]);
  return file;
}
inline constexpr std::uint64_t git_fetch_file = 1;

// The payloads of a journal's records (docs/events.md). Texts are cut at 4 KiB, files at 1,000. Encoding
// returns how many bytes it wrote; decoding fails with internal when it is not such a payload.
inline constexpr std::size_t most_text_bytes = 4096;
inline constexpr std::size_t most_files = 1000;
inline constexpr std::size_t most_client_bytes = 10 + 2 * (2 + most_text_bytes) + Who::size;
inline constexpr std::size_t most_target_bytes =
    20 + 4 * (2 + most_text_bytes) + 2 + 8 * most_files;
inline constexpr std::size_t outcome_bytes = 36;

enum class EventPart : std::uint8_t { client = 1, target = 2, outcome = 3 };
std::optional<EventPart> part_of(Bytes payload);

std::size_t encode(const EventClient& client, std::span<std::byte, most_client_bytes> out);
Result<EventClient> decode_client(Bytes payload);

std::size_t encode(const EventTarget& target, std::span<std::byte, most_target_bytes> out);
Result<EventTarget> decode_target(Bytes payload);

// Where in its segment the client's and the target's records stand.
struct OutcomeRecord {
  EventOutcome outcome;
  std::uint32_t client = 0;
  std::uint32_t target = 0;
};
void encode(const OutcomeRecord& record, std::span<std::byte, outcome_bytes> out);
Result<OutcomeRecord> decode_outcome(Bytes payload);

}  // namespace kohaku::stats
