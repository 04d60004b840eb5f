-- SSH keys (docs/ssh.md). One key belongs to one user: it is all that tells who connects.
CREATE TABLE ssh_key (
  id          INTEGER PRIMARY KEY,
  user_id     BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  title       TEXT NOT NULL,
  key_type    TEXT NOT NULL,                   -- "ssh-ed25519"
  public_key  TEXT NOT NULL,                   -- base64, as it stands in the text of a key
  fingerprint BLOB NOT NULL UNIQUE,            -- SHA-256 of what that encodes
  created_at  BIGINT NOT NULL,
  last_used   BIGINT
);
CREATE INDEX ssh_key_user ON ssh_key (user_id);
