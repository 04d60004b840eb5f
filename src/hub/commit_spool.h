// The content of one inline file on its way in, as it stood in the JSON string: in memory while it
// is small, then in a file without a name. Decoded when it is read, since a line may say only behind
// its content how that was encoded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/encoding.h"
#include "base/result.h"
#include "os/files.h"

namespace kohaku::hub {

enum class ContentEncoding { base64, utf8 };

// Used for one file after the other. Not for two threads at once; blocks on the disk.
class CommitSpool {
 public:
  static constexpr std::size_t most_in_memory = 256 * 1024;

  // `directory` holds the file, if one is needed.
  explicit CommitSpool(os::Path directory) : directory_(std::move(directory)) {}

  Result<> append(std::string_view text);
  void clear();

  // How many bytes the content has, if it is well-formed.
  std::uint64_t decoded_size(ContentEncoding encoding) const;
  // The decoded content, when the text is held in memory; else nothing. bad_request for bad base64.
  Result<std::optional<std::string>> decode_small(ContentEncoding encoding) const;

 private:
  friend class SpoolReader;
  os::Path directory_;
  std::string memory_;            // the end of the text, from flushed_ on
  std::optional<os::File> file_;  // the text up to there
  std::uint64_t flushed_ = 0;
  std::uint64_t symbols_ = 0;  // of the text, what is neither space nor padding
};

// Reads a spool from its beginning, decoded, piece by piece.
class SpoolReader {
 public:
  SpoolReader(const CommitSpool& spool, ContentEncoding encoding)
      : spool_(spool), encoding_(encoding) {}
  // Empty at the end; valid until the next call. bad_request for bad base64.
  Result<Bytes> read();

 private:
  Result<std::string_view> next_text();
  const CommitSpool& spool_;
  ContentEncoding encoding_;
  Base64Decoder decoder_;
  std::uint64_t position_ = 0;
  bool finished_ = false;
  std::string text_;
  std::string decoded_;
};

}  // namespace kohaku::hub
