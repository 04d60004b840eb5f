// Who speaks the Xet protocol, and with which right (decision 32). A client exchanges its
// credentials for a token bound to one repository, one right and one casUrl; the token is checked
// when a request starts, and the rights behind it are asked anew.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/date.h"
#include "base/ids.h"
#include "base/result.h"
#include "hub/access.h"
#include "hub/hub.h"
#include "stats/event.h"

namespace kohaku::hub {

inline constexpr std::int64_t xet_token_seconds = 3600;

// Whom a casUrl is for, and so who shares one cache of known xorbs: everybody who may read all of a
// namespace, or one user who may not.
struct XetScope {
  AccountId namespace_id;
  AccountId user_id;  // 0: everybody who may read all of it; -1: an anonymous reader
  friend bool operator==(const XetScope&, const XetScope&) = default;

  bool is_anonymous() const { return user_id.value < 0; }
};

// A repository whose content a Xet token lets its bearer read.
class XetReader {
 public:
  const Repo& repository() const { return repo_; }
  const Caller& caller() const { return caller_; }
  const XetScope& scope() const { return scope_; }
  // 0 for an anonymous reader.
  AccountId user_id() const { return caller_.user ? caller_.user->id : AccountId{}; }
  // Who fetched the token, as downloads are counted (decision 18).
  const stats::Who& who() const { return who_; }

 protected:
  friend class Access;
  XetReader(Repo repo, Caller caller, XetScope scope, const stats::Who& who)
      : repo_(std::move(repo)), caller_(std::move(caller)), scope_(scope), who_(who) {}
  Repo repo_;
  Caller caller_;
  XetScope scope_;
  stats::Who who_;
};

// A repository that a Xet token lets its bearer deliver objects to: a writer, or a reader who is
// about to open a pull request.
class XetWriter : public XetReader {
 public:
  const User& user() const { return *caller_.user; }

 private:
  friend class Access;
  friend Result<> check_still_allowed(db::Connection& connection, const XetWriter& writer);
  XetWriter(XetReader reader, bool for_pull_request)
      : XetReader(std::move(reader)), for_pull_request_(for_pull_request) {}
  bool for_pull_request_;
};

enum class XetRight { read, write, pull_request };

// What a client needs to begin: where to talk to, and with which token.
struct XetGrant {
  std::string
      cas_path;  // below the hub's address: "/xet/{namespace id}/g{generation}[/u{user id}]"
  std::string token;
  std::int64_t expires = 0;  // seconds since 1970
};
// `who` asks for it.
Result<XetGrant> grant_xet(Hub& hub, const ReadableContent& repo, XetRight right,
                           const stats::Who& who);

// The same question as when the token was checked, inside the transaction that publishes (decision
// 35). repo_not_found when the repository is gone or the right is.
Result<> check_still_allowed(db::Connection& connection, const XetWriter& writer);

// A client named a xorb that we do not have: its cache is worth nothing any more, and a new casUrl
// makes it begin anew.
Result<> raise_xet_generation(db::Connection& connection, AccountId namespace_id);
// The same for all namespaces, after a restore from a backup.
Result<> raise_all_xet_generations(db::Connection& connection);

}  // namespace kohaku::hub
