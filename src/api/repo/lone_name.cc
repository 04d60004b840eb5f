#include "api/repo/lone_name.h"

#include <fmt/format.h>

namespace kohaku::api {

Result<http::Reply> no_repo_of_lone_name(const hub::Anyone&, Call& call) {
  return fail(Code::repo_not_found,
              fmt::format("Repository '{}' ({}) was not found.", call.path.value("name"),
                          to_string(call.path.repo_type())));
}

}  // namespace kohaku::api
