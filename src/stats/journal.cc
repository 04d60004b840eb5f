#include "stats/journal.h"

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "os/log.h"
#include "stats/journal_segment.h"
#include "stats/policy.h"
#include "stats/waiting_records.h"

namespace kohaku::stats {
namespace {

using segment_format::header_bytes;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t least_segment_bytes = std::uint64_t{64} << 10U;
constexpr std::uint64_t most_segment_bytes = (std::uint64_t{1} << 32U) - 1;
constexpr int records_under_one_lock = 64;

Position position_of(std::uint64_t number, std::uint64_t offset) {
  return static_cast<Position>(number << 32U | offset);
}
std::uint64_t number_of(Position position) { return static_cast<std::uint64_t>(position) >> 32U; }
std::uint64_t offset_of(Position position) {
  return static_cast<std::uint64_t>(position) & 0xFFFF'FFFFU;
}

Result<std::string> read_or_make_node(const os::Path& path) {
  if (!os::exists(path)) {
    auto node = random_text(segment_format::node_bytes);
    TRY(os::replace_durably(path, as_bytes(node)));
    return node;
  }
  auto node = TRY(os::read_whole(path, 1024));
  if (node.size() != segment_format::node_bytes) {
    return fail_internal(path.string() + " does not hold a name of 16 letters; restore it");
  }
  return node;
}

using Files = std::map<std::uint64_t, std::uint64_t>;  // sizes by number

// Removes what a crash left half made.
Result<Files> find_files(const os::Path& directory) {
  Files files;
  for (const auto& entry : TRY(os::list(directory))) {
    if (entry.name.ends_with(".new")) {
      TRY(os::remove_file(directory / entry.name));
    } else if (const auto number = segment_number_from(entry.name)) {
      files.emplace(*number, entry.size);
    }
  }
  return files;
}

// Whether no record begins at `offset`, and nothing else either.
Result<bool> ends_at(const os::Path& directory, std::uint64_t number, std::uint64_t offset) {
  auto reader = JournalSegmentReader::open(directory, number, offset);
  if (!reader) {
    if (reader.error().code == Code::not_found) return true;
    return std::unexpected(std::move(reader).error());
  }
  return !TRY(reader->next()) && !reader->damaged();
}

}  // namespace

bool is_any_download(const Event& event) {
  return is_download(event, event.status) || is_huggingface_download(event, event.status);
}

struct Journal::State {
  State(os::Path directory_, JournalOptions options_)
      : directory(std::move(directory_)), options(options_), waiting(options_.most_waiting_bytes) {}

  Result<> begin();
  Result<> remove_empty(std::uint64_t number);

  // These want `mutex`.
  Position end() const;
  std::uint64_t used_of(std::uint64_t number, std::uint64_t bytes) const;
  bool is_written(std::uint64_t number) const;
  void leave_current();
  bool place(Bytes encoded);

  // These want `sync_mutex` alone.
  void leave_old_segment();
  Result<> add_segment();
  bool keep_room();
  bool take_in_waiting();
  void tell_of_room(const Result<>& made);
  void tell_of_losses();
  Result<Position> make_durable();
  void warm_ahead();

  Result<bool> read_segment(std::uint64_t number, Position from, Position until, const Take& take);
  void tell_of_damage(std::uint64_t number, std::uint64_t offset);

  const os::Path directory;
  const JournalOptions options;
  std::string node;

  std::mutex sync_mutex;  // taken before the other
  bool is_full = false;   // as the log knows it
  bool told_while_full = false;
  std::uint64_t told_lost = 0;
  Position warmed_at = 0;  // where the journal ended then

  mutable std::mutex mutex;  // of all that follows
  Files files;
  std::uint64_t next_number = 1;
  std::unique_ptr<JournalSegment> current;            // null: there was no room since the start
  std::optional<Clock::time_point> current_seen;      // when sync() first saw an event in it
  std::deque<std::unique_ptr<JournalSegment>> ahead;  // empty ones, in order
  std::deque<std::unique_ptr<JournalSegment>> left;  // full ones that are not on disk yet, in order
  WaitingRecords waiting;
  std::uint64_t appended = 0;
  std::set<std::uint64_t> damaged;  // segments that the log knows of
};

// The highest number must outlive what becomes of its file: numbers never come again.
Result<> Journal::State::begin() {
  TRY(os::make_directories(directory));
  node = TRY(read_or_make_node(directory / "node"));
  files = TRY(find_files(directory));
  const auto highest = files.empty() ? 0 : files.rbegin()->first;
  next_number = highest + 1;
  std::vector<std::uint64_t> empty;
  for (auto file = files.rbegin(); file != files.rend(); ++file) {
    if (!TRY(ends_at(directory, file->first, header_bytes))) break;
    empty.push_back(file->first);
  }
  for (const auto number : empty) {
    if (number != highest) TRY(remove_empty(number));
  }
  tell_of_room(add_segment());
  if (current && !empty.empty()) TRY(remove_empty(highest));
  return {};
}

Result<> Journal::State::remove_empty(std::uint64_t number) {
  TRY(os::remove_file(directory / segment_name(number)));
  files.erase(number);
  return {};
}

Position Journal::State::end() const {
  if (!current) return position_of(next_number, header_bytes);
  return position_of(current->number(), current->used());
}

std::uint64_t Journal::State::used_of(std::uint64_t number, std::uint64_t bytes) const {
  if (!current || number < current->number()) return bytes;
  return number == current->number() ? current->used() : 0;
}

bool Journal::State::is_written(std::uint64_t number) const {
  if (!left.empty()) return number >= left.front()->number();
  // Without a current segment the last file stands for the highest number.
  return number >= (current ? current->number() : files.rbegin()->first);
}

// There is one ahead.
void Journal::State::leave_current() {
  if (current) left.push_back(std::move(current));
  current = std::move(ahead.front());
  ahead.pop_front();
  current_seen.reset();
}

bool Journal::State::place(Bytes encoded) {
  if (current && current->append(encoded)) return true;
  if (ahead.empty()) return false;
  leave_current();
  return current->append(encoded);
}

void Journal::State::leave_old_segment() {
  const std::scoped_lock lock(mutex);
  if (!current || current->empty()) return;
  const auto now = Clock::now();
  if (!current_seen) current_seen = now;
  if (now - *current_seen >= options.most_segment_age && !ahead.empty()) leave_current();
}

Result<> Journal::State::add_segment() {
  const auto number = next_number;  // only this function changes it
  auto made = JournalSegment::create(directory, number, node, options.segment_bytes);
  if (!made) return std::unexpected(std::move(made).error());
  const std::scoped_lock lock(mutex);
  ++next_number;
  files.emplace(number, options.segment_bytes);
  (ahead.empty() && !current ? current : ahead.emplace_back()) = std::move(*made);
  return {};
}

// Whether all segments ahead are there.
bool Journal::State::keep_room() {
  while (true) {
    {
      const std::scoped_lock lock(mutex);
      if (current && ahead.size() >= options.segments_ahead) return true;
    }
    const auto made = add_segment();
    tell_of_room(made);
    if (!made) return false;
  }
}

void Journal::State::tell_of_room(const Result<>& made) {
  if (made.has_value() != is_full) return;
  is_full = !made;
  if (is_full) {
    os::log_error("The journal of events gets no new segment: events will wait in memory",
                  {{"reason", std::string_view(made.error().detail)}});
    return;
  }
  os::log_warning("The journal of events has room again");
}

// Once when it begins, and again with all of them when there is room.
void Journal::State::tell_of_losses() {
  std::uint64_t lost = 0;
  std::uint64_t lost_counting = 0;
  {
    const std::scoped_lock lock(mutex);
    lost = waiting.lost();
    lost_counting = waiting.lost_counting();
  }
  if (lost == told_lost || (is_full && told_while_full)) return;
  told_lost = lost;
  told_while_full = is_full;
  os::log_error("Events found no place in the journal",
                {{"lost", static_cast<std::int64_t>(lost)},
                 {"lost_counting", static_cast<std::int64_t>(lost_counting)}});
}

// Whether all of it found room.
bool Journal::State::take_in_waiting() {
  while (true) {
    const std::scoped_lock lock(mutex);
    for (int i = 0; i < records_under_one_lock; ++i) {
      if (waiting.empty()) return true;
      if (!place(waiting.front())) return false;
      waiting.pop();
    }
  }
}

Result<Position> Journal::State::make_durable() {
  // Segments stay where they are meanwhile: only this function takes them out.
  std::vector<std::pair<JournalSegment*, std::uint64_t>> written;
  std::size_t left_count = 0;
  Position until = 0;
  {
    const std::scoped_lock lock(mutex);
    for (const auto& segment : left) written.emplace_back(segment.get(), segment->used());
    left_count = left.size();
    if (current) written.emplace_back(current.get(), current->used());
    until = end();
  }
  for (const auto& [segment, used] : written) TRY(segment->sync(used));
  std::vector<std::unique_ptr<JournalSegment>> done;  // unmapped without the lock
  const std::scoped_lock lock(mutex);
  for (; left_count > 0; --left_count) {
    done.push_back(std::move(left.front()));
    left.pop_front();
  }
  return until;
}

// As much as twice of what came since the last time.
void Journal::State::warm_ahead() {
  JournalSegment* segment = nullptr;
  JournalSegment* next = nullptr;
  std::uint64_t used = 0;
  {
    const std::scoped_lock lock(mutex);
    if (!current) return;
    segment = current.get();
    used = segment->used();
    if (!ahead.empty()) next = ahead.front().get();
  }
  const auto now = position_of(segment->number(), used);
  const auto came = now - std::exchange(warmed_at, now);
  const auto until = used + 2 * std::min(static_cast<std::uint64_t>(came), options.segment_bytes);
  segment->warm(until);
  if (next != nullptr && until > options.segment_bytes) next->warm(until - options.segment_bytes);
}

// Whether to go on with the next one.
Result<bool> Journal::State::read_segment(std::uint64_t number, Position from, Position until,
                                          const Take& take) {
  const auto first = number == number_of(from) ? offset_of(from) : 0;
  auto reader = JournalSegmentReader::open(directory, number, first);
  if (!reader && reader.error().code == Code::not_found) return true;
  if (!reader) return std::unexpected(std::move(reader).error());
  while (position_of(number, reader->offset()) < until) {
    const auto read = TRY(reader->next());
    if (!read) {
      if (reader->damaged() || number == number_of(until)) tell_of_damage(number, reader->offset());
      return true;
    }
    if (!TRY(take(*read))) return false;
  }
  return true;
}

void Journal::State::tell_of_damage(std::uint64_t number, std::uint64_t offset) {
  {
    const std::scoped_lock lock(mutex);
    if (!damaged.insert(number).second) return;
  }
  const auto name = segment_name(number);
  os::log_error(
      "A segment of the journal of events is damaged: what follows is not counted",
      {{"segment", std::string_view(name)}, {"offset", static_cast<std::int64_t>(offset)}});
}

Journal::Journal(std::unique_ptr<State> state) : state_(std::move(state)) {}

Journal::~Journal() {
  // Nothing needs to be ahead any more, unless something waits.
  const auto synced = counters().waiting > 0 ? sync() : state_->make_durable();
  if (!synced) {
    os::log_error("The journal of events could not be synced",
                  {{"reason", std::string_view(synced.error().detail)}});
  }
  const auto waiting = counters().waiting;
  if (waiting == 0) return;
  os::log_error("Events are lost that waited for room in the journal",
                {{"lost", static_cast<std::int64_t>(waiting)}});
}

Result<std::unique_ptr<Journal>> Journal::open(const os::Path& directory, JournalOptions options) {
  options.segment_bytes =
      std::clamp(options.segment_bytes, least_segment_bytes, most_segment_bytes);
  options.segments_ahead = std::max<std::size_t>(options.segments_ahead, 1);
  auto state = std::make_unique<State>(directory, options);
  TRY(state->begin());
  return std::unique_ptr<Journal>(new Journal(std::move(state)));
}

void Journal::append(const Event& event) noexcept {
  const EncodedEvent encoded(event);
  const std::scoped_lock lock(state_->mutex);
  ++state_->appended;
  // Behind those that wait, so that the order is kept.
  if (state_->waiting.empty() && state_->place(encoded.bytes())) return;
  state_->waiting.add(encoded.bytes(), state_->options.counts(event));
}

Result<Position> Journal::sync() {
  const std::scoped_lock lock(state_->sync_mutex);
  state_->leave_old_segment();
  bool room = state_->keep_room();
  while (!state_->take_in_waiting() && room) room = state_->keep_room();
  if (room) state_->keep_room();
  state_->tell_of_losses();
  auto durable = state_->make_durable();
  state_->warm_ahead();
  return durable;
}

Result<> Journal::read(Position from, Position until, const Take& take) const {
  std::vector<std::uint64_t> numbers;
  {
    const std::scoped_lock lock(state_->mutex);
    const auto& files = state_->files;
    for (auto file = files.lower_bound(number_of(from)); file != files.end(); ++file) {
      numbers.push_back(file->first);
    }
  }
  for (const auto number : numbers) {
    if (position_of(number, header_bytes) >= until) break;
    if (!TRY(state_->read_segment(number, from, until, take))) break;
  }
  return {};
}

Result<> Journal::remove_before(Position position) {
  const auto last = number_of(position);
  std::vector<std::uint64_t> numbers;
  {
    const std::scoped_lock lock(state_->mutex);
    for (const auto& [number, bytes] : state_->files) {
      if (number <= last && !state_->is_written(number)) numbers.push_back(number);
    }
  }
  for (const auto number : numbers) {
    if (number == last && !TRY(ends_at(state_->directory, number, offset_of(position)))) break;
    TRY(os::remove_file(state_->directory / segment_name(number)));
    const std::scoped_lock lock(state_->mutex);
    state_->files.erase(number);
  }
  return {};
}

const std::string& Journal::node() const { return state_->node; }

JournalCounters Journal::counters() const {
  const std::scoped_lock lock(state_->mutex);
  JournalCounters now{.appended = state_->appended,
                      .lost = state_->waiting.lost(),
                      .lost_counting = state_->waiting.lost_counting(),
                      .waiting = state_->waiting.size(),
                      .waiting_bytes = state_->waiting.bytes(),
                      .end = state_->end()};
  for (const auto& [number, bytes] : state_->files) now.disk_bytes += bytes;
  return now;
}

std::uint64_t Journal::bytes_after(Position position) const {
  const std::scoped_lock lock(state_->mutex);
  std::uint64_t after = 0;
  for (const auto& [number, bytes] : state_->files) {
    if (number < number_of(position)) continue;
    const auto read = number == number_of(position) ? offset_of(position) : header_bytes;
    after += std::max(state_->used_of(number, bytes), read) - read;
  }
  return after;
}

}  // namespace kohaku::stats
