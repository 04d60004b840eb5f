#include "api/lfs/batch_reply.h"

#include <fmt/format.h>

#include <functional>
#include <string>

#include "api/json.h"
#include "api/lfs/reply.h"
#include "base/encoding.h"
#include "hub/lfs_links.h"

namespace kohaku::api {
namespace {

using hub::UploadAct;

// About what one object and one link take, so that a long answer is not copied while it grows.
constexpr std::size_t object_bytes = 900;
constexpr std::size_t link_bytes = 250;

void write_error(JsonWriter& json, const Error& error) {
  json.key("error").begin_object();
  json.field("code", code_entry(error.code).status);
  json.field("message", error.message);
  json.end_object();
}

std::string upload_link(const Call& call, const hub::Upload& upload, UploadAct act,
                        std::int64_t part) {
  const auto proof = hub::sign_upload_link(call.hub.secrets, upload, act, part);
  std::string tail;
  if (act == UploadAct::part) tail = fmt::format("/parts/{}", part);
  if (act == UploadAct::complete) tail = "/complete";
  return fmt::format("{}/api/lfs/uploads/{}{}?{}", call.base_url(), upload.id, tail, proof.query());
}

// Keys of equal length, since git's transfer agent takes the parts in the order of their keys.
void write_parts(JsonWriter& json, const Call& call, const hub::Upload& upload) {
  json.key("header").begin_object();
  json.field("chunk_size", std::to_string(*upload.part_size));
  for (std::int64_t part = 1; part <= upload.part_count(); ++part) {
    json.field(fmt::format("{:05}", part), upload_link(call, upload, UploadAct::part, part));
  }
  json.end_object();
}

void write_upload(JsonWriter& json, const Call& call, const hub::Repo& repo,
                  const hub::Upload& upload) {
  const auto act = upload.part_size ? UploadAct::complete : UploadAct::whole;
  const auto lifetime = (upload.expires_at.value - call.hub.clock.now().value) / 1'000'000;
  json.key("actions").begin_object();
  json.key("upload").begin_object();
  json.field("href", upload_link(call, upload, act, 0));
  if (upload.part_size) write_parts(json, call, upload);
  json.field("expires_in", lifetime);
  json.end_object();
  json.key("verify").begin_object();
  json.field("href", call.repo_url(repo) + ".git/info/lfs/verify");
  // What git-lfs got over SSH it shows to the endpoint, but not to an action by itself.
  if (call.caller.only_repo) {
    json.key("header").begin_object();
    json.field("Authorization", call.request.headers.get("Authorization"));
    json.end_object();
  }
  json.field("expires_in", lifetime);
  json.end_object();
  json.end_object();
}

void write_download(JsonWriter& json, const Call& call, const hub::Repo& repo, const Sha256& oid) {
  hub::DownloadGrant grant{repo.id, oid, {}};
  if (call.caller.user) grant.user = call.caller.user->id;
  const auto proof = hub::sign_download_link(call.hub.secrets, grant, call.hub.clock.now());
  const auto reader = grant.user ? fmt::format("user={}&", grant.user->value) : std::string();
  json.key("actions").begin_object();
  json.key("download").begin_object();
  json.field("href", fmt::format("{}/api/lfs/objects/{}/{}?{}{}", call.base_url(), repo.id.value,
                                 oid.hex(), reader, proof.query()));
  json.field("expires_in", hub::download_link_seconds);
  json.end_object();
  json.end_object();
}

// {"transfer", "objects": […], "hash_algo"}; `rest` writes what follows an object's oid and size.
template <class Answer>
http::Reply batch_reply(std::string_view transfer, std::size_t size_hint,
                        const std::vector<Answer>& answers,
                        const std::function<void(JsonWriter&, const Answer&)>& rest) {
  std::string text;
  text.reserve(size_hint);
  JsonWriter json(text);
  json.begin_object();
  json.field("transfer", transfer);
  json.field("hash_algo", "sha256");
  json.key("objects").begin_array();
  for (const auto& answer : answers) {
    json.begin_object();
    json.field("oid", answer.asked.oid);
    json.field("size", answer.asked.size);
    if (answer.error) write_error(json, *answer.error);
    else rest(json, answer);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return lfs_reply(200, std::move(text));
}

}  // namespace

http::Reply upload_reply(const Call& call, const hub::Repo& repo,
                         const std::vector<UploadAnswer>& answers, bool in_parts) {
  std::size_t size_hint = 0;
  for (const auto& answer : answers) {
    const auto parts = answer.upload ? answer.upload->part_count() : 0;
    size_hint += object_bytes + static_cast<std::size_t>(parts) * link_bytes;
  }
  return batch_reply<UploadAnswer>(in_parts ? "multipart" : "basic", size_hint, answers,
                                   [&](JsonWriter& json, const UploadAnswer& answer) {
                                     if (answer.upload)
                                       write_upload(json, call, repo, *answer.upload);
                                   });
}

http::Reply xet_upload_reply(const Call& call, const hub::Repo& repo,
                             const std::vector<XetUploadAnswer>& answers,
                             const hub::XetGrant& grant) {
  const auto href =
      fmt::format("{}/api/{}/{}/xet-write-token/{}", call.base_url(), plural(repo.type),
                  repo.full_name(), percent_encode(repo.default_branch));
  return batch_reply<XetUploadAnswer>(
      "xet", answers.size() * object_bytes, answers,
      [&](JsonWriter& json, const XetUploadAnswer& answer) {
        if (!answer.is_wanted) return;
        json.key("actions").begin_object();
        json.key("upload").begin_object();
        json.field("href", href);
        json.key("header").begin_object();
        json.field("X-Xet-Cas-Url", call.base_url() + grant.cas_path);
        json.field("X-Xet-Access-Token", grant.token);
        json.field("X-Xet-Token-Expiration", std::to_string(grant.expires));
        json.field("X-Xet-Session-Id", call.request.id);
        json.end_object();
        json.end_object();
        json.end_object();
      });
}

http::Reply download_reply(const Call& call, const hub::Repo& repo,
                           const std::vector<DownloadAnswer>& answers) {
  return batch_reply<DownloadAnswer>("basic", answers.size() * object_bytes, answers,
                                     [&](JsonWriter& json, const DownloadAnswer& answer) {
                                       write_download(json, call, repo, answer.oid);
                                     });
}

}  // namespace kohaku::api
