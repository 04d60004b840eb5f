-- Likes, and requests for access to gated repositories.

-- repository.likes_count is the number of rows here, moved in the same transaction.
CREATE TABLE repository_like (
  repo_id    BIGINT NOT NULL REFERENCES repository (id) ON DELETE CASCADE,
  user_id    BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (repo_id, user_id)
);
CREATE INDEX repository_like_repo ON repository_like (repo_id, created_at, user_id);
CREATE INDEX repository_like_user ON repository_like (user_id, created_at, repo_id);

-- Who asked for access to a gated repository, or was given it unasked. An accepted one lets its user
-- in for as long as the repository is gated; the rows stay when the gate is opened.
CREATE TABLE access_request (
  id               INTEGER PRIMARY KEY,
  repo_id          BIGINT NOT NULL REFERENCES repository (id) ON DELETE CASCADE,
  user_id          BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  status           TEXT NOT NULL CHECK (status IN ('pending', 'accepted', 'rejected')),
  asked            BIGINT NOT NULL,            -- 0: granted unasked, the user shared no e-mail address
  fields           TEXT,                       -- JSON object: what the user filled in
  rejection_reason TEXT,
  created_at       BIGINT NOT NULL,
  reviewed_at      BIGINT,                     -- NULL: waits, or was let in by gated = auto
  reviewed_by      BIGINT REFERENCES account (id) ON DELETE SET NULL,
  UNIQUE (repo_id, user_id)
);
CREATE INDEX access_request_status ON access_request (repo_id, status, created_at, id);
CREATE INDEX access_request_user ON access_request (user_id);
CREATE INDEX access_request_reviewer ON access_request (reviewed_by);
