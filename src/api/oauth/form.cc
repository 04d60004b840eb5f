#include "api/oauth/form.h"

#include "api/json.h"
#include "base/encoding.h"

namespace kohaku::api {
namespace {

constexpr std::uint64_t most_bytes = 16 * 1024;

Result<Form> parse_object(std::string_view text) {
  const auto value = TRY(parse_json(text));
  if (!value.is_object()) return fail(Code::bad_request, "The body must be an object.");
  std::vector<std::pair<std::string, std::string>> fields;
  for (const auto& field : value.get_object()) {
    if (const auto* content = field.value().if_string()) {
      fields.emplace_back(field.key(), std::string(*content));
    }
  }
  return Form(std::move(fields));
}

}  // namespace

std::string Form::get(std::string_view name) const {
  for (const auto& [field, value] : fields_) {
    if (field == name) return value;
  }
  return {};
}

Task<Result<Form>> read_form(http::Request& request) {
  const auto text = CO_TRY(co_await http::read_text(*request.body, most_bytes));
  if (request.headers.get("Content-Type").starts_with("application/json")) {
    co_return parse_object(text);
  }
  co_return Form(parse_form(text));
}

}  // namespace kohaku::api
