-- Xet: xorbs, the terms that large objects are made of, and who may name which xorb.

-- Xorbs by their Merkle hash. `stored`: the serialized chunks begin the file of that physical name (a
-- client may have sent a footer behind them). `view`: the chunks are consecutive ranges of the bytes of a whole object, from view_offset on; the
-- serialized form (scheme none) is made while it is read.
CREATE TABLE xorb (
  hash          BLOB PRIMARY KEY,
  form          TEXT NOT NULL CHECK (form IN ('stored', 'view')),
  physical_name TEXT,                          -- stored only
  file_size     BIGINT,                        -- stored only
  view_sha256   BLOB REFERENCES large_object (sha256),  -- view only
  view_offset   BIGINT,                        -- view only
  packed_size   BIGINT NOT NULL,               -- bytes of the serialized chunks
  size          BIGINT NOT NULL,               -- bytes of the chunks
  created_at    BIGINT NOT NULL,
  chunks        BLOB NOT NULL                  -- the chunk table (docs/xet-formats.md)
);
CREATE INDEX xorb_view ON xorb (view_sha256);

-- What a large object is made of, 1,024 terms a page. An object of the form `xet` has nothing else;
-- a whole one has terms once its Xet identity is known.
CREATE TABLE object_terms (
  sha256     BLOB NOT NULL REFERENCES large_object (sha256) ON DELETE CASCADE,
  page       BIGINT NOT NULL,                  -- from 0
  first_byte BIGINT NOT NULL,                  -- where the page's first term begins in the object
  terms      BLOB NOT NULL,                    -- docs/store.md
  PRIMARY KEY (sha256, page)
);

-- Which xorbs the terms of an object name.
CREATE TABLE object_xorb (
  sha256    BLOB NOT NULL REFERENCES large_object (sha256) ON DELETE CASCADE,
  xorb_hash BLOB NOT NULL REFERENCES xorb (hash),
  PRIMARY KEY (sha256, xorb_hash)
);
CREATE INDEX object_xorb_xorb ON object_xorb (xorb_hash);

-- Which xorbs a client with this casUrl believes us to have (decision 32). user_id 0: everybody who
-- may read all of the namespace. Outlives repositories and accounts, so it refers to none.
CREATE TABLE xorb_registration (
  namespace_id BIGINT NOT NULL,
  user_id      BIGINT NOT NULL,
  xorb_hash    BLOB NOT NULL REFERENCES xorb (hash),
  keep_until   BIGINT NOT NULL,
  PRIMARY KEY (namespace_id, user_id, xorb_hash)
);
CREATE INDEX xorb_registration_xorb ON xorb_registration (xorb_hash, keep_until);

-- The chunks that clients ask for: those whose hash says so, and the first one of each file.
CREATE TABLE xet_chunk (
  chunk_hash BLOB NOT NULL,
  xorb_hash  BLOB NOT NULL REFERENCES xorb (hash) ON DELETE CASCADE,
  PRIMARY KEY (chunk_hash, xorb_hash)
);
CREATE INDEX xet_chunk_xorb ON xet_chunk (xorb_hash);

-- Part of a namespace's casUrl. It grows when a client named a xorb that we do not have.
ALTER TABLE account ADD COLUMN xet_generation BIGINT NOT NULL DEFAULT 1;

-- By which the reconstruction finds an object, and the job those without a Xet identity yet.
CREATE INDEX large_object_xet_hash ON large_object (xet_hash, sha256);
