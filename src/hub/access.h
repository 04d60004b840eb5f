// Who calls, and what they may touch. Each type below is a proof: only Access can make one, so a
// handler that takes WritableRepo cannot run for somebody who may not write.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "hub/hub.h"
#include "hub/identity_cache.h"
#include "hub/repo.h"

namespace kohaku::hub {

struct User {
  AccountId id;
  std::string name;
};

// The identity behind a request: nobody, or a user by cookie, token or password.
struct Caller {
  std::optional<User> user;
  CredentialKind credential = CredentialKind::none;
  bool may_write = false;           // false for a token with the role `read`, and for a cookie that
                                    // came from a page of another site (decision 38)
  std::string token_name;           // of a token
  std::optional<RepoId> only_repo;  // of a token made for one repository: elsewhere it is nobody's
  bool bad_credentials = false;     // credentials were given and are wrong; then user is empty
};

// Roles in an organization, in ascending order of rights (decision 26).
enum class Role { none, visitor, member, admin, super_admin };
std::string_view to_string(Role role);  // "super-admin", as the database and the wire have it
Role role_from(std::string_view text);  // none for any other word

class Access;

// Anybody. A route that takes this reads nothing private by itself.
class Anyone {
 public:
  const Caller& caller() const { return caller_; }

 private:
  friend class Access;
  explicit Anyone(Caller caller) : caller_(std::move(caller)) {}
  Caller caller_;
};

// A signed-in user. `may_write()` is false behind a read token; what changes things asks SignedInWriter.
class SignedIn {
 public:
  const User& user() const { return *caller_.user; }
  const Caller& caller() const { return caller_; }

 protected:
  friend class Access;
  explicit SignedIn(Caller caller) : caller_(std::move(caller)) {}
  Caller caller_;
};

class SignedInWriter : public SignedIn {
 private:
  friend class Access;
  using SignedIn::SignedIn;
};

// A repository the caller may know of: its card, its tree, its settings.
class ReadableRepo {
 public:
  const Repo& repo() const { return *repo_; }
  const Caller& caller() const { return caller_; }

 protected:
  friend class Access;
  ReadableRepo(std::shared_ptr<const Repo> repo, Caller caller)
      : repo_(std::move(repo)), caller_(std::move(caller)) {}
  std::shared_ptr<const Repo> repo_;  // never null
  Caller caller_;
};

// A repository whose files the caller may read: ReadableRepo, and past its gate.
class ReadableContent : public ReadableRepo {
  friend class Access;
  using ReadableRepo::ReadableRepo;
};

// A repository the caller may commit to.
class WritableRepo : public ReadableContent {
 public:
  const User& user() const { return *caller_.user; }

 protected:
  friend class Access;
  using ReadableContent::ReadableContent;
};

// A repository the caller may delete, move and configure.
class RepoAdmin : public WritableRepo {
  friend class Access;
  using WritableRepo::WritableRepo;
};

// A namespace (a user's own, or an organization) in which the caller may create repositories.
class NamespaceWriter {
 public:
  AccountId id() const { return id_; }
  const std::string& name() const { return name_; }
  const User& user() const { return user_; }

 private:
  friend class Access;
  NamespaceWriter(AccountId id, std::string name, User user)
      : id_(id), name_(std::move(name)), user_(std::move(user)) {}
  AccountId id_;
  std::string name_;
  User user_;
};

// An organization the caller administers, or the caller's own namespace.
class OrgAdmin {
 public:
  AccountId id() const { return id_; }
  const std::string& name() const { return name_; }
  const User& user() const { return user_; }
  Role role() const { return role_; }

 private:
  friend class Access;
  OrgAdmin(AccountId id, std::string name, User user, Role role)
      : id_(id), name_(std::move(name)), user_(std::move(user)), role_(role) {}
  AccountId id_;
  std::string name_;
  User user_;
  Role role_;
};

// A namespace whose analytics and access logs the caller may read: an organization they administer, or
// their own. A token that only reads is enough.
class NamespaceAnalyst {
 public:
  AccountId id() const { return id_; }
  const std::string& name() const { return name_; }

 private:
  friend class Access;
  NamespaceAnalyst(AccountId id, std::string name) : id_(id), name_(std::move(name)) {}
  AccountId id_;
  std::string name_;
};

// A repository of such a namespace.
class RepoAnalyst : public ReadableRepo {
  friend class Access;
  using ReadableRepo::ReadableRepo;
};

// What the caller presented: the Authorization header and the session cookie, untouched.
struct Credentials {
  std::string_view authorization;
  std::string_view session_cookie;
  // Whether a cookie may be used for a write: the request names an origin of ours (decision 38).
  bool same_origin = false;
  std::string_view address;  // of the client
};

class XetReader;  // hub/xet_access.h
class XetWriter;

// What a request of the Xet protocol brings: its token, and what its casUrl says (nothing where the
// address is the same for everybody).
struct XetCredentials {
  std::string_view authorization;
  std::string_view namespace_id;
  std::string_view scope;  // "" or "u{user id}" or "anonymous"
};

// The one place where identity is established and rights are decided. Blocking reads of the
// database only; any thread.
class Access {
 public:
  explicit Access(Hub& hub) : hub_(hub) {}

  // Never fails for lack of rights: bad credentials give bad_credentials. Does not block; an
  // account's password (Basic) counts only when it was right a moment ago.
  Result<Caller> identify(const Credentials& credentials) const;
  // Whether there is an account's password in the header: then identify_by_password() is the way.
  // It hashes on threads of its own, and fails with too_many_requests after too many wrong ones.
  static bool holds_password(const Credentials& credentials);
  Task<Result<Caller>> identify_by_password(Credentials credentials) const;

  Result<Anyone> anyone(Caller caller) const;
  Result<SignedIn> signed_in(Caller caller) const;               // 401
  Result<SignedInWriter> signed_in_writer(Caller caller) const;  // 401, 403
  // repo_not_found for what is missing and for what is private to others, alike.
  Result<ReadableRepo> readable(Caller caller, RepoType type, const RepoName& name) const;
  Result<ReadableContent> readable_content(Caller caller, RepoType type,
                                           const RepoName& name) const;
  Result<WritableRepo> writable(Caller caller, RepoType type, const RepoName& name) const;
  // Of one that the same caller may read: where only the body tells that it is a change.
  Result<WritableRepo> writable(const ReadableRepo& readable) const;
  Result<RepoAdmin> repo_admin(Caller caller, RepoType type, const RepoName& name) const;
  // By id, for signed links and jobs that already act for this user: rights are checked anew.
  Result<WritableRepo> writable_by_id(AccountId user, RepoId repo) const;
  Result<NamespaceWriter> namespace_writer(Caller caller, std::string_view name) const;
  Result<OrgAdmin> org_admin(Caller caller, std::string_view name) const;  // 404, 403
  // Whose statistics are not the caller's to read answers like what does not exist: 401 to nobody, else
  // 404; a repository's repo_not_found to everybody.
  Result<NamespaceAnalyst> namespace_analyst(Caller caller, std::string_view name) const;
  Result<RepoAnalyst> repo_analyst(Caller caller, RepoType type, const RepoName& name) const;
  // By a Xet token: 401 when it is forged, expired or of another casUrl; 404, 403 as for the
  // repository itself.
  Result<XetReader> xet_reader(const XetCredentials& credentials) const;
  Result<XetWriter> xet_writer(const XetCredentials& credentials) const;

 private:
  Hub& hub_;
};

// The caller's role in a namespace: super_admin in their own, membership's in an organization.
Result<Role> role_in(db::Connection& connection, const Caller& caller, AccountId account);

// Whether the caller may know of this repository; the rule behind Access::readable and every list.
Result<bool> may_read(db::Connection& connection, const Caller& caller, const Repo& repo);

// Whether they may read its files, as a transaction that copies them asks again: past the gate too.
Result<bool> may_read_content(db::Connection& connection, const Caller& caller, const Repo& repo);

// Whether they may commit, as a publishing transaction asks again (decision 35).
Result<bool> may_write(db::Connection& connection, AccountId user, const Repo& repo);

}  // namespace kohaku::hub
