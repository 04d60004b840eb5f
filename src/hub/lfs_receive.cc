#include "hub/lfs_receive.h"

#include <fmt/format.h>

#include <array>
#include <memory>
#include <utility>

#include "base/hash.h"
#include "hub/quota.h"
#include "hub/upload_room.h"
#include "store/intake.h"
#include "store/object_store.h"

namespace kohaku::hub {
namespace {

constexpr std::size_t etag_symbols = 32;

Result<> check_length(const http::BodyReader& body, std::uint64_t expected) {
  const auto declared = body.declared_length();
  if (!declared) return fail(Code::length_required, "An upload must declare its Content-Length.");
  if (*declared == expected) return {};
  return fail(Code::unprocessable,
              fmt::format("The upload has {} bytes, but {} were promised.", *declared, expected));
}

Task<Result<>> publish(Hub& hub, store::Staging staging, const Upload& upload) {
  const auto until = hub.clock.now().plus_seconds(upload_lifetime_seconds);
  return hub.objects.publish(std::move(staging), upload.repo, until,
                             [&hub, upload](db::Connection& connection) -> Result<> {
                               TRY(finish_upload(connection, upload));
                               const std::array arriving{
                                   ArrivingObject{upload.sha256, upload.size}};
                               return check_quota(connection, hub.config, upload.repo, arriving);
                             });
}

Result<std::shared_ptr<store::PartedStaging::Part>> begin_part(Hub& hub, const Upload& upload,
                                                               std::int64_t number) {
  const auto staging = TRY(hub.objects.parted_uploads().open(upload.id));
  return staging->begin(number, upload.part_offset(number), upload.part_bytes(number));
}

// Before its bytes change, a part that was there no longer is.
Task<Result<>> forget_earlier(Hub& hub, Upload upload, std::int64_t number) {
  const auto parts =
      CO_TRY(hub.database.read_now([&](db::Connection& c) { return uploaded_parts(c, upload); }));
  for (const auto& part : parts) {
    if (part.number != number) continue;
    co_return co_await hub.database.write(
        [&](db::Connection& c) { return forget_part(c, upload, number); });
  }
  co_return Result<>{};
}

Result<> check_parts(const Upload& upload, const std::vector<UploadedPart>& stored,
                     const std::vector<UploadedPart>& claimed) {
  const auto count = static_cast<std::size_t>(upload.part_count());
  if (claimed.size() != count) {
    return fail(Code::bad_request,
                fmt::format("{} parts are named, but the upload has {}.", claimed.size(), count));
  }
  for (std::size_t i = 0; i < count; ++i) {
    const auto number = static_cast<std::int64_t>(i) + 1;
    if (claimed[i].number != number) {
      return fail(Code::bad_request, "The parts must be named in ascending order, from 1.");
    }
    if (i >= stored.size() || stored[i].number != number || stored[i].etag != claimed[i].etag) {
      return fail(Code::bad_request,
                  fmt::format("Part {} was not uploaded, or with another ETag.", number));
    }
  }
  return {};
}

Result<store::Staging> seal(Hub& hub, const Upload& upload) {
  auto& uploads = hub.objects.parted_uploads();
  const auto staging = TRY(uploads.open(upload.id));
  auto sealed = staging->seal(upload.sha256, upload.size);
  if (sealed || sealed.error().code != Code::conflict) uploads.forget(upload.id);
  return sealed;
}

Task<Result<>> seal_and_publish(Hub& hub, Upload upload) {
  auto sealed = CO_TRY(co_await hub.pool.run([&] { return seal(hub, upload); }));
  co_return co_await publish(hub, std::move(sealed), upload);
}

}  // namespace

Task<Result<>> receive_whole(Hub& hub, OpenedUpload opened, http::BodyReader& body) {
  const auto& upload = opened.upload;
  if (upload.part_size) co_return fail(Code::bad_request, "This upload comes in parts.");
  CO_TRY(check_length(body, upload.size));
  CO_TRY(check_room(hub, upload.size));
  body.set_limit(upload.size);
  const auto staging = std::make_shared<store::Staging>(
      CO_TRY(co_await hub.pool.run([&] { return hub.objects.stage(); })));
  CO_TRY(co_await store::receive(body, hub.pool,
                                 [staging](Bytes bytes) { return staging->write(bytes); }));
  CO_TRY(co_await hub.pool.run([&] { return staging->verify(upload.sha256, upload.size); }));
  co_return co_await publish(hub, std::move(*staging), upload);
}

Task<Result<std::string>> receive_part(Hub& hub, OpenedUpload opened, std::int64_t number,
                                       http::BodyReader& body) {
  const auto& upload = opened.upload;
  if (!upload.part_size || number < 1 || number > upload.part_count()) {
    co_return fail(Code::bad_request, "This upload has no such part.");
  }
  CO_TRY(check_length(body, upload.part_bytes(number)));
  CO_TRY(check_room(hub, upload.part_bytes(number)));
  body.set_limit(upload.part_bytes(number));
  CO_TRY(co_await forget_earlier(hub, upload, number));
  const auto part = CO_TRY(co_await hub.pool.run([&] { return begin_part(hub, upload, number); }));
  CO_TRY(
      co_await store::receive(body, hub.pool, [part](Bytes bytes) { return part->write(bytes); }));
  CO_TRY(co_await hub.pool.run([&] { return part->finish(); }));
  const auto etag = random_text(etag_symbols);
  CO_TRY(co_await hub.database.write(
      [&](db::Connection& connection) { return record_part(connection, upload, number, etag); }));
  co_return etag;
}

Task<Result<>> complete_upload(Hub& hub, OpenedUpload opened, std::vector<UploadedPart> parts) {
  const auto& upload = opened.upload;
  if (!upload.part_size) co_return fail(Code::bad_request, "This upload comes in one piece.");
  const auto stored =
      CO_TRY(hub.database.read_now([&](db::Connection& c) { return uploaded_parts(c, upload); }));
  CO_TRY(check_parts(upload, stored, parts));
  auto done = co_await seal_and_publish(hub, upload);
  // What was sealed is gone from the staging area, published or not; only a conflict leaves the
  // parts to the request that came first.
  if (!done && done.error().code != Code::conflict) {
    static_cast<void>(co_await hub.database.write(
        [&](db::Connection& connection) { return forget_parts(connection, upload); }));
  }
  co_return done;
}

}  // namespace kohaku::hub
