// The one vocabulary of failures. A rule says what went wrong with a Code and a sentence; only the
// table in error.cc knows which HTTP status and X-Error-Code that becomes.
#pragma once

#include <string>
#include <string_view>

namespace kohaku {

enum class Code {
  bad_request,             // 400 malformed input
  invalid_revision,        // 400 a reference that cannot be acted upon ("Invalid rev id")
  unauthorized,            // 401 a sign-in is needed
  bad_credentials,         // 401 the credentials given are wrong or expired
  forbidden,               // 403 signed in, but not allowed
  gated_repo,              // 403 visible, but the content needs a grant
  gated_repo_anonymous,    // 401 the same for an anonymous caller
  not_found,               // 404 anything without a code of its own
  repo_not_found,          // 404
  revision_not_found,      // 404
  entry_not_found,         // 404
  method_not_allowed,      // 405
  request_timeout,         // 408
  repo_exists,             // 409 X-Error-Code: RepoExists
  conflict,                // 409
  length_required,         // 411
  precondition_failed,     // 412
  payload_too_large,       // 413
  quota_exceeded,          // 413 X-Error-Code: QuotaExceeded; the repository or namespace is full
  uri_too_long,            // 414
  unsupported_media_type,  // 415
  range_not_satisfiable,   // 416
  unprocessable,           // 422
  too_many_requests,       // 429
  headers_too_large,       // 431
  internal,                // 500 a bug or a broken invariant
  not_implemented,         // 501 named by the contract, not offered yet
  bad_gateway,             // 502 another server failed us
  unavailable,             // 503 try again soon
  insufficient_storage,    // 507 disk full
};

// What failed. `message` is for the client and holds no secret; `detail` goes to the log only.
struct Error {
  Code code = Code::internal;
  std::string message;
  std::string detail;
  int retry_after_seconds = 0;  // when it is worth another try; 0: not known
};

struct CodeEntry {
  int status;                   // HTTP status
  std::string_view error_code;  // X-Error-Code
};

// The table of error codes. Total: every Code has an entry.
CodeEntry code_entry(Code code);

// A failure whose cause only the operator can act upon: the client gets a neutral sentence.
Error internal_error(std::string detail);

}  // namespace kohaku
