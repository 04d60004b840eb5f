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
  std::uint64_t id() const {
    return is_large() ? stats::file_of(file.pointer->oid) : stats::file_of(file.entry.id);
  }
};

std::string in_quotes(std::string_view tag) {
  std::string quoted;
  quoted.reserve(tag.size() + 2);
  return quoted.append(1, '"').append(tag).append(1, '"');
}

void add_file_headers(http::Headers& headers, const Asked& asked) {
  headers.add("ETag", asked.etag);
  headers.add("Accept-Ranges", "bytes");
  if (asked.is_large()) {
    headers.add("X-Linked-Size", std::to_string(asked.size));
    headers.add("X-Linked-ETag", asked.etag);
  }
  add_content_headers(headers, asked.file.path);
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
void add_xet_headers(http::Headers& headers, const Call& call, const hub::Repo& repo,
                     const Sha1& commit, const xet::Hash& hash) {
  auto text = xet::to_text(hash);
  const auto base = call.base_url();
  headers.add("Link",
              fmt::format("<{0}/api/{1}/{2}/{3}/xet-read-token/{4}>; rel=\"xet-auth\", "
                          "<{0}/xet/v1/reconstructions/{5}>; "
                          "rel=\"xet-reconstruction-info\"",
                          base, plural(repo.type), repo.owner, repo.name, commit.hex(), text));
  headers.add("X-Xet-Hash", std::move(text));
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

// No download, though it comes by the same door (decision 19).
http::Reply file_info(http::Reply reply, Call& call, const store::LargeObject& object) {
  if (call.download) call.download->door = stats::Door::metadata;
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

Result<http::StreamBody> stream_blob(hub::Hub& hub,
                                     const std::shared_ptr<git::Repository>& repository,
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

Result<http::Body> small_body(const git::Repository& repository, const Asked& asked,
                              http::ByteRange range) {
  auto content = TRY(repository.read(asked.file.entry.id, git::ObjectType::blob, asked.size));
  if (range.length == content.size()) return content;
  return content.substr(range.offset, range.length);
}

Result<http::Body> git_body(hub::Hub& hub, const hub::Repo& repo, const Asked& asked,
                            http::ByteRange range) {
  const auto repository = TRY(hub.repositories.get(repo.id));
  if (asked.size <= small_blob_bytes) return small_body(*repository, asked, range);
  return TRY(stream_blob(hub, repository, asked.file.entry.id, range));
}

Result<http::Reply> answer_file(const hub::Repo& repo, Call& call, Asked& asked,
                                const Sha1& commit) {
  http::Reply reply;
  add_file_headers(reply.headers, asked);
  if (http::precondition_failed(call.request.headers, asked.etag)) {
    return fail(Code::precondition_failed, "The file is no longer the version you named.");
  }
  if (http::not_modified(call.request.headers, asked.etag)) {
    reply.status = 304;
    reply.body = http::NoBody{};
    return reply;
  }
  http::ByteRange range{0, asked.size};
  reply = TRY(answer_range(call.request, asked, reply, range));
  if (reply.status >= 400) return reply;
  const bool is_head = call.request.method == http::Method::head;
  if (asked.is_large()) {
    const auto object = TRY(find_object(call.hub, repo, asked));
    if (object.xet_hash) {
      add_xet_headers(reply.headers, call, repo, commit, *object.xet_hash);
      if (wants_file_info(call.request)) return file_info(std::move(reply), call, object);
    }
    if (!is_head) reply.body = TRY(call.hub.objects.read(object, range.offset, range.length));
  } else if (!is_head) {
    reply.body = TRY(git_body(call.hub, repo, asked, range));
  }
  if (is_head) reply.body = http::NoBody{asked.size};
  return reply;
}

Result<http::Reply> answer_view(const hub::Repo& repo, Call& call, const Sha1& commit,
                                const std::string& path, View view) {
  Asked asked{TRY(hub::find_file(call.hub, repo, commit, path)), view, {}, 0};
  asked.etag =
      in_quotes(asked.is_large() ? asked.file.pointer->oid.hex() : asked.file.entry.id.hex());
  asked.size = asked.is_large() ? asked.file.size() : asked.file.blob_size;
  if (call.download) call.download->files = {asked.id()};
  return answer_file(repo, call, asked, commit);
}

Result<http::Reply> serve_file(const hub::ReadableContent& content, Call& call, View view) {
  const auto& repo = content.repo();
  auto found = hub::resolve_revision_and_path(call.hub, repo, call.path.rest);
  if (call.download) {
    call.download->path = found ? found->path : call.path.rest_path();
    if (found) call.download->revision = std::move(found->asked);
  }
  if (!found) return std::unexpected(std::move(found).error());
  const auto& commit = found->revision.commit;
  auto answer = answer_view(repo, call, commit, found->path, view);
  auto reply = answer ? std::move(*answer) : call.refuse(answer.error());
  reply.headers.add("X-Repo-Commit", commit.hex());
  return reply;
}

}  // namespace

// Nothing here waits: what is large is read while it is sent.
Task<Result<http::Reply>> resolve_file(hub::ReadableContent repo, Call& call) {
  co_return serve_file(repo, call, View::content);
}

Task<Result<http::Reply>> raw_file(hub::ReadableContent repo, Call& call) {
  co_return serve_file(repo, call, View::git);
}

void add_file_routes(Routes& routes) {
  routes.file("api/repo/resolve.cc")
      .counts(stats::Door::resolve)
      .get<&resolve_file>("/{repo}/resolve/{path...}")
      .get<&resolve_file>("/{type}s/{repo}/resolve/{path...}")
      .counts(stats::Door::raw)
      .get<&raw_file>("/{repo}/raw/{path...}")
      .get<&raw_file>("/{type}s/{repo}/raw/{path...}");
}

}  // namespace kohaku::api
