#include "git/object_reader.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "git/deflate.h"
#include "git/delta.h"
#include "git/loose_object.h"

namespace kohaku::git {
namespace {

constexpr std::size_t longest_chain = 4096;  // git's own limit
constexpr std::size_t delta_head = 20;

struct Link {
  Place place;
  PackEntry entry;
};

std::unexpected<Error> chain_too_long(const Sha1& id) {
  return fail_internal("the delta chain of " + id.hex() + " does not end");
}

std::unexpected<Error> too_large() {
  return fail(Code::payload_too_large, "The object is too large.");
}

Result<> check_id(const Sha1& id, const Object& object) {
  if (object_id(object.type, as_bytes(object.content)) == id) return {};
  return fail_internal("object " + id.hex() + " is damaged: it has another hash");
}

// A pack is deleted some time after its objects were consolidated into another: whoever still looked
// into it looks again.
template <class Read>
auto read_again_when_gone(PackSet& packs, const Sha1& id, Read read) -> decltype(read()) {
  auto result = read();
  if (result || result.error().code != Code::not_found) return result;
  if (!packs.knows(id)) return result;  // truly not there
  TRY(packs.refresh());
  return read();
}

// Of the object that an entry stands for.
Result<std::uint64_t> result_size(const Pack& pack, const PackEntry& entry) {
  if (entry.kind == PackEntry::Kind::whole) return entry.size;
  const auto head = TRY(pack.data_head(entry, delta_head));
  return TRY(parse_delta_sizes(as_bytes(head))).result;
}

class WholeBlobStream final : public BlobStream {
 public:
  explicit WholeBlobStream(std::string content) : content_(std::move(content)) {}
  std::uint64_t size() const override { return content_.size(); }
  Result<std::size_t> read(std::span<std::byte> out) override {
    const auto piece = as_bytes(content_).subspan(position_).first(
        std::min(out.size(), content_.size() - position_));
    std::copy(piece.begin(), piece.end(), out.begin());
    position_ += piece.size();
    return piece.size();
  }

 private:
  std::string content_;
  std::size_t position_ = 0;
};

// Inflates an entry without deltas while it is read.
class InflatingBlobStream final : public BlobStream {
 public:
  InflatingBlobStream(const Sha1& id, Link link)
      : id_(id), link_(std::move(link)), stream_(link_.place.pack->data_source(link_.entry)) {
    hasher_.update("blob " + std::to_string(link_.entry.size) + '\0');
  }

  std::uint64_t size() const override { return link_.entry.size; }

  Result<std::size_t> read(std::span<std::byte> out) override {
    const auto wanted = std::min<std::uint64_t>(out.size(), link_.entry.size - position_);
    if (wanted == 0) return std::size_t{0};
    const auto got = TRY(stream_.read(out.first(wanted)));
    hasher_.update(Bytes(out.first(got)));
    position_ += got;
    const bool damaged = got != wanted || (position_ == size() && hasher_.finish() != id_);
    if (damaged) return fail_internal("blob " + id_.hex() + " is damaged");
    return got;
  }

 private:
  Sha1 id_;
  Link link_;
  StreamDecompressor stream_;
  Sha1Hasher hasher_;
  std::uint64_t position_ = 0;
};

}  // namespace

os::Path ObjectReader::loose_path(const Sha1& id) const {
  const auto hex = id.hex();
  return objects_ / hex.substr(0, 2) / hex.substr(2);
}

Result<Place> ObjectReader::base_of(const Place& place, const PackEntry& entry) const {
  if (entry.kind == PackEntry::Kind::offset_delta) return Place{place.pack, entry.base_offset};
  return packs_.find(entry.base_id);
}

Result<ObjectHeader> ObjectReader::packed_header(const Sha1& id) const {
  auto place = TRY(packs_.find(id));
  auto entry = TRY(place.pack->entry(place.offset));
  const auto size = TRY(result_size(*place.pack, entry));
  for (std::size_t depth = 0; entry.kind != PackEntry::Kind::whole; ++depth) {
    if (depth == longest_chain) return chain_too_long(id);
    place = TRY(base_of(place, entry));
    entry = TRY(place.pack->entry(place.offset));
  }
  return ObjectHeader{.type = entry.type, .size = size};
}

Result<std::uint64_t> ObjectReader::packed_size(const Sha1& id) const {
  const auto place = TRY(packs_.find(id));
  return result_size(*place.pack, TRY(place.pack->entry(place.offset)));
}

Result<Object> ObjectReader::read_packed(const Sha1& id, std::uint64_t most) const {
  std::vector<Link> deltas;
  auto place = TRY(packs_.find(id));
  auto entry = TRY(place.pack->entry(place.offset));
  for (; entry.kind != PackEntry::Kind::whole; entry = TRY(place.pack->entry(place.offset))) {
    if (deltas.size() == longest_chain) return chain_too_long(id);
    if (entry.size > most_delta_object) return too_large();
    deltas.push_back({place, entry});
    place = TRY(base_of(place, entry));
  }
  if (entry.size > (deltas.empty() ? most : most_delta_object)) return too_large();
  Object object{.type = entry.type, .content = TRY(place.pack->data(entry))};
  for (auto link = deltas.rbegin(); link != deltas.rend(); ++link) {
    const bool last = std::next(link) == deltas.rend();
    const auto delta = TRY(link->place.pack->data(link->entry));
    object.content = TRY(apply_delta(as_bytes(object.content), as_bytes(delta),
                                     last ? std::min(most, most_delta_object) : most_delta_object));
  }
  return object;
}

Result<std::unique_ptr<BlobStream>> ObjectReader::open_packed_blob(const Sha1& id) const {
  auto place = TRY(packs_.find(id));
  const auto entry = TRY(place.pack->entry(place.offset));
  if (entry.kind == PackEntry::Kind::whole) {
    if (entry.type != ObjectType::blob) return fail(Code::not_found, "The object is not a file.");
    return std::make_unique<InflatingBlobStream>(id, Link{std::move(place), entry});
  }
  auto object = TRY(read_packed(id, most_delta_object));
  TRY(check_id(id, object));
  if (object.type != ObjectType::blob) return fail(Code::not_found, "The object is not a file.");
  return std::make_unique<WholeBlobStream>(std::move(object.content));
}

bool ObjectReader::contains(const Sha1& id) const {
  return packs_.find(id) || os::exists(loose_path(id));
}

Result<ObjectHeader> ObjectReader::header(const Sha1& id) const {
  auto header = read_again_when_gone(packs_, id, [&] { return packed_header(id); });
  if (header || header.error().code != Code::not_found) return header;
  auto loose = loose_header(loose_path(id));
  return loose || loose.error().code != Code::not_found ? loose : header;
}

Result<std::uint64_t> ObjectReader::size(const Sha1& id) const {
  auto size = read_again_when_gone(packs_, id, [&] { return packed_size(id); });
  if (size || size.error().code != Code::not_found) return size;
  return TRY(header(id)).size;
}

Result<Object> ObjectReader::read(const Sha1& id, std::uint64_t most) const {
  auto object = read_again_when_gone(packs_, id, [&] { return read_packed(id, most); });
  if (!object && object.error().code == Code::not_found) {
    auto loose = read_loose(loose_path(id), most);
    if (loose || loose.error().code != Code::not_found) object = std::move(loose);
  }
  if (object) TRY(check_id(id, *object));
  return object;
}

Result<std::unique_ptr<BlobStream>> ObjectReader::open_blob(const Sha1& id) const {
  auto stream = read_again_when_gone(packs_, id, [&] { return open_packed_blob(id); });
  if (stream || stream.error().code != Code::not_found) return stream;
  auto object = TRY(read(id, most_delta_object));
  if (object.type != ObjectType::blob) return fail(Code::not_found, "The object is not a file.");
  return std::make_unique<WholeBlobStream>(std::move(object.content));
}

}  // namespace kohaku::git
