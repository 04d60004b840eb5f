#include "git/loose_object.h"

#include <array>
#include <charconv>
#include <utility>

#include "git/deflate.h"

namespace kohaku::git {
namespace {

constexpr std::size_t longest_header = 32;

std::unexpected<Error> damaged(const os::Path& path) {
  return fail_internal("damaged loose object " + path.native());
}

StreamDecompressor inflate_file(os::File file) {
  return StreamDecompressor([file = std::make_shared<os::File>(std::move(file)),
                             buffer = std::make_shared<std::array<std::byte, 16 << 10>>(),
                             offset = std::uint64_t{0}]() mutable -> Result<Bytes> {
    const auto got = TRY(file->read_at(offset, *buffer));
    offset += got;
    return Bytes(*buffer).first(got);
  });
}

// Leaves the stream at the content.
Result<ObjectHeader> take_header(StreamDecompressor& stream, const os::Path& path) {
  std::string text;
  for (char c = 1; c != 0;) {
    const auto got = TRY(stream.read(std::as_writable_bytes(std::span(&c, 1))));
    if (got == 0 || text.size() > longest_header) return damaged(path);
    if (c != 0) text += c;
  }
  const auto space = std::min(text.find(' '), text.size());
  ObjectHeader header;
  const auto* digits = text.data() + std::min(space + 1, text.size());
  const auto* end = text.data() + text.size();
  if (std::from_chars(digits, end, header.size).ptr != end || digits == end) return damaged(path);
  for (const auto type :
       {ObjectType::commit, ObjectType::tree, ObjectType::blob, ObjectType::tag}) {
    if (std::string_view(text).substr(0, space) != to_string(type)) continue;
    header.type = type;
    return header;
  }
  return damaged(path);
}

}  // namespace

Result<ObjectHeader> loose_header(const os::Path& path) {
  auto stream = inflate_file(TRY(os::open_for_reading(path)));
  return take_header(stream, path);
}

Result<Object> read_loose(const os::Path& path, std::uint64_t most) {
  auto stream = inflate_file(TRY(os::open_for_reading(path)));
  const auto header = TRY(take_header(stream, path));
  if (header.size > most) return fail(Code::payload_too_large, "The object is too large.");
  Object object{.type = header.type, .content = std::string(header.size, '\0')};
  const auto got = TRY(stream.read(std::as_writable_bytes(std::span(object.content))));
  if (got != header.size) return damaged(path);
  return object;
}

}  // namespace kohaku::git
