#include "stats/event.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace kohaku::stats {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are kept as they lie");
static_assert(static_cast<int>(RepoType::model) == 0 && static_cast<int>(RepoType::dataset) == 1 &&
                  static_cast<int>(RepoType::space) == 2,
              "these values stand in journals");

constexpr std::uint16_t flag_preview = 1;
constexpr std::uint16_t flag_download_counter = 2;
constexpr std::uint16_t flag_who = 4;
constexpr std::uint16_t all_flags = flag_preview | flag_download_counter | flag_who;

constexpr auto last_type = static_cast<std::uint8_t>(RepoType::space);
constexpr auto last_door = static_cast<std::uint8_t>(Door::metadata);

// The texts, in the order in which they are kept.
constexpr std::array texts = {&Event::repository, &Event::method, &Event::address,
                              &Event::user_agent, &Event::path,   &Event::revision};

// Not in the midst of a character of UTF-8.
std::string_view cut(std::string_view text) {
  if (text.size() <= most_text_bytes) return text;
  std::size_t size = most_text_bytes;
  const auto continues = [&] { return (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U; };
  while (size > most_text_bytes - 4 && continues()) --size;
  return text.substr(0, size);
}

class Writer {
 public:
  explicit Writer(std::byte* out) : out_(out) {}

  template <class Number>
  void number(Number value) {
    std::memcpy(out_, &value, sizeof value);
    out_ += sizeof value;
  }
  void bytes(Bytes bytes) {
    if (bytes.empty()) return;
    std::memcpy(out_, bytes.data(), bytes.size());
    out_ += bytes.size();
  }
  void text(std::string_view text) {
    text = cut(text);
    number(static_cast<std::uint16_t>(text.size()));
    bytes(as_bytes(text));
  }
  std::byte* end() const { return out_; }

 private:
  std::byte* out_;
};

// Says once whether everything was there; what was not is zero.
class Reader {
 public:
  explicit Reader(Bytes bytes) : rest_(bytes) {}

  template <class Number>
  Number number() {
    Number value{};
    const auto found = bytes(sizeof value);
    if (!found.empty()) std::memcpy(&value, found.data(), sizeof value);
    return value;
  }
  Bytes bytes(std::size_t size) {
    if (size > rest_.size()) good_ = false;
    if (!good_) return {};
    const auto found = rest_.first(size);
    rest_ = rest_.subspan(size);
    return found;
  }
  std::string text() {
    const auto size = number<std::uint16_t>();
    if (size > most_text_bytes) good_ = false;
    return std::string(as_text(bytes(size)));
  }
  void require(bool holds) { good_ = good_ && holds; }
  bool at_end() const { return good_ && rest_.empty(); }

 private:
  Bytes rest_;
  bool good_ = true;
};

void read_numbers(Reader& reader, Event& event) {
  event.at = {reader.number<std::int64_t>()};
  event.repo = {reader.number<std::int64_t>()};
  event.owner = {reader.number<std::int64_t>()};
  event.user = {reader.number<std::int64_t>()};
  event.bytes = reader.number<std::uint64_t>();
  event.duration_micros = reader.number<std::int64_t>();
  event.status = reader.number<std::int32_t>();
}

// Returns the flags.
std::uint16_t read_kinds(Reader& reader, Event& event) {
  const auto type = reader.number<std::uint8_t>();
  const auto door = reader.number<std::uint8_t>();
  const auto flags = reader.number<std::uint16_t>();
  reader.require(type <= last_type && door >= 1 && door <= last_door && (flags & ~all_flags) == 0);
  event.type = static_cast<RepoType>(type);
  event.door = static_cast<Door>(door);
  event.preview = (flags & flag_preview) != 0;
  event.download_counter = (flags & flag_download_counter) != 0;
  return flags;
}

void read_files(Reader& reader, Event& event) {
  const auto count = reader.number<std::uint16_t>();
  reader.require(count <= most_files);
  const auto files = reader.bytes(count * sizeof(std::uint64_t));
  if (files.empty()) return;
  event.files.resize(count);
  std::memcpy(event.files.data(), files.data(), files.size());
}

}  // namespace

std::size_t encode(const Event& event, std::span<std::byte, most_encoded_bytes> out) {
  Writer writer(out.data());
  writer.number(event.at.value);
  writer.number(event.repo.value);
  writer.number(event.owner.value);
  writer.number(event.user.value);
  writer.number(event.bytes);
  writer.number(event.duration_micros);
  writer.number(event.status);
  writer.number(static_cast<std::uint8_t>(event.type));
  writer.number(static_cast<std::uint8_t>(event.door));
  writer.number(static_cast<std::uint16_t>((event.preview ? flag_preview : 0) |
                                           (event.download_counter ? flag_download_counter : 0) |
                                           (event.who ? flag_who : 0)));
  for (const auto text : texts) writer.text(event.*text);
  const auto count = std::min(event.files.size(), most_files);
  writer.number(static_cast<std::uint16_t>(count));
  writer.bytes(std::as_bytes(std::span(event.files).first(count)));
  if (event.who) writer.bytes(event.who->view());
  return static_cast<std::size_t>(writer.end() - out.data());
}

std::string encode(const Event& event) {
  std::array<std::byte, most_encoded_bytes> out;
  return std::string(as_text(Bytes(out).first(encode(event, out))));
}

Result<Event> decode(Bytes payload) {
  Reader reader(payload);
  Event event;
  read_numbers(reader, event);
  const auto flags = read_kinds(reader, event);
  for (const auto text : texts) event.*text = reader.text();
  read_files(reader, event);
  if ((flags & flag_who) != 0) event.who = Who::from_bytes(reader.bytes(Who::size));
  if (!reader.at_end()) return fail_internal("an event of the journal cannot be read");
  return event;
}

}  // namespace kohaku::stats
