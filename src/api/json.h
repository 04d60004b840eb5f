// Structs are the wire: a described struct is written as JSON field by field, and read from JSON.
//
//   struct LikeReply { bool success; std::string message; std::int64_t likes_count; };
//   BOOST_DESCRIBE_STRUCT(LikeReply, (), (success, message, likes_count))
//
// A member whose name is a C++ keyword ends in `_`, which the wire does not have: `private_`.
// Written: bool, integers, double, text, Micros (ISO date), Digest (hex), optional (empty: null, or
// left out when wrapped in Omittable), vector, map of text, boost::json::value, described structs.
// Read: the same; unknown fields are ignored, an optional may be missing or null, anything else
// missing or of another type is bad_request with a sentence that names the field.
#pragma once

#include <boost/describe.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/date.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/result.h"

namespace kohaku::api {

// An optional that is left out when empty, instead of null.
template <class T>
struct Omittable : std::optional<T> {
  using std::optional<T>::optional;
  using std::optional<T>::operator=;
};

template <class T>
concept Described = boost::describe::has_describe_members<T>::value;

// Writes JSON text straight into a string.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);
  void raw(std::string_view json);  // a value that is JSON already

  void write(std::string_view text);
  void write(const std::string& text) { write(std::string_view(text)); }
  void write(const char* text) { write(std::string_view(text)); }
  void write(bool value) { raw(value ? "true" : "false"); }
  void write(double value);
  void write(std::nullptr_t) { raw("null"); }
  void write(Micros time) { write(iso_date(time)); }
  void write(const boost::json::value& value);
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  void write(T value) {
    write_integer(static_cast<std::int64_t>(value));
  }
  template <class Tag>
  void write(Id<Tag> id) {
    write_integer(id.value);
  }
  template <std::size_t N, class Tag>
  void write(const Digest<N, Tag>& digest) {
    write(digest.hex());
  }
  template <class T>
  void write(const std::optional<T>& value) {
    if (value) write(*value);
    else write(nullptr);
  }
  template <class T>
  void write(const std::vector<T>& values) {
    begin_array();
    for (const auto& value : values) write(value);
    end_array();
  }
  template <class T>
  void write(const std::map<std::string, T>& values) {
    begin_object();
    for (const auto& [name, value] : values) field(name, value);
    end_object();
  }
  template <Described T>
  void write(const T& value) {
    begin_object();
    fields(value);
    end_object();
  }
  // The members of a described struct into the object that is open.
  template <Described T>
  void fields(const T& value) {
    boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_public>>(
        [&](auto member) { member_field(member.name, value.*member.pointer); });
  }
  template <class T>
  void field(std::string_view name, const T& value) {
    key(name);
    write(value);
  }

 private:
  template <class T>
  void member_field(std::string_view name, const T& value) {
    if (name.ends_with('_')) name.remove_suffix(1);
    field(name, value);
  }
  template <class T>
  void member_field(std::string_view name, const Omittable<T>& value) {
    if (value) member_field(name, *value);
  }
  JsonWriter& open(char c);
  JsonWriter& close(char c);
  void separate();
  void write_integer(std::int64_t value);

  std::string& out_;
  bool first_ = true;
  bool after_key_ = false;
};

template <class T>
std::string to_json(const T& value) {
  std::string out;
  JsonWriter(out).write(value);
  return out;
}

// Parses text of at most 32 levels; bad_request with the position otherwise.
Result<boost::json::value> parse_json(std::string_view text);

namespace json_internal {

std::unexpected<Error> wrong_type(std::string_view field, std::string_view wanted);

inline Result<> read(const boost::json::value& in, std::string_view field, bool& out) {
  if (!in.is_bool()) return wrong_type(field, "true or false");
  out = in.get_bool();
  return {};
}
inline Result<> read(const boost::json::value& in, std::string_view field, std::string& out) {
  if (!in.is_string()) return wrong_type(field, "text");
  out = in.get_string();
  return {};
}
template <std::integral T>
Result<> read(const boost::json::value& in, std::string_view field, T& out) {
  boost::system::error_code error;
  out = in.to_number<T>(error);
  if (error) return wrong_type(field, "a whole number");
  return {};
}
inline Result<> read(const boost::json::value& in, std::string_view, boost::json::value& out) {
  out = in;
  return {};
}
template <Described T>
Result<> read(const boost::json::value& in, std::string_view field, T& out);
template <class T>
Result<> read(const boost::json::value& in, std::string_view field, std::vector<T>& out) {
  if (!in.is_array()) return wrong_type(field, "a list");
  for (const auto& item : in.get_array()) {
    T value{};
    TRY(read(item, field, value));
    out.push_back(std::move(value));
  }
  return {};
}
template <class T>
Result<> read(const boost::json::value& in, std::string_view field, std::optional<T>& out) {
  if (in.is_null()) return {};
  T value{};
  TRY(read(in, field, value));
  out = std::move(value);
  return {};
}

template <class T>
constexpr bool may_be_missing = false;
template <class T>
constexpr bool may_be_missing<std::optional<T>> = true;
template <class T>
constexpr bool may_be_missing<Omittable<T>> = true;

template <class T>
Result<> read_member(const boost::json::object& in, std::string_view name, T& out) {
  if (name.ends_with('_')) name.remove_suffix(1);
  const auto* value = in.if_contains(name);
  if (value == nullptr) {
    if constexpr (may_be_missing<T>) return {};
    return fail(Code::bad_request, "The field '" + std::string(name) + "' is missing.");
  }
  return read(*value, name, out);
}

template <Described T>
Result<> read(const boost::json::value& in, std::string_view field, T& out) {
  if (!in.is_object()) return wrong_type(field, "an object");
  Result<> result;
  boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_public>>(
      [&](auto member) {
        if (result) result = read_member(in.get_object(), member.name, out.*member.pointer);
      });
  return result;
}

}  // namespace json_internal

// T: a described struct.
template <Described T>
Result<T> from_json(std::string_view text) {
  const auto value = TRY(parse_json(text));
  T out{};
  TRY(json_internal::read(value, "The body", out));
  return out;
}

}  // namespace kohaku::api
