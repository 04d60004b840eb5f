#include <boost/json/basic_parser_impl.hpp>
#include <limits>

#include "hub/safetensors.h"

namespace kohaku::hub {
namespace {

// Takes the header as it is parsed, so that memory stays constant whatever it holds.
class HeaderHandler {
 public:
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = 4096;
  static constexpr std::size_t max_string_size = 1U << 20U;
  using Error = boost::system::error_code;
  using Text = boost::json::string_view;

  SafetensorsFacts facts;

  bool on_document_begin(Error&) { return true; }
  bool on_document_end(Error&) { return true; }
  bool on_object_begin(Error&) {
    if (++depth_ == tensor_depth) begin_tensor();
    return true;
  }
  bool on_object_end(std::size_t, Error& error) {
    if (depth_-- == tensor_depth && !end_tensor()) return refuse(error);
    return true;
  }
  bool on_array_begin(Error&) { return true; }
  bool on_array_end(std::size_t, Error&) { return true; }
  bool on_key_part(Text part, std::size_t, Error&) {
    key_.append(part.data(), part.size());
    return true;
  }
  bool on_key(Text part, std::size_t, Error&) {
    key_.append(part.data(), part.size());
    if (depth_ < tensor_depth) is_metadata_ = key_ == "__metadata__";
    field_ = depth_ == tensor_depth ? std::move(key_) : std::string();
    key_.clear();
    return true;
  }
  bool on_string_part(Text part, std::size_t, Error&) {
    if (field_ == "dtype" && dtype_.size() < longest_dtype) dtype_.append(part.data(), part.size());
    return true;
  }
  bool on_string(Text part, std::size_t size, Error& error) {
    return on_string_part(part, size, error);
  }
  bool on_number_part(Text, Error&) { return true; }
  bool on_int64(std::int64_t value, Text, Error& error) {
    if (value < 0) return field_ == "shape" ? refuse(error) : true;
    return on_uint64(static_cast<std::uint64_t>(value), {}, error);
  }
  bool on_uint64(std::uint64_t value, Text, Error& error) {
    if (field_ != "shape") return true;
    return __builtin_mul_overflow(count_, value, &count_) ? refuse(error) : true;
  }
  bool on_double(double, Text, Error& error) { return field_ == "shape" ? refuse(error) : true; }
  bool on_bool(bool, Error&) { return true; }
  bool on_null(Error&) { return true; }
  bool on_comment_part(Text, Error&) { return true; }
  bool on_comment(Text, Error&) { return true; }

 private:
  static constexpr int tensor_depth = 2;
  static constexpr std::size_t longest_dtype = 32;
  static constexpr std::size_t most_dtypes = 64;

  static bool refuse(Error& error) {
    error = boost::json::make_error_code(boost::json::error::syntax);
    return false;
  }

  void begin_tensor() {
    count_ = 1;
    dtype_.clear();
    field_.clear();
  }

  bool end_tensor() {
    if (is_metadata_) return true;
    if (dtype_.empty() || dtype_.size() > longest_dtype) return false;
    if (__builtin_add_overflow(facts.total, count_, &facts.total)) return false;
    facts.parameters[dtype_] += count_;
    return facts.parameters.size() <= most_dtypes;
  }

  int depth_ = 0;
  bool is_metadata_ = false;
  std::string key_;
  std::string field_;  // of the tensor that is open
  std::string dtype_;
  std::uint64_t count_ = 1;
};

}  // namespace

bool add_safetensors_header(std::string_view json, SafetensorsFacts& facts) {
  // The format demands the brace first, and lets spaces fill up the end.
  if (!json.starts_with('{')) return false;
  boost::json::parse_options options;
  options.max_depth = 8;
  boost::json::basic_parser<HeaderHandler> parser(options);
  parser.handler().facts = facts;
  boost::system::error_code error;
  const auto read = parser.write_some(false, json.data(), json.size(), error);
  if (error || !parser.done()) return false;
  if (json.find_first_not_of(' ', read) != json.npos) return false;
  facts = std::move(parser.handler().facts);
  return true;
}

}  // namespace kohaku::hub
