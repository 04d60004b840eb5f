-- Accounts, repositories, refs, packs, large objects. One SQL for SQLite and PostgreSQL:
-- times are BIGINT microseconds since 1970 UTC, hashes are raw bytes, look-ups go by lookup_name
-- (lower case, '-' and '.' turned to '_').

-- A user or an organization: they share one namespace of names.
CREATE TABLE account (
  id             INTEGER PRIMARY KEY,
  kind           TEXT NOT NULL CHECK (kind IN ('user', 'org')),
  name           TEXT NOT NULL,
  lookup_name    TEXT NOT NULL UNIQUE,
  email          TEXT,                        -- users only; lower case
  email_verified BIGINT NOT NULL DEFAULT 0,
  password_hash  TEXT,                        -- argon2id; NULL: no sign-in by password
  is_active      BIGINT NOT NULL DEFAULT 1,
  full_name      TEXT NOT NULL DEFAULT '',
  description    TEXT NOT NULL DEFAULT '',
  created_at     BIGINT NOT NULL
);
CREATE UNIQUE INDEX account_email ON account (email);

CREATE TABLE membership (
  org_id     BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  user_id    BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  role       TEXT NOT NULL CHECK (role IN ('visitor', 'member', 'admin', 'super-admin')),
  created_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, user_id)
);
CREATE INDEX membership_user ON membership (user_id);

-- Cookies and tokens are kept as SHA-256 of the secret only.
CREATE TABLE session (
  id          INTEGER PRIMARY KEY,
  secret_hash BLOB NOT NULL UNIQUE,
  user_id     BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  created_at  BIGINT NOT NULL,
  expires_at  BIGINT NOT NULL
);
CREATE INDEX session_user ON session (user_id);
CREATE INDEX session_expiry ON session (expires_at);

CREATE TABLE token (
  id         INTEGER PRIMARY KEY,
  user_id    BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  token_hash BLOB NOT NULL UNIQUE,
  name       TEXT NOT NULL,
  role       TEXT NOT NULL CHECK (role IN ('read', 'write')),
  created_at BIGINT NOT NULL,
  last_used  BIGINT,
  expires_at BIGINT                           -- NULL: never
);
CREATE INDEX token_user ON token (user_id);

CREATE TABLE email_verification (
  token_hash BLOB PRIMARY KEY,
  user_id    BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  expires_at BIGINT NOT NULL
);

-- `hf auth login`: RFC 8628. user_id and approved_at are set when the user approves.
CREATE TABLE device_login (
  device_code_hash BLOB PRIMARY KEY,
  user_code        TEXT NOT NULL UNIQUE,
  client_id        TEXT NOT NULL,
  status           TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'denied', 'used')),
  user_id          BIGINT REFERENCES account (id) ON DELETE CASCADE,
  last_polled_at   BIGINT NOT NULL DEFAULT 0,
  created_at       BIGINT NOT NULL,
  expires_at       BIGINT NOT NULL
);

-- Ids that must never come again, since directories bear them.
CREATE TABLE sequence (
  name       TEXT PRIMARY KEY,
  next_value BIGINT NOT NULL
);
INSERT INTO sequence (name, next_value) VALUES ('repository', 1);

CREATE TABLE repository (
  id                  INTEGER PRIMARY KEY,
  type                TEXT NOT NULL CHECK (type IN ('model', 'dataset', 'space')),
  owner_id            BIGINT NOT NULL REFERENCES account (id),
  name                TEXT NOT NULL,
  lookup_name         TEXT NOT NULL,
  private             BIGINT NOT NULL DEFAULT 0,
  gated               TEXT NOT NULL DEFAULT 'false' CHECK (gated IN ('false', 'auto', 'manual')),
  default_branch      TEXT NOT NULL DEFAULT 'main',
  sdk                 TEXT,                    -- spaces
  lfs_threshold_bytes BIGINT,                  -- NULL: the server's
  lfs_keep_versions   BIGINT,                  -- NULL: the server's
  lfs_suffix_rules    TEXT,                    -- JSON array; NULL: none besides the server's
  refs_version        BIGINT NOT NULL DEFAULT 0,  -- grows with every change of a ref
  downloads           BIGINT NOT NULL DEFAULT 0,
  likes_count         BIGINT NOT NULL DEFAULT 0,
  trending_score      BIGINT NOT NULL DEFAULT 0,
  created_at          BIGINT NOT NULL,
  updated_at          BIGINT NOT NULL,         -- last commit, or creation
  -- What lists show and filter by, taken from README.md and config.json of the default branch
  -- in the transaction of the commit that changed them.
  card_data           TEXT,                    -- JSON object of the card's front matter
  pipeline_tag        TEXT,
  library_name        TEXT,
  UNIQUE (type, owner_id, lookup_name)
);
CREATE INDEX repository_owner ON repository (owner_id);
CREATE INDEX repository_updated ON repository (type, updated_at, id);
CREATE INDEX repository_created ON repository (type, created_at, id);
CREATE INDEX repository_downloads ON repository (type, downloads, id);
CREATE INDEX repository_likes ON repository (type, likes_count, id);
CREATE INDEX repository_trending ON repository (type, trending_score, id);

-- Tags of a repository for `filter=`: its card's tags, "license:mit", "dataset:…", library, pipeline.
CREATE TABLE repository_tag (
  repo_id BIGINT NOT NULL REFERENCES repository (id) ON DELETE CASCADE,
  tag     TEXT NOT NULL,
  PRIMARY KEY (repo_id, tag)
);
CREATE INDEX repository_tag_tag ON repository_tag (tag, repo_id);

-- Old names. A live repository of that name wins; chains collapse because the id is kept.
CREATE TABLE repository_redirect (
  type         TEXT NOT NULL,
  owner_lookup TEXT NOT NULL,
  lookup_name  TEXT NOT NULL,
  repo_id      BIGINT NOT NULL REFERENCES repository (id) ON DELETE CASCADE,
  PRIMARY KEY (type, owner_lookup, lookup_name)
);
CREATE INDEX repository_redirect_repo ON repository_redirect (repo_id);

CREATE TABLE ref (
  repo_id      BIGINT NOT NULL REFERENCES repository (id) ON DELETE CASCADE,
  name         TEXT NOT NULL,                  -- "refs/heads/main", "refs/tags/v1"
  target       BLOB NOT NULL,                  -- a commit, or an annotated tag's object
  commit_id    BLOB NOT NULL,                  -- target, peeled
  commit_count BIGINT,                         -- commits reachable, when known
  updated_at   BIGINT NOT NULL,
  PRIMARY KEY (repo_id, name)
);

CREATE TABLE pack (
  repo_id    BIGINT NOT NULL REFERENCES repository (id) ON DELETE CASCADE,
  name       TEXT NOT NULL,                    -- "pack-{sha1}"
  objects    BIGINT NOT NULL,
  bytes      BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (repo_id, name)
);

-- The commit that last changed each entry of each folder of the default branch.
CREATE TABLE path_change (
  repo_id   BIGINT NOT NULL REFERENCES repository (id) ON DELETE CASCADE,
  folder    TEXT NOT NULL,                     -- "" is the root
  name      TEXT NOT NULL,
  commit_id BLOB NOT NULL,
  PRIMARY KEY (repo_id, folder, name)
);

-- Large objects by the SHA-256 of their bytes. `form` whole: the bytes lie in one file (or S3 key)
-- of that physical name, made anew for each publication; xet: a list of terms over xorbs.
CREATE TABLE large_object (
  sha256        BLOB PRIMARY KEY,
  size          BIGINT NOT NULL,
  form          TEXT NOT NULL CHECK (form IN ('whole', 'xet')),
  physical_name TEXT,                          -- whole only
  xet_hash      BLOB,                          -- the Xet file hash, once known
  created_at    BIGINT NOT NULL
);

-- Which repository may name or read an object: its bytes were delivered through it, or copied from
-- a repository the copier could read. Without a commit that names it, it lasts until keep_until; the
-- collector notes in unreachable_since when it first found that no revision names it any more.
CREATE TABLE object_link (
  repo_id           BIGINT NOT NULL REFERENCES repository (id) ON DELETE CASCADE,
  sha256            BLOB NOT NULL REFERENCES large_object (sha256),
  keep_until        BIGINT NOT NULL,
  created_at        BIGINT NOT NULL,
  unreachable_since BIGINT,                    -- NULL: named, or not looked at
  PRIMARY KEY (repo_id, sha256)
);
CREATE INDEX object_link_object ON object_link (sha256);

-- Each version of each large file, as commits named them.
CREATE TABLE lfs_version (
  id         INTEGER PRIMARY KEY,
  repo_id    BIGINT NOT NULL REFERENCES repository (id) ON DELETE CASCADE,
  path       TEXT NOT NULL,
  sha256     BLOB NOT NULL,
  size       BIGINT NOT NULL,
  commit_id  BLOB NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX lfs_version_path ON lfs_version (repo_id, path, id);
CREATE INDEX lfs_version_object ON lfs_version (repo_id, sha256);

-- Uploads promised by an LFS batch; their bytes lie in the store's staging area.
CREATE TABLE upload (
  id         TEXT PRIMARY KEY,                 -- random; part of the signed link
  repo_id    BIGINT NOT NULL REFERENCES repository (id) ON DELETE CASCADE,
  user_id    BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  sha256     BLOB NOT NULL,
  size       BIGINT NOT NULL,
  part_size  BIGINT,                           -- NULL: in one piece
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX upload_expiry ON upload (expires_at);
CREATE INDEX upload_object ON upload (repo_id, sha256);

CREATE TABLE upload_part (
  upload_id  TEXT NOT NULL REFERENCES upload (id) ON DELETE CASCADE,
  number     BIGINT NOT NULL,
  size       BIGINT NOT NULL,
  etag       TEXT NOT NULL,
  PRIMARY KEY (upload_id, number)
);
