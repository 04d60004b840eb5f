-- Statistics: what the journal of events is folded into (src/stats). A day is the number of days since
-- 1970-01-01, UTC. `traffic` tells whose requests these are: 0 people, 1 continuous integration, 2 robots.

-- How far each node's journal is folded into the tables below, and how far it stands in log segments.
-- Moves in the transaction of what it speaks of.
CREATE TABLE journal_position (
  node   TEXT PRIMARY KEY,
  folded BIGINT NOT NULL,
  logged BIGINT NOT NULL
);

-- The numbers of one day, by each counting policy (src/stats/policy.h). Anonymous = all − authenticated.
CREATE TABLE repository_day (
  repo_id                   BIGINT NOT NULL REFERENCES repository (id) ON DELETE CASCADE,
  day                       BIGINT NOT NULL,
  traffic                   BIGINT NOT NULL,
  downloads                 BIGINT NOT NULL,   -- policy `hub`: sessions
  authenticated             BIGINT NOT NULL,
  files                     BIGINT NOT NULL,   -- distinct files of each session
  huggingface               BIGINT NOT NULL,   -- policy `huggingface`
  huggingface_authenticated BIGINT NOT NULL,
  requests                  BIGINT NOT NULL,   -- policy `requests`
  requests_authenticated    BIGINT NOT NULL,
  bytes                     BIGINT NOT NULL,   -- that left, whatever counts
  PRIMARY KEY (repo_id, day, traffic)
);
CREATE INDEX repository_day_day ON repository_day (day, repo_id);
-- All that sums and exports of downloads read, in their order: eight times as fast as by the rows.
CREATE INDEX repository_day_downloads ON repository_day (repo_id, day, traffic, downloads);

-- The same downloads by client (name: library, detail: version) and by country (name: ISO code, "" when
-- unknown; detail: "").
CREATE TABLE repository_day_group (
  repo_id     BIGINT NOT NULL REFERENCES repository (id) ON DELETE CASCADE,
  day         BIGINT NOT NULL,
  traffic     BIGINT NOT NULL,
  kind        TEXT NOT NULL CHECK (kind IN ('client', 'country')),
  name        TEXT NOT NULL,
  detail      TEXT NOT NULL,
  downloads   BIGINT NOT NULL,
  huggingface BIGINT NOT NULL,
  requests    BIGINT NOT NULL,
  PRIMARY KEY (repo_id, day, traffic, kind, name, detail)
);

-- Who downloaded, as sketches that can be merged (src/stats/sketch.h). A namespace's are the union of its
-- repositories'.
CREATE TABLE repository_sketch (
  repo_id BIGINT NOT NULL REFERENCES repository (id) ON DELETE CASCADE,
  day     BIGINT NOT NULL,
  traffic BIGINT NOT NULL,
  sketch  BLOB NOT NULL,
  PRIMARY KEY (repo_id, day, traffic)
);
CREATE TABLE namespace_sketch (
  owner_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  day      BIGINT NOT NULL,
  traffic  BIGINT NOT NULL,
  sketch   BLOB NOT NULL,
  PRIMARY KEY (owner_id, day, traffic)
);

-- The sessions of late: what tells whether a download or a file is counted already. `bucket` is the
-- beginning of its time, in seconds since 1970; removed when no event of that time can come any more.
CREATE TABLE download_session (
  repo_id BIGINT NOT NULL REFERENCES repository (id) ON DELETE CASCADE,
  policy  BIGINT NOT NULL,                     -- as in src/stats/policy.h
  bucket  BIGINT NOT NULL,
  who     BLOB NOT NULL,
  traffic BIGINT NOT NULL,                     -- of its first event
  PRIMARY KEY (repo_id, policy, bucket, who)
);
CREATE INDEX download_session_bucket ON download_session (bucket);
CREATE TABLE session_file (
  repo_id BIGINT NOT NULL REFERENCES repository (id) ON DELETE CASCADE,
  bucket  BIGINT NOT NULL,
  who     BLOB NOT NULL,
  file    BIGINT NOT NULL,                     -- the first 8 bytes of its id
  PRIMARY KEY (repo_id, bucket, who, file)
);
CREATE INDEX session_file_bucket ON session_file (bucket);

-- Numbers that the folding keeps between its turns, by name.
CREATE TABLE statistics_state (
  name  TEXT PRIMARY KEY,
  value BIGINT NOT NULL
);

-- repository.trending_score is the downloads of the last 7 days; see src/stats/trending.h.
DROP INDEX repository_trending;
CREATE INDEX repository_trending ON repository (type, trending_score, downloads, id);

-- Request-level log: Parquet files below {data}/access-logs that are complete and on disk.
CREATE TABLE log_segment (
  name           TEXT PRIMARY KEY,             -- "{node}-{first}-{last}.parquet"
  node           TEXT NOT NULL,
  first_position BIGINT NOT NULL,              -- in the journal; inclusive
  last_position  BIGINT NOT NULL,              -- exclusive
  rows           BIGINT NOT NULL,
  bytes          BIGINT NOT NULL,
  first_at       BIGINT NOT NULL,
  last_at        BIGINT NOT NULL
);
CREATE INDEX log_segment_time ON log_segment (last_at);

-- With what the hashes of an exported log are made; a namespace without a row has not exported yet.
CREATE TABLE log_key (
  owner_id   BIGINT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
  secret     BLOB NOT NULL,
  created_at BIGINT NOT NULL
);
