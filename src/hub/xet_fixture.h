// What the tests of Xet share: people, repositories, tokens, and uploads as clients make them.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "hub/commit_fixture.h"
#include "hub/reading_fixture.h"
#include "hub/xet_access.h"
#include "hub/xet_shard.h"
#include "hub/xorb_receive.h"
#include "store/xorb_fixture.h"
#include "xet/shard_fixture.h"

namespace kohaku::hub {

using store::MadeXorb;
using store::noise_xorb;

class XetTest : public ReadingTest {
 protected:
  XetTest()
      : ada_(add_account("ada")),
        bob_(add_account("bob")),
        lab_(add_account("lab", "org")),
        bird_(add_repo(ada_, "bird")) {}

  ReadableContent content(const std::optional<User>& user, const Repo& repo) {
    return value_of(Access(hub()).readable_content(user ? caller(*user) : Caller{}, repo.type,
                                                   {repo.owner, repo.name}));
  }
  XetGrant grant(const std::optional<User>& user, const Repo& repo, XetRight right) {
    return value_of(grant_xet(hub(), content(user, repo), right, who_));
  }

  Result<XetReader> try_reader(const XetGrant& grant) { return with(grant, &Access::xet_reader); }
  Result<XetWriter> try_writer(const XetGrant& grant) { return with(grant, &Access::xet_writer); }
  XetReader reader(const std::optional<User>& user, const Repo& repo) {
    return value_of(try_reader(grant(user, repo, XetRight::read)));
  }
  XetWriter writer(const User& user, const Repo& repo) {
    return value_of(try_writer(grant(user, repo, XetRight::write)));
  }

  Result<bool> put(const XetWriter& writer, const MadeXorb& xorb) {
    TextBody body(xorb.bytes, 50);
    return run_task(receive_xorb(hub(), writer, xorb.hash, body));
  }

  // The entry of a file of these terms, as an honest client writes it.
  static xet::FileEntry file_of(const std::vector<std::pair<const MadeXorb*, xet::Term>>& parts) {
    xet::FileEntry file;
    xet::HashTree tree;
    std::string bytes;
    for (const auto& [xorb, term] : parts) {
      xet::RangeHasher range;
      for (auto i = term.first; i < term.last_exclusive; ++i) {
        range.add(xorb->chunks[i].hash);
        tree.add(xorb->chunks[i].hash, xorb->chunks[i].size);
      }
      file.terms.push_back(term);
      file.verification.push_back(range.finish());
      bytes += xorb->content(term.first, term.last_exclusive);
    }
    file.hash = tree.file_hash();
    file.sha256 = sha256(bytes);
    return file;
  }
  static xet::FileEntry file_of(const MadeXorb& xorb) { return file_of({{&xorb, xorb.term()}}); }

  static std::string shard_of(std::vector<xet::FileEntry> files,
                              std::vector<const MadeXorb*> listed = {}) {
    std::vector<xet::XorbEntry> xorbs;
    for (const auto* xorb : listed) xorbs.push_back({xorb->hash, xorb->chunks});
    return xet::write_upload_shard(files, xorbs);
  }

  // Receives, verifies and publishes; `steps` counts the pauses in which others have their turn.
  Result<> put_shard(const XetWriter& writer, const std::string& bytes, int* steps = nullptr) {
    TextBody body(bytes, 100);
    const auto shard = TRY(run_task(receive(body)));
    ShardVerification verification(hub(), writer, *shard);
    named_unknown_ = false;
    while (true) {
      auto done = verification.advance();
      named_unknown_ = verification.named_unknown_xorb();
      if (!TRY(std::move(done))) {
        if (steps != nullptr) ++*steps;
        continue;
      }
      EXPECT_EQ(verification.verified_bytes(), verification.total_bytes());
      return run_task(verification.publish());
    }
  }

  Task<Result<std::shared_ptr<ArrivedShard>>> receive(http::BodyReader& body) {
    co_return std::make_shared<ArrivedShard>(CO_TRY(co_await receive_shard(hub(), body)));
  }

  template <class T>
  static Code code_of(const Result<T>& result) {
    EXPECT_FALSE(result.has_value());
    return result ? Code::internal : result.error().code;
  }

  std::int64_t rows(const std::string& table) {
    return read([&](db::Connection& c) -> Result<std::int64_t> {
      return std::get<0>(*TRY(c.sql("SELECT count(*) FROM " + table).first<std::int64_t>()));
    });
  }

  User ada_, bob_, lab_;
  Repo bird_;
  bool named_unknown_ = false;  // by the last shard
  stats::Who who_;              // who asks for tokens

 private:
  // The parts of "/xet/{namespace}/g{generation}[/{scope}]".
  template <class T>
  Result<T> with(const XetGrant& grant, Result<T> (Access::*ask)(const XetCredentials&) const) {
    const std::string_view path = grant.cas_path;
    const auto id = path.substr(5, path.find('/', 5) - 5);
    const auto after = path.find('/', 5 + id.size() + 1);
    const auto authorization = "Bearer " + grant.token;
    return (Access(hub()).*
            ask)({authorization, id, after == path.npos ? "" : path.substr(after + 1)});
  }
};

}  // namespace kohaku::hub
