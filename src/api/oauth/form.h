// The fields of a body that is a form, or a flat JSON object of text.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "http/message.h"

namespace kohaku::api {

class Form {
 public:
  explicit Form(std::vector<std::pair<std::string, std::string>> fields)
      : fields_(std::move(fields)) {}
  // The first value of this name; "" when there is none.
  std::string get(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

// At most 16 KiB; bad_request for JSON that is no object.
Task<Result<Form>> read_form(http::Request& request);

}  // namespace kohaku::api
