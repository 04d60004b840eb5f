#include "hub/commit_line_reader.h"

#include <fmt/format.h>

#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <optional>

namespace kohaku::hub {
namespace {

namespace json = boost::json;

// A field of `value` that is text: where it goes and how long it may be.
struct TextField {
  std::string_view name;
  std::string CommitLine::* member;
  std::size_t most;
};

constexpr std::size_t longest_path = 4096 + 1;  // one more, so that the path's own rule complains

constexpr TextField text_fields[] = {
    {"summary", &CommitLine::summary, 64 * 1024},
    {"description", &CommitLine::description, 256 * 1024},
    {"parentCommit", &CommitLine::parent_commit, 64},
    {"path", &CommitLine::path, longest_path},
    {"oldPath", &CommitLine::old_path, longest_path},
    {"srcPath", &CommitLine::source_path, longest_path},
    {"src_path", &CommitLine::source_path, longest_path},
    {"srcRevision", &CommitLine::source_revision, 300},
    {"src_revision", &CommitLine::source_revision, 300},
    {"oid", &CommitLine::oid, 128},
    {"algo", &CommitLine::algorithm, 32},
};

struct NamedKind {
  std::string_view name;
  CommitLine::Kind kind;
};

constexpr NamedKind kinds[] = {
    {"header", CommitLine::Kind::header},
    {"file", CommitLine::Kind::file},
    {"lfsFile", CommitLine::Kind::lfs_file},
    {"copyFile", CommitLine::Kind::copy_file},
    {"deletedFile", CommitLine::Kind::deleted_file},
    {"deletedFolder", CommitLine::Kind::deleted_folder},
};

constexpr std::size_t longest_short_text = 64;  // of a key, of `encoding`

// What the parser tells, put where it belongs. Depth 1 is the line's object, depth 2 its `value`.
class Handler {
 public:
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);

  Handler(os::Path spool_directory, std::uint64_t inline_bytes)
      : content(std::move(spool_directory)), inline_bytes_(inline_bytes) {}

  void begin(std::uint64_t number) {
    line = CommitLine{};
    line.number = number;
    content.clear();
    kind_name.clear();
    encoding_name.clear();
    has_value = false;
    failure.reset();
    depth_ = 0;
    in_value_ = false;
  }

  CommitLine line;
  CommitSpool content;
  std::string kind_name;
  std::string encoding_name;
  bool has_value = false;
  std::optional<Error> failure;

  // What the parser calls.
  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code& error) {
    if (depth_ == 1 && key_ == "value") {
      in_value_ = true;
      has_value = true;
    } else if (depth_ == 1 && key_ == "key") {
      return refuse(error, "'key' must be text.");
    } else if (!check_not_known(error)) {
      return false;
    }
    ++depth_;
    return true;
  }
  bool on_object_end(std::size_t, json::error_code&) {
    if (--depth_ == 1) in_value_ = false;
    return true;
  }
  bool on_array_begin(json::error_code& error) {
    if (depth_ == 0) return refuse(error, "It must be a JSON object.");
    if (!check_scalar(error)) return false;
    ++depth_;
    return true;
  }
  bool on_array_end(std::size_t, json::error_code&) {
    --depth_;
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t total, json::error_code&) {
    if (total == part.size()) key_.clear();
    if (key_.size() <= longest_short_text) key_.append(part.substr(0, longest_short_text + 1));
    return true;
  }
  bool on_key(json::string_view part, std::size_t total, json::error_code& error) {
    return on_key_part(part, total, error);
  }
  bool on_string_part(json::string_view part, std::size_t total, json::error_code& error) {
    return take_text(part, total == part.size(), error);
  }
  bool on_string(json::string_view part, std::size_t total, json::error_code& error) {
    return take_text(part, total == part.size(), error);
  }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t value, json::string_view, json::error_code& error) {
    if (is_size() && value >= 0) {
      line.size = static_cast<std::uint64_t>(value);
      return true;
    }
    return check_scalar(error);
  }
  bool on_uint64(std::uint64_t value, json::string_view, json::error_code& error) {
    if (is_size()) {
      line.size = value;
      return true;
    }
    return check_scalar(error);
  }
  bool on_double(double, json::string_view, json::error_code& error) { return check_scalar(error); }
  bool on_bool(bool, json::error_code& error) { return check_scalar(error); }
  bool on_null(json::error_code& error) {
    if (depth_ == 1) return check_scalar(error);
    return depth_ != 0 || refuse(error, "It must be a JSON object.");  // null: like not named
  }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  bool refuse(json::error_code& error, std::string_view sentence, Code code = Code::bad_request) {
    failure = fail_at_line(line.number, code, sentence).error();
    error = json::error::syntax;  // any will do: `failure` is what counts
    return false;
  }
  bool refuse(json::error_code& error, Error why) {
    failure = std::move(why);
    error = json::error::syntax;
    return false;
  }

  bool is_field() const { return in_value_ && depth_ == 2; }
  bool is_size() const { return is_field() && key_ == "size"; }

  static const TextField* find_text_field(std::string_view name) {
    for (const auto& field : text_fields) {
      if (field.name == name) return &field;
    }
    return nullptr;
  }

  // A value of a type that no known field has.
  bool check_not_known(json::error_code& error) {
    if (!is_field()) return true;
    const bool is_text =
        key_ == "content" || key_ == "encoding" || find_text_field(key_) != nullptr;
    if (is_text) return refuse(error, fmt::format("'{}' must be text.", key_));
    if (key_ == "size") return refuse(error, "'size' must be a whole number.");
    return true;
  }
  bool check_scalar(json::error_code& error) {
    if (depth_ == 0) return refuse(error, "It must be a JSON object.");
    if (depth_ == 1 && key_ == "key") return refuse(error, "'key' must be text.");
    if (depth_ == 1 && key_ == "value") return refuse(error, "'value' must be an object.");
    return check_not_known(error);
  }

  bool append(std::string& out, json::string_view part, bool is_first, std::size_t most,
              json::error_code& error) {
    if (is_first) out.clear();
    if (out.size() + part.size() > most) {
      return refuse(error, fmt::format("'{}' is longer than {} bytes.", key_, most));
    }
    out.append(part);
    return true;
  }

  bool take_text(json::string_view part, bool is_first, json::error_code& error) {
    if (depth_ == 0) return refuse(error, "It must be a JSON object.");
    if (depth_ == 1 && key_ == "key")
      return append(kind_name, part, is_first, longest_short_text, error);
    if (depth_ == 1 && key_ == "value") return refuse(error, "'value' must be an object.");
    if (!is_field()) return true;
    if (key_ == "content") return take_content(part, is_first, error);
    if (key_ == "encoding") return append(encoding_name, part, is_first, longest_short_text, error);
    if (const auto* field = find_text_field(key_)) {
      line.has_path |= field->member == &CommitLine::path;
      return append(line.*field->member, part, is_first, field->most, error);
    }
    return key_ != "size" || refuse(error, "'size' must be a whole number.");
  }

  bool take_content(json::string_view part, bool is_first, json::error_code& error) {
    if (is_first) content.clear();
    line.has_content = true;
    if (auto kept = content.append(std::string_view(part.data(), part.size())); !kept) {
      return refuse(error, std::move(kept).error());
    }
    // Over the limit in either encoding: the rest need not be read.
    if (content.decoded_size(ContentEncoding::base64) < inline_bytes_) return true;
    return refuse(error, "A file this large must be uploaded with LFS.", Code::payload_too_large);
  }

  std::uint64_t inline_bytes_;
  int depth_ = 0;
  bool in_value_ = false;
  std::string key_;
};

Result<ContentEncoding> encoding_from(const CommitLine& line, std::string_view name) {
  if (name.empty() || name == "base64") return ContentEncoding::base64;
  if (name == "utf-8" || name == "utf8") return ContentEncoding::utf8;
  return fail_at_line(line.number, Code::bad_request,
                      fmt::format("The encoding '{}' is not known; use base64 or utf-8.", name));
}

}  // namespace

struct CommitLineReader::State {
  json::basic_parser<Handler> parser;
  bool begun = false;

  static json::parse_options options() {
    json::parse_options options;
    options.max_depth = 16;
    return options;
  }
  State(os::Path directory, std::uint64_t inline_bytes)
      : parser(options(), std::move(directory), inline_bytes) {}

  Result<> write(bool more, std::uint64_t number, std::string_view part) {
    json::error_code error;
    const auto used = parser.write_some(more, part.data(), part.size(), error);
    if (auto& failure = parser.handler().failure) return std::unexpected(std::move(*failure));
    if (error) {
      return fail_at_line(number, Code::bad_request,
                          fmt::format("It is not valid JSON ({}).", error.message()));
    }
    if (used < part.size()) {
      return fail_at_line(number, Code::bad_request, "There is something behind the JSON object.");
    }
    return {};
  }

  Result<CommitLine*> complete(std::uint64_t number) {
    auto& handler = parser.handler();
    auto& line = handler.line;
    if (handler.kind_name.empty())
      return fail_at_line(number, Code::bad_request, "'key' is missing.");
    const auto* kind = std::ranges::find(kinds, handler.kind_name, &NamedKind::name);
    if (kind == std::end(kinds)) {
      return fail_at_line(number, Code::bad_request,
                          fmt::format("The operation '{}' is not known.", handler.kind_name));
    }
    line.kind = kind->kind;
    if (!handler.has_value) return fail_at_line(number, Code::bad_request, "'value' is missing.");
    line.encoding = TRY(encoding_from(line, handler.encoding_name));
    if (line.kind != CommitLine::Kind::header && !line.has_path) {
      return fail_at_line(number, Code::bad_request, "'path' is missing.");
    }
    return &line;
  }
};

CommitLineReader::CommitLineReader(os::Path spool_directory, std::uint64_t inline_bytes)
    : state_(std::make_unique<State>(std::move(spool_directory), inline_bytes)) {}
CommitLineReader::~CommitLineReader() = default;

const CommitSpool& CommitLineReader::content() const { return state_->parser.handler().content; }

Result<> CommitLineReader::feed(std::uint64_t number, std::string_view part) {
  if (!state_->begun) {
    part.remove_prefix(std::min(part.find_first_not_of(" \t\r"), part.size()));
    if (part.empty()) return {};
    state_->parser.reset();
    state_->parser.handler().begin(number);
    state_->begun = true;
  }
  return part.empty() ? Result<>{} : state_->write(true, number, part);
}

Result<CommitLine*> CommitLineReader::finish(std::uint64_t number) {
  if (!state_->begun) return nullptr;
  state_->begun = false;
  TRY(state_->write(false, number, {}));
  return state_->complete(number);
}

}  // namespace kohaku::hub
