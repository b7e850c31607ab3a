-- Model testing: programmes, windows (an append-only log each, and what is derived from it), grants, the calls of the broker, files in
-- custody, editions. The rules of 0001 hold.

INSERT INTO counter (name, last) VALUES ('programme', 0);
INSERT INTO counter (name, last) VALUES ('test_window', 0);
INSERT INTO counter (name, last) VALUES ('test_grant', 0);
-- Moves with every change of a grant or a window: what a broker looks at to learn of revocations by another process.
INSERT INTO counter (name, last) VALUES ('broker', 0);

-- A version of a programme's rules. None is ever changed: a changed rule is a new version.
CREATE TABLE programme (
  id BIGINT PRIMARY KEY, uuid TEXT NOT NULL UNIQUE,
  runs BIGINT NOT NULL REFERENCES organisation (id), person BIGINT NOT NULL REFERENCES person (id),
  -- The programme's own name and version, SHA-256 of the rules, the rules as they were written.
  name TEXT NOT NULL, version TEXT NOT NULL, title TEXT NOT NULL, digest TEXT NOT NULL, rules BYTEA NOT NULL,
  -- Who of the programme has a role in each new window: JSON.
  staff TEXT NOT NULL DEFAULT '[]',
  created BIGINT NOT NULL, retired BIGINT,
  UNIQUE (runs, name, version)
);

CREATE TABLE test_window (
  id BIGINT PRIMARY KEY, uuid TEXT NOT NULL UNIQUE,
  programme BIGINT NOT NULL REFERENCES programme (id),
  runs BIGINT NOT NULL REFERENCES organisation (id), developer BIGINT NOT NULL REFERENCES organisation (id),
  title TEXT NOT NULL, opened BIGINT NOT NULL, changed BIGINT NOT NULL,
  -- From the events: how many, the state, since and until when calls may be made (none: not now).
  events BIGINT NOT NULL, state TEXT NOT NULL, runs_from BIGINT, runs_until BIGINT
);
CREATE INDEX test_window_runs ON test_window (runs, id);
CREATE INDEX test_window_developer ON test_window (developer, id);

CREATE TABLE test_window_event (
  test_window BIGINT NOT NULL REFERENCES test_window (id), number BIGINT NOT NULL, at BIGINT NOT NULL,
  -- Who did it; JSON.
  person BIGINT REFERENCES person (id), body TEXT NOT NULL,
  PRIMARY KEY (test_window, number)
);

-- Who has which part in a window; from the events.
CREATE TABLE test_window_person (
  test_window BIGINT NOT NULL REFERENCES test_window (id), person BIGINT NOT NULL REFERENCES person (id), role TEXT NOT NULL,
  PRIMARY KEY (test_window, person, role)
);
CREATE INDEX test_window_person_person ON test_window_person (person, test_window);

-- Files: agreements, signatures, logs, egress records, certificates. Sealed under the node's key.
CREATE TABLE test_file (
  test_window BIGINT NOT NULL REFERENCES test_window (id), name TEXT NOT NULL,
  kind TEXT NOT NULL, bytes BIGINT NOT NULL, digest TEXT NOT NULL, sealed TEXT NOT NULL, added BIGINT NOT NULL, person BIGINT,
  PRIMARY KEY (test_window, name)
);

-- Where a checkpoint is reached and the developer's key for it, sealed; the endpoint's host is told to the developer's people.
CREATE TABLE test_endpoint (
  test_window BIGINT NOT NULL REFERENCES test_window (id), checkpoint TEXT NOT NULL,
  host TEXT NOT NULL, sealed TEXT NOT NULL, person BIGINT NOT NULL REFERENCES person (id), changed BIGINT NOT NULL,
  PRIMARY KEY (test_window, checkpoint)
);

-- Grants that took effect. Their terms are in the log of the window; here is what a call is looked up by.
CREATE TABLE test_grant (
  id BIGINT PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, test_window BIGINT NOT NULL REFERENCES test_window (id),
  name TEXT NOT NULL, tester BIGINT NOT NULL REFERENCES person (id),
  -- SHA-256 of the credential.
  credential TEXT NOT NULL UNIQUE, created BIGINT NOT NULL, revoked BIGINT, changed BIGINT NOT NULL,
  UNIQUE (test_window, name)
);
-- Credentials that the node drew and nobody has collected, sealed. Whoever collects one takes it away.
CREATE TABLE test_credential (
  credential TEXT PRIMARY KEY, test_window BIGINT NOT NULL REFERENCES test_window (id), sealed TEXT NOT NULL, created BIGINT NOT NULL
);
CREATE INDEX test_grant_window ON test_grant (test_window, id);
CREATE INDEX test_grant_changed ON test_grant (changed);

-- Calls of the broker: one line as it begins and one as it ends, each bound to the one before by its digest.
CREATE TABLE test_call (
  test_grant BIGINT NOT NULL REFERENCES test_grant (id), number BIGINT NOT NULL, at BIGINT NOT NULL,
  -- What was written: canonical JSON; what was asked and answered, sealed, or empty; SHA-256 of the line, which holds that of the one before.
  line TEXT NOT NULL, sealed TEXT NOT NULL, digest TEXT NOT NULL,
  -- What it adds to what is used up of the budget: as it begins all that it may use, as it ends the difference.
  calls BIGINT NOT NULL, tokens BIGINT NOT NULL,
  PRIMARY KEY (test_grant, number)
);

-- The source of the editions, every version of it; the editions that left.
CREATE TABLE test_source (
  test_window BIGINT NOT NULL REFERENCES test_window (id), number BIGINT NOT NULL, at BIGINT NOT NULL,
  person BIGINT NOT NULL REFERENCES person (id), body TEXT NOT NULL,
  PRIMARY KEY (test_window, number)
);
CREATE TABLE test_edition (
  uuid TEXT PRIMARY KEY, test_window BIGINT NOT NULL REFERENCES test_window (id), audience TEXT NOT NULL,
  source BIGINT NOT NULL, at BIGINT NOT NULL, person BIGINT NOT NULL REFERENCES person (id),
  marking TEXT NOT NULL, title TEXT NOT NULL, html TEXT NOT NULL, markdown TEXT NOT NULL, withdrawn BIGINT,
  -- Organisations that it is given to: JSON of their numbers; whether it is everybody's.
  recipients TEXT NOT NULL, public BIGINT NOT NULL
);
CREATE INDEX test_edition_window ON test_edition (test_window, at);
