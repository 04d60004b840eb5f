#include "api/repo/resolve.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/json.h"
#include "api/repo/content_type.h"
#include "api/routes.h"
#include "http/conditional.h"
#include "http/range.h"
#include "hub/current_caches.h"
#include "hub/file_lookup.h"
#include "store/object_store.h"

namespace kohaku::api {
namespace {

enum class View { content, git };

// What one answer is made of, once the file is found.
struct Asked {
  hub::FoundFile file;
  View view = View::content;
  std::string etag;  // quoted
  std::uint64_t size = 0;

  bool is_large() const { return view == View::content && file.pointer.has_value(); }
};

void set_file_headers(http::Headers& headers, const Asked& asked) {
  headers.set("ETag", asked.etag);
  headers.set("Accept-Ranges", "bytes");
  if (asked.is_large()) {
    headers.set("X-Linked-Size", std::to_string(asked.size));
    headers.set("X-Linked-ETag", asked.etag);
  }
  set_content_headers(headers, asked.file.path);
}

// The part asked for; nothing means the whole. A HEAD tells of the whole.
Result<std::optional<http::ByteRange>> asked_range(const http::Request& request,
                                                   const Asked& asked) {
  if (request.method != http::Method::get || !http::range_applies(request.headers, asked.etag)) {
    return std::nullopt;
  }
  return http::parse_range(request.headers.get("Range"), asked.size);
}

// The object, if the repository still keeps it.
Result<store::LargeObject> find_object(hub::Hub& hub, const hub::Repo& repo, const Asked& asked) {
  const auto& oid = asked.file.pointer->oid;
  auto object = TRY(hub.current->objects.get(hub.database, {repo.id, oid}, [&](auto& connection) {
    return store::ObjectStore::find(connection, repo.id, oid);
  }));
  if (object) return std::move(*object);
  return fail(
      Code::entry_not_found,
      fmt::format("The content of '{}' in this version is no longer kept by this repository.",
                  asked.file.path));
}

// How a client that speaks Xet reads this file instead: by reconstruction, with a token. Both links
// are for the JavaScript client; Python needs the first.
void set_xet_headers(http::Headers& headers, const Call& call, const hub::Repo& repo,
                     std::string_view commit, const xet::Hash& hash) {
  const auto text = xet::to_text(hash);
  const auto base = call.base_url();
  headers.set("X-Xet-Hash", text);
  headers.set("Link",
              fmt::format("<{0}/api/{1}/{2}/xet-read-token/{3}>; rel=\"xet-auth\", "
                          "<{0}/xet/v1/reconstructions/{4}>; rel=\"xet-reconstruction-info\"",
                          base, plural(repo.type), repo.full_name(), commit, text));
}

// The JavaScript client asks for these facts in place of the content.
constexpr std::string_view file_info_type = "application/vnd.xet-fileinfo+json";

bool wants_file_info(const http::Request& request) {
  return request.headers.get("Accept").find(file_info_type) != std::string_view::npos;
}

struct XetFileInfo {
  std::string hash;
  std::string etag;
  std::uint64_t size = 0;
};
BOOST_DESCRIBE_STRUCT(XetFileInfo, (), (hash, etag, size))

http::Reply file_info(http::Reply reply, const store::LargeObject& object) {
  reply.status = 200;
  reply.headers.remove("Content-Range");
  reply.headers.remove("Content-Disposition");
  reply.headers.set("Content-Type", std::string(file_info_type));
  reply.headers.set("Vary", "Accept");
  reply.body =
      to_json(XetFileInfo{xet::to_text(*object.xet_hash), object.sha256.hex(), object.size});
  return reply;
}

// Blobs up to this size are answered from memory.
constexpr std::uint64_t small_blob_bytes = 256 * 1024;

// Reads on the pool what must be inflated, a piece at a time; what stands before the range is passed
// over.
Task<Result<>> write_blob(hub::Hub& hub, std::shared_ptr<git::Repository> repository, Sha1 id,
                          http::ByteRange range, http::BodyWriter& writer) {
  const auto blob = CO_TRY(repository->open_blob(id));
  std::vector<std::byte> piece(small_blob_bytes);
  std::uint64_t position = 0;
  const auto end = range.offset + range.length;
  while (position < end) {
    const auto got = CO_TRY(co_await hub.pool.run([&] { return blob->read(piece); }));
    if (got == 0) co_return fail_internal("blob " + id.hex() + " ended early");
    const auto from =
        range.offset > position ? std::min<std::uint64_t>(range.offset - position, got) : 0;
    const auto to = std::min<std::uint64_t>(end - position, got);
    if (to > from) CO_TRY(co_await writer.write(Bytes(piece).subspan(from, to - from)));
    position += got;
  }
  co_return Result<>{};
}

Result<http::StreamBody> stream_blob(hub::Hub& hub, std::shared_ptr<git::Repository> repository,
                                     const Sha1& id, http::ByteRange range) {
  return http::StreamBody{range.length, [&hub, repository, id, range](http::BodyWriter& writer) {
                            return write_blob(hub, repository, id, range, writer);
                          }};
}

Result<http::Reply> answer_range(const http::Request& request, Asked& asked, http::Reply& reply,
                                 http::ByteRange& range) {
  const auto part = asked_range(request, asked);
  if (!part) {
    // JavaScript clients probe with bytes=0-0, which nothing in an empty file satisfies.
    if (asked.size != 0) {
      auto refusal = http::error_reply(part.error());
      refusal.headers.set("Content-Range", fmt::format("bytes */{}", asked.size));
      return refusal;
    }
    reply.headers.set("Content-Range", "bytes 0-0/0");
    return std::move(reply);
  }
  if (*part) {
    range = **part;
    reply.status = 206;
    reply.headers.set("Content-Range", fmt::format("bytes {}-{}/{}", range.offset,
                                                   range.offset + range.length - 1, asked.size));
  }
  return std::move(reply);
}

Task<Result<http::Reply>> send(hub::ReadableContent repo, Call& call, Asked asked,
                               std::string_view commit) {
  http::Reply reply;
  set_file_headers(reply.headers, asked);
  if (http::precondition_failed(call.request.headers, asked.etag)) {
    co_return fail(Code::precondition_failed, "The file is no longer the version you named.");
  }
  if (http::not_modified(call.request.headers, asked.etag)) {
    reply.status = 304;
    reply.body = http::NoBody{};
    co_return reply;
  }
  http::ByteRange range{0, asked.size};
  reply = CO_TRY(answer_range(call.request, asked, reply, range));
  if (reply.status >= 400) co_return reply;
  std::optional<store::LargeObject> object;
  if (asked.is_large()) object = CO_TRY(find_object(call.hub, repo.repo(), asked));
  if (object && object->xet_hash) {
    set_xet_headers(reply.headers, call, repo.repo(), commit, *object->xet_hash);
    if (wants_file_info(call.request)) co_return file_info(std::move(reply), *object);
  }
  if (call.request.method == http::Method::head) {
    reply.body = http::NoBody{asked.size};
  } else if (object) {
    reply.body = CO_TRY(call.hub.objects.read(*object, range.offset, range.length));
  } else {
    const auto repository = CO_TRY(call.hub.repositories.get(repo.repo().id));
    if (asked.size <= small_blob_bytes) {
      auto content =
          CO_TRY(repository->read(asked.file.entry.id, git::ObjectType::blob, asked.size));
      reply.body = range.length == content.size() ? std::move(content)
                                                  : content.substr(range.offset, range.length);
    } else {
      reply.body = CO_TRY(stream_blob(call.hub, repository, asked.file.entry.id, range));
    }
  }
  co_return reply;
}

Task<Result<http::Reply>> serve_file(hub::ReadableContent repo, Call& call, View view) {
  const auto found = CO_TRY(hub::resolve_revision_and_path(call.hub, repo.repo(), call.path.rest));
  const auto commit = found.revision.commit.hex();
  const auto with_commit = [&](http::Reply reply) {
    reply.headers.set("X-Repo-Commit", commit);
    return reply;
  };
  auto file = hub::find_file(call.hub, repo.repo(), found.revision.commit, found.path);
  if (!file) co_return with_commit(http::error_reply(file.error()));
  Asked asked{std::move(*file), view, {}, 0};
  asked.etag = fmt::format("\"{}\"", asked.is_large() ? asked.file.pointer->oid.hex()
                                                      : asked.file.entry.id.hex());
  asked.size = asked.is_large() ? asked.file.size() : asked.file.blob_size;
  auto reply = co_await send(std::move(repo), call, std::move(asked), commit);
  co_return with_commit(reply ? std::move(*reply) : http::error_reply(reply.error()));
}

}  // namespace

Task<Result<http::Reply>> resolve_file(hub::ReadableContent repo, Call& call) {
  return serve_file(std::move(repo), call, View::content);
}

Task<Result<http::Reply>> raw_file(hub::ReadableContent repo, Call& call) {
  return serve_file(std::move(repo), call, View::git);
}

void add_file_routes(Routes& routes) {
  routes.file("api/repo/resolve.cc")
      .get<&resolve_file>("/{repo}/resolve/{path...}")
      .get<&resolve_file>("/{type}s/{repo}/resolve/{path...}")
      .get<&raw_file>("/{repo}/raw/{path...}")
      .get<&raw_file>("/{type}s/{repo}/raw/{path...}");
}

}  // namespace kohaku::api
