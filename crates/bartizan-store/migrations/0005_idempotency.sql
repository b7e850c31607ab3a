-- Answers to requests that carry an Idempotency-Key, for a day. The rules of 0001 hold.

CREATE TABLE idempotency (
  person BIGINT NOT NULL, key TEXT NOT NULL,
  -- Digest of what was asked for; identifier of what is being made, chosen before it is: who finds an unfinished attempt goes on
  -- with the same one, and nothing is made twice.
  fingerprint TEXT NOT NULL, thing TEXT NOT NULL,
  -- 0 while it is under way. Secrets are never in the body.
  status BIGINT NOT NULL, location TEXT NOT NULL, body TEXT NOT NULL,
  created BIGINT NOT NULL, begun BIGINT NOT NULL, PRIMARY KEY (person, key)
);
CREATE INDEX idempotency_created ON idempotency (created);
