#include "base/error.h"

#include <utility>

namespace kohaku {

CodeEntry code_entry(Code code) {
  switch (code) {
    case Code::bad_request: return {400, "BadRequest"};
    case Code::invalid_revision: return {400, "InvalidRevision"};
    case Code::unauthorized: return {401, "Unauthorized"};
    case Code::bad_credentials: return {401, "InvalidCredentials"};
    case Code::forbidden: return {403, "Forbidden"};
    case Code::gated_repo: return {403, "GatedRepo"};
    case Code::gated_repo_anonymous: return {401, "GatedRepo"};
    case Code::not_found: return {404, "NotFound"};
    case Code::repo_not_found: return {404, "RepoNotFound"};
    case Code::revision_not_found: return {404, "RevisionNotFound"};
    case Code::entry_not_found: return {404, "EntryNotFound"};
    case Code::method_not_allowed: return {405, "MethodNotAllowed"};
    case Code::request_timeout: return {408, "RequestTimeout"};
    case Code::repo_exists: return {409, "RepoExists"};
    case Code::conflict: return {409, "Conflict"};
    case Code::length_required: return {411, "LengthRequired"};
    case Code::precondition_failed: return {412, "PreconditionFailed"};
    case Code::payload_too_large: return {413, "PayloadTooLarge"};
    case Code::quota_exceeded: return {413, "QuotaExceeded"};
    case Code::uri_too_long: return {414, "UriTooLong"};
    case Code::unsupported_media_type: return {415, "UnsupportedMediaType"};
    case Code::range_not_satisfiable: return {416, "RangeNotSatisfiable"};
    case Code::unprocessable: return {422, "UnprocessableEntity"};
    case Code::too_many_requests: return {429, "TooManyRequests"};
    case Code::headers_too_large: return {431, "HeadersTooLarge"};
    case Code::internal: return {500, "ServerError"};
    case Code::not_implemented: return {501, "NotImplemented"};
    case Code::bad_gateway: return {502, "BadGateway"};
    case Code::unavailable: return {503, "Unavailable"};
    case Code::insufficient_storage: return {507, "InsufficientStorage"};
  }
  return {500, "ServerError"};
}

Error internal_error(std::string detail) {
  return Error{Code::internal, "The server could not complete this request.", std::move(detail)};
}

}  // namespace kohaku
