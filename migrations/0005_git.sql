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
