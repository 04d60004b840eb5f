// What a commit brings that is text: the first byte chooses between its NDJSON body and a card's
// front matter; of the body the second byte says how it is cut into pieces, which must not matter.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "hub/card.h"
#include "hub/commit_stream.h"

namespace {

using namespace kohaku;
using namespace kohaku::hub;

void require(bool holds) {
  if (!holds) std::abort();
}

// Everything that came out, as one text.
std::string read_body(std::string_view body, std::size_t piece) {
  std::string seen;
  CommitStream stream({.inline_bytes = 600'000, .lines = 100},
                      std::filesystem::temp_directory_path(),
                      [&](CommitLine& line, const CommitSpool& content) -> Result<> {
                        seen += std::to_string(static_cast<int>(line.kind)) + line.path + '|' +
                                line.summary + '|' + line.oid + '|' + line.source_path + '|';
                        SpoolReader reader(content, line.encoding);
                        std::uint64_t size = 0;
                        while (true) {
                          const auto part = TRY(reader.read());
                          if (part.empty()) break;
                          size += part.size();
                          seen += as_text(part);
                        }
                        require(size == content.decoded_size(line.encoding));
                        return {};
                      });
  Result<> fed;
  while (fed && !body.empty()) {
    const auto part = body.substr(0, piece);
    fed = stream.feed(as_bytes(part));
    body.remove_prefix(part.size());
  }
  if (fed) fed = stream.finish();
  if (!fed) seen += "failed " + std::to_string(static_cast<int>(fed.error().code));
  return seen;
}

void card(std::string_view text) {
  const auto metadata = read_card(text, text);
  for (const auto& tag : metadata.tags) require(!tag.empty());
  require(read_front_matter(text).json == metadata.card_data_json);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  if (data[0] % 2 == 0) {
    require(read_body(text, text.size() + 1) == read_body(text, data[1] % 16 + 1U));
  } else {
    card(text);
  }
  return 0;
}
