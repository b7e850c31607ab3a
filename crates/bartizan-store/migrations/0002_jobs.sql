-- Long work that waits, runs and is done; see docs/jobs.md. The rules of 0001 hold.

-- What jobs work on and what comes of them, by the SHA-256 of the bytes.
CREATE TABLE content (
  digest TEXT PRIMARY KEY, size BIGINT NOT NULL, created BIGINT NOT NULL, body BYTEA NOT NULL
);

CREATE TABLE job (
  id BIGINT PRIMARY KEY, name TEXT NOT NULL, arguments TEXT NOT NULL, key TEXT NOT NULL,
  -- `name/organisation/key` while the job waits, runs or is done: the same work is not done twice. `gone/id` once it is given
  -- up, so that it can be asked for again.
  slot TEXT NOT NULL UNIQUE,
  -- person and audience: 0 stands for none.
  organisation BIGINT NOT NULL, person BIGINT NOT NULL, audience BIGINT NOT NULL,
  -- queued, running, done, failed, dead.
  state TEXT NOT NULL, attempts BIGINT NOT NULL, most_attempts BIGINT NOT NULL,
  not_before BIGINT NOT NULL, lease BIGINT NOT NULL, worker TEXT NOT NULL,
  stage TEXT NOT NULL, done BIGINT NOT NULL, total BIGINT NOT NULL,
  -- JSON of a job that is done; code and words of the last failure.
  result TEXT, code TEXT, message TEXT,
  created BIGINT NOT NULL, changed BIGINT NOT NULL
);
CREATE INDEX job_due ON job (state, not_before, id);
CREATE INDEX job_owner ON job (organisation, id);
