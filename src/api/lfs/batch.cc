#include "api/lfs/batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/download_event.h"
#include "api/lfs/batch_reply.h"
#include "api/lfs/reply.h"
#include "hub/lfs_links.h"
#include "hub/lfs_uploads.h"
#include "hub/quota.h"

namespace kohaku::api {
namespace {

constexpr std::size_t most_objects = 1000;

Result<> check_request(const LfsBatchRequest& request) {
  if (request.operation != "upload" && request.operation != "download") {
    return fail(Code::unprocessable, "'operation' must be 'upload' or 'download'.");
  }
  // "sha_256" is what the JavaScript client writes.
  const auto algorithm = request.hash_algo.value_or("sha256");
  if (algorithm != "sha256" && algorithm != "sha_256") {
    return fail(Code::conflict, "This server names objects by sha256 only.");
  }
  if (request.objects.size() > most_objects) {
    return fail(Code::payload_too_large,
                fmt::format("A batch may name at most {} objects.", most_objects));
  }
  return {};
}

// The object as asked for, or the sentence that says what is wrong with it.
Result<hub::LfsObject> check_object(const LfsBatchObject& object) {
  const auto oid = Sha256::from_hex(object.oid);
  if (!oid) return fail(Code::unprocessable, "The oid must be 64 hexadecimal digits.");
  if (object.size < 0) return fail(Code::unprocessable, "The size must not be negative.");
  if (static_cast<std::uint64_t>(object.size) > hub::most_object_bytes) {
    return fail(Code::unprocessable,
                fmt::format("A file may have at most {} bytes.", hub::most_object_bytes));
  }
  return hub::LfsObject{*oid, static_cast<std::uint64_t>(object.size)};
}

// One sum for the whole batch: it is taken as a whole, or not at all.
Result<> check_quota(db::Connection& connection, const hub::Hub& hub, RepoId repo,
                     const LfsBatchRequest& request) {
  std::vector<hub::ArrivingObject> arriving;
  arriving.reserve(request.objects.size());
  for (const auto& asked : request.objects) {
    if (const auto object = check_object(asked)) arriving.push_back({object->oid, object->size});
  }
  return hub::check_quota(connection, hub.config, repo, arriving);
}

bool offers(const LfsBatchRequest& request, std::string_view transfer) {
  return request.transfers &&
         std::ranges::find(*request.transfers, transfer) != request.transfers->end();
}

bool wants_parts(const LfsBatchRequest& request, const hub::Config& config) {
  return offers(request, "multipart") &&
         std::ranges::any_of(request.objects, [&](const auto& object) {
           return object.size > 0 &&
                  static_cast<std::uint64_t>(object.size) > config.lfs_multipart_threshold_bytes;
         });
}

// How the objects of one answer are cut.
struct Cutting {
  bool in_parts = false;
  std::uint64_t batch_size = 0;
  std::uint64_t usual = 0;

  // Parts for every object of the answer or for none, as git's transfer agent expects; an empty
  // object has no part.
  std::optional<std::uint64_t> part_size(std::uint64_t size) const {
    if (!in_parts || size == 0) return std::nullopt;
    return hub::choose_part_size(size, batch_size, usual);
  }
};

Cutting cut(const LfsBatchRequest& request, const hub::Config& config) {
  Cutting cutting{wants_parts(request, config), 0, config.lfs_multipart_chunk_size_bytes};
  for (const auto& object : request.objects) {
    if (const auto checked = check_object(object)) cutting.batch_size += checked->size;
  }
  return cutting;
}

// An earlier upload keeps its smaller parts; many of those together would make an endless answer.
void limit_parts(UploadAnswer& answer, std::int64_t& parts) {
  if (!answer.upload) return;
  if (parts + answer.upload->part_count() <= hub::most_parts_in_batch) {
    parts += answer.upload->part_count();
    return;
  }
  answer.upload.reset();
  answer.error = Error{Code::payload_too_large, "Ask for this object in a batch of its own.", {}};
}

UploadAnswer answer_upload(db::Connection& connection, const hub::WritableRepo& repo,
                           const LfsBatchObject& asked, const Cutting& cutting,
                           const hub::Hub& hub) {
  UploadAnswer answer{asked, {}, {}};
  const auto object = check_object(asked);
  if (!object) {
    answer.error = object.error();
    return answer;
  }
  auto offer = hub::offer_upload(connection, repo.repo().id, repo.user().id, *object,
                                 cutting.part_size(object->size), hub.clock.now());
  if (!offer) {
    answer.error = offer.error();
  } else if (offer->kind == hub::UploadOffer::Kind::wanted) {
    answer.upload = std::move(offer->upload);
  } else if (offer->kind == hub::UploadOffer::Kind::other_size) {
    answer.error =
        Error{Code::unprocessable,
              fmt::format("This object has {} bytes, not {}.", offer->known_size, object->size),
              {}};
  }
  return answer;
}

Task<Result<http::Reply>> upload(hub::WritableRepo repo, LfsBatchRequest request, Call& call) {
  const auto cutting = cut(request, call.hub.config);
  auto answers = CO_TRY(co_await call.hub.database.write(
      [&](db::Connection& connection) -> Result<std::vector<UploadAnswer>> {
        TRY(check_quota(connection, call.hub, repo.repo().id, request));
        std::vector<UploadAnswer> made;
        made.reserve(request.objects.size());
        std::int64_t parts = 0;
        for (const auto& asked : request.objects) {
          made.push_back(answer_upload(connection, repo, asked, cutting, call.hub));
          // Not the object's fault: the whole group is tried again, or refused.
          const auto& error = made.back().error;
          if (error && error->code != Code::unprocessable) return std::unexpected(*error);
          limit_parts(made.back(), parts);
        }
        return made;
      }));
  co_return upload_reply(call, repo.repo(), answers, cutting.in_parts);
}

Result<XetUploadAnswer> answer_xet_upload(db::Connection& connection, RepoId repo,
                                          const LfsBatchObject& asked) {
  XetUploadAnswer answer{asked, {}, true};
  const auto object = check_object(asked);
  if (!object) {
    answer.error = object.error();
    return answer;
  }
  answer.is_wanted = !TRY(store::ObjectStore::find(connection, repo, object->oid));
  return answer;
}

// What is wanted comes by Xet: the client gets a token in place of a link.
Task<Result<http::Reply>> upload_by_xet(hub::WritableRepo repo, LfsBatchRequest request,
                                        Call& call) {
  const auto read = [&](db::Connection& connection) -> Result<std::vector<XetUploadAnswer>> {
    TRY(check_quota(connection, call.hub, repo.repo().id, request));
    std::vector<XetUploadAnswer> made;
    made.reserve(request.objects.size());
    for (const auto& asked : request.objects) {
      made.push_back(TRY(answer_xet_upload(connection, repo.repo().id, asked)));
    }
    return made;
  };
  const auto answers =
      CO_TRY(co_await call.hub.pool.run([&] { return call.hub.database.read_now(read); }));
  const auto grant = CO_TRY(hub::grant_xet(call.hub, repo, hub::XetRight::write, who_calls(call)));
  co_return xet_upload_reply(call, repo.repo(), answers, grant);
}

Result<DownloadAnswer> answer_download(db::Connection& connection, RepoId repo,
                                       const LfsBatchObject& asked) {
  DownloadAnswer answer{asked, {}, {}};
  const auto object = check_object(asked);
  if (!object) {
    answer.error = object.error();
    return answer;
  }
  const auto found = TRY(store::ObjectStore::find(connection, repo, object->oid));
  if (!found) {
    answer.error = Error{Code::not_found, "This repository does not hold the object.", {}};
  } else if (found->size != object->size) {
    answer.error =
        Error{Code::unprocessable,
              fmt::format("This object has {} bytes, not {}.", found->size, object->size),
              {}};
  } else {
    answer.oid = object->oid;
  }
  return answer;
}

std::vector<std::uint64_t> files_of(const std::vector<DownloadAnswer>& answers) {
  std::vector<std::uint64_t> files;
  for (const auto& answer : answers) {
    if (!answer.error) files.push_back(stats::file_of(answer.oid));
  }
  return files;
}

Task<Result<http::Reply>> download(hub::ReadableContent repo, LfsBatchRequest request, Call& call) {
  const auto read = [&](db::Connection& connection) -> Result<std::vector<DownloadAnswer>> {
    std::vector<DownloadAnswer> made;
    made.reserve(request.objects.size());
    for (const auto& asked : request.objects) {
      made.push_back(TRY(answer_download(connection, repo.repo().id, asked)));
    }
    return made;
  };
  // Up to a thousand look-ups: not on the event loop.
  const auto answers =
      CO_TRY(co_await call.hub.pool.run([&] { return call.hub.database.read_now(read); }));
  if (call.download) call.download->files = files_of(answers);
  co_return download_reply(call, repo.repo(), answers);
}

}  // namespace

Task<Result<http::Reply>> lfs_batch(hub::ReadableContent repo, Body<LfsBatchRequest> body,
                                    Call& call) {
  CO_TRY(check_request(*body));
  if (body->operation == "download") {
    co_return co_await download(std::move(repo), std::move(body.value), call);
  }
  call.download.reset();  // nothing is downloaded
  auto writable = CO_TRY(hub::Access(call.hub).writable(repo));
  if (offers(*body, "xet")) {
    co_return co_await upload_by_xet(std::move(writable), std::move(body.value), call);
  }
  co_return co_await upload(std::move(writable), std::move(body.value), call);
}

}  // namespace kohaku::api
