// Where the links of an upload batch lead. They are their own proof: no credentials are asked for.
//
//   PUT  /api/lfs/uploads/{id}               the whole object
//   PUT  /api/lfs/uploads/{id}/parts/{n}     one part, from 1; sent again, it is replaced
//   POST /api/lfs/uploads/{id}/complete      {oid, parts: [{partNumber, etag}]} once all are there
//
// each with ?expires=&signature=. Every answer to a PUT carries an ETag.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>

#include "api/call.h"
#include "base/task.h"

namespace kohaku::api {

struct CompletedUpload {
  std::string message;
  std::uint64_t size = 0;
  std::string etag;
};
BOOST_DESCRIBE_STRUCT(CompletedUpload, (), (message, size, etag))

Task<Result<http::Reply>> put_upload(hub::Anyone anyone, Call& call);
Task<Result<http::Reply>> put_upload_part(hub::Anyone anyone, Call& call);
Task<Result<http::Reply>> complete_upload(hub::Anyone anyone, Call& call);

}  // namespace kohaku::api
