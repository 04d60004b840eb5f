// Packs, their indexes and deltas. The first byte chooses: an index, a delta (its base is the rest's
// first half), or a pack, in which objects are looked for at offsets that the input names.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/hash.h"
#include "git/delta.h"
#include "git/object_reader.h"
#include "git/pack_index.h"
#include "os/files.h"

namespace {

using namespace kohaku;
using namespace kohaku::git;

constexpr std::uint64_t most = 1 << 20;

void require(bool holds) {
  if (!holds) std::abort();
}

void index(std::string_view text) {
  const auto view = IndexView::parse(as_bytes(text));
  if (!view) return;
  for (std::uint32_t i = 0; i < view->count(); ++i) {
    view->offset_at(i);
    view->find(view->id_at(i));
  }
  view->lower_bound(Sha1{});
}

void delta(std::string_view text) {
  const auto base = text.substr(0, text.size() / 2);
  const auto result = apply_delta(as_bytes(base), as_bytes(text.substr(base.size())), most);
  if (result) require(result->size() <= most);
}

// In memory where there is such a file system; replaced in each round.
const os::Path& directory() {
  static const os::Path path =
      (os::exists("/dev/shm") ? "/dev/shm/git_pack_fuzz_" : "/tmp/git_pack_fuzz_") +
      std::to_string(::getpid());
  return path;
}

void write(const os::Path& path, std::string_view content) {
  require(os::remove_file(path).has_value());
  auto file = os::create_new(path);
  require(file && file->write_at(0, as_bytes(content)));
}

Sha1 id_of(unsigned number) { return sha1(as_bytes(std::to_string(number))); }

void pack(std::string_view text) {
  constexpr unsigned objects = 4;
  if (text.size() < 2 * objects) return;
  const auto packs = directory() / "objects" / "pack";
  static const bool made = os::make_directories(packs).has_value();
  require(made);
  std::vector<IndexEntry> entries;
  for (unsigned i = 0; i < objects; ++i) {
    const auto offset = static_cast<unsigned char>(text[2 * i]) * 256U +
                        static_cast<unsigned char>(text[2 * i + 1]);
    entries.push_back({.id = id_of(i), .crc = 0, .offset = offset % (text.size() + 1)});
  }
  write(packs / "pack-x.pack", text);
  write(packs / "pack-x.idx", serialize_index(entries, {}));
  PackSet set(directory(), std::make_shared<OpenFiles>(4));
  const ObjectReader reader(directory(), set);
  for (unsigned i = 0; i < objects; ++i) {
    std::ignore = reader.header(id_of(i));
    require(!reader.read(id_of(i), most));  // nothing hashes to such an id
    if (auto stream = reader.open_blob(id_of(i))) {
      std::string piece(1000, '\0');
      for (int round = 0; round < 100; ++round) {
        const auto got = (*stream)->read(std::as_writable_bytes(std::span(piece)));
        if (!got || *got == 0) break;
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  constexpr void (*parsers[])(std::string_view) = {index, delta, pack};
  parsers[data[0] % std::size(parsers)](text);
  return 0;
}
