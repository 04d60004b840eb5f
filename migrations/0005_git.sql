-- Locks of git-lfs: a user's word that nobody else changes a path meanwhile. Whatever the branch.
CREATE TABLE lfs_lock (
  id         TEXT PRIMARY KEY,                 -- random
  repo_id    BIGINT NOT NULL REFERENCES repository (id) ON DELETE CASCADE,
  path       TEXT NOT NULL,
  owner_id   BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL,
  UNIQUE (repo_id, path)
);
CREATE INDEX lfs_lock_owner ON lfs_lock (owner_id);

-- Which repositories got packs lately.
CREATE INDEX pack_time ON pack (created_at);

-- Packs that others hold by now: their files stay a while for running readers.
CREATE TABLE retired_pack (
  repo_id    BIGINT NOT NULL REFERENCES repository (id) ON DELETE CASCADE,
  name       TEXT NOT NULL,
  retired_at BIGINT NOT NULL,
  PRIMARY KEY (repo_id, name)
);
CREATE INDEX retired_pack_time ON retired_pack (retired_at);
