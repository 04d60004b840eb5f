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

constexpr std::uint8_t flag_who = 1;      // of a client
constexpr std::uint8_t flag_preview = 1;  // of a target
constexpr std::uint8_t flag_download_counter = 2;

constexpr auto last_type = static_cast<std::uint8_t>(RepoType::space);
constexpr auto last_door = static_cast<std::uint8_t>(Door::metadata);

constexpr std::array target_texts = {&EventTarget::repository, &EventTarget::method,
                                     &EventTarget::path, &EventTarget::revision};

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
  void part(EventPart part) { number(static_cast<std::uint8_t>(part)); }
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
  void part(EventPart part) { require(number<std::uint8_t>() == static_cast<std::uint8_t>(part)); }
  void require(bool holds) { good_ = good_ && holds; }
  bool at_end() const { return good_ && rest_.empty(); }

 private:
  Bytes rest_;
  bool good_ = true;
};

void read_files(Reader& reader, std::vector<std::uint64_t>& into) {
  const auto count = reader.number<std::uint16_t>();
  reader.require(count <= most_files);
  const auto files = reader.bytes(count * sizeof(std::uint64_t));
  if (files.empty()) return;
  into.resize(count);
  std::memcpy(into.data(), files.data(), files.size());
}

template <class Part>
Result<Part> whole(const Reader& reader, Part part) {
  if (!reader.at_end()) return fail_internal("an event of the journal cannot be read");
  return part;
}

}  // namespace

std::optional<EventPart> part_of(Bytes payload) {
  const auto part = payload.empty() ? 0 : std::to_integer<int>(payload.front());
  if (part < 1 || part > 3) return std::nullopt;
  return static_cast<EventPart>(part);
}

std::size_t encode(const EventClient& client, std::span<std::byte, most_client_bytes> out) {
  Writer writer(out.data());
  writer.part(EventPart::client);
  writer.number(client.who ? flag_who : std::uint8_t{0});
  writer.number(client.user.value);
  writer.text(client.address);
  writer.text(client.user_agent);
  if (client.who) writer.bytes(client.who->view());
  return static_cast<std::size_t>(writer.end() - out.data());
}

Result<EventClient> decode_client(Bytes payload) {
  Reader reader(payload);
  EventClient client;
  reader.part(EventPart::client);
  const auto flags = reader.number<std::uint8_t>();
  reader.require(flags <= flag_who);
  client.user = {reader.number<std::int64_t>()};
  client.address = reader.text();
  client.user_agent = reader.text();
  if (flags != 0) client.who = Who::from_bytes(reader.bytes(Who::size));
  return whole(reader, std::move(client));
}

std::size_t encode(const EventTarget& target, std::span<std::byte, most_target_bytes> out) {
  Writer writer(out.data());
  writer.part(EventPart::target);
  writer.number(static_cast<std::uint8_t>(target.type));
  writer.number(static_cast<std::uint8_t>(target.door));
  writer.number(static_cast<std::uint8_t>((target.preview ? flag_preview : 0) |
                                          (target.download_counter ? flag_download_counter : 0)));
  writer.number(target.repo.value);
  writer.number(target.owner.value);
  for (const auto text : target_texts) writer.text(target.*text);
  const auto count = std::min(target.files.size(), most_files);
  writer.number(static_cast<std::uint16_t>(count));
  writer.bytes(std::as_bytes(std::span(target.files).first(count)));
  return static_cast<std::size_t>(writer.end() - out.data());
}

Result<EventTarget> decode_target(Bytes payload) {
  Reader reader(payload);
  EventTarget target;
  reader.part(EventPart::target);
  const auto type = reader.number<std::uint8_t>();
  const auto door = reader.number<std::uint8_t>();
  const auto flags = reader.number<std::uint8_t>();
  reader.require(type <= last_type && door >= 1 && door <= last_door &&
                 flags <= (flag_preview | flag_download_counter));
  target.type = static_cast<RepoType>(type);
  target.door = static_cast<Door>(door);
  target.preview = (flags & flag_preview) != 0;
  target.download_counter = (flags & flag_download_counter) != 0;
  target.repo = {reader.number<std::int64_t>()};
  target.owner = {reader.number<std::int64_t>()};
  for (const auto text : target_texts) target.*text = reader.text();
  read_files(reader, target.files);
  return whole(reader, std::move(target));
}

void encode(const OutcomeRecord& record, std::span<std::byte, outcome_bytes> out) {
  Writer writer(out.data());
  writer.part(EventPart::outcome);
  writer.number(std::uint8_t{0});
  writer.number(static_cast<std::uint16_t>(record.outcome.status));
  writer.number(record.client);
  writer.number(record.target);
  writer.number(record.outcome.at.value);
  writer.number(record.outcome.bytes);
  writer.number(record.outcome.duration_micros);
}

Result<OutcomeRecord> decode_outcome(Bytes payload) {
  Reader reader(payload);
  OutcomeRecord record;
  reader.part(EventPart::outcome);
  reader.require(reader.number<std::uint8_t>() == 0);
  record.outcome.status = reader.number<std::uint16_t>();
  record.client = reader.number<std::uint32_t>();
  record.target = reader.number<std::uint32_t>();
  record.outcome.at = {reader.number<std::int64_t>()};
  record.outcome.bytes = reader.number<std::uint64_t>();
  record.outcome.duration_micros = reader.number<std::int64_t>();
  return whole(reader, record);
}

}  // namespace kohaku::stats
