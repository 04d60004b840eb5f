-- Quotas (decision 28). Used bytes are summed up when they are asked for: nothing here can drift.

-- What the site grants a namespace: NULL the server's default, -1 no limit.
ALTER TABLE account ADD COLUMN public_quota_limit BIGINT;
ALTER TABLE account ADD COLUMN private_quota_limit BIGINT;
-- What its owner set, for all repositories together and for those of one visibility, which binds only
-- below that; NULL: nothing.
ALTER TABLE account ADD COLUMN quota_bytes BIGINT;
ALTER TABLE account ADD COLUMN public_quota_bytes BIGINT;
ALTER TABLE account ADD COLUMN private_quota_bytes BIGINT;

ALTER TABLE repository ADD COLUMN quota_bytes BIGINT;  -- NULL: its namespace's alone

-- By which the packs and links of a namespace's repositories of one visibility are found.
CREATE INDEX repository_owner_private ON repository (owner_id, private, id);
