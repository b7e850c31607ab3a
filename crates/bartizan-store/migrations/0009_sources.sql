-- Ways in and out that the node uses by itself, and names for jobs and tokens that tell nobody how many there are. The rules of
-- 0001 hold. What an engine does its own way is in 0009_names_*.sql.

-- A key that the database made for itself: outward names are made of it and of inner numbers.
CREATE TABLE outward (key TEXT NOT NULL);
-- NULL only where a release before this one wrote the row.
ALTER TABLE job ADD COLUMN uuid TEXT;
ALTER TABLE token ADD COLUMN uuid TEXT;

INSERT INTO counter (name, last) VALUES ('channel', 0);

-- A source or a peer.
CREATE TABLE channel (
  id BIGINT PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, organisation BIGINT NOT NULL REFERENCES organisation (id),
  -- On whose behalf.
  person BIGINT NOT NULL REFERENCES person (id),
  -- feed, misp, taxii, page: in; push: out.
  kind TEXT NOT NULL, title TEXT NOT NULL, address TEXT NOT NULL,
  -- The collection there; empty where there is none.
  remote TEXT NOT NULL,
  -- Ours; 0: the library. `reader`: the organisation whose reading decides what goes out; 0 for what comes in.
  collection BIGINT NOT NULL, reader BIGINT NOT NULL,
  -- What a thing without a marking counts as.
  marking BIGINT NOT NULL,
  -- Microseconds.
  every BIGINT NOT NULL, paused BOOLEAN NOT NULL,
  -- Credentials, sealed; empty: none.
  sealed TEXT NOT NULL,
  -- Where to go on, JSON.
  place TEXT NOT NULL,
  -- The clock of the collection when it was last pushed.
  seen BIGINT NOT NULL,
  due BIGINT NOT NULL, round BIGINT NOT NULL, job BIGINT NOT NULL, begun BIGINT NOT NULL,
  created BIGINT NOT NULL, removed BIGINT
);
CREATE INDEX channel_organisation ON channel (organisation, id);

-- What was done when; its state is its job's.
CREATE TABLE channel_run (
  channel BIGINT NOT NULL REFERENCES channel (id), round BIGINT NOT NULL, job BIGINT NOT NULL,
  begun BIGINT NOT NULL, ended BIGINT,
  taken BIGINT NOT NULL, known BIGINT NOT NULL, refused BIGINT NOT NULL,
  -- JSON: a list of words on what was refused and why.
  notes TEXT NOT NULL, PRIMARY KEY (channel, round)
);
-- Entries and events that were looked at: by key, in which version, how often without success.
CREATE TABLE channel_item (
  channel BIGINT NOT NULL REFERENCES channel (id), key TEXT NOT NULL, version TEXT NOT NULL, tries BIGINT NOT NULL,
  at BIGINT NOT NULL, PRIMARY KEY (channel, key)
);
-- How far each audience of a collection was sent.
CREATE TABLE channel_reach (
  channel BIGINT NOT NULL REFERENCES channel (id), audience BIGINT NOT NULL, after BIGINT NOT NULL,
  PRIMARY KEY (channel, audience)
);

-- Where an object and a report came from.
CREATE TABLE object_origin (
  collection BIGINT NOT NULL, added BIGINT NOT NULL, channel BIGINT NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (collection, added)
);
CREATE TABLE job_origin (
  job BIGINT NOT NULL, channel BIGINT NOT NULL, item TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (job, channel)
);
