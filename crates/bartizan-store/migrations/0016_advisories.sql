-- Who publishes advisories, the advisories, their editions, to whom they were released, and what operators say of them.
-- The rules of 0001 hold.

INSERT INTO counter (name, last) VALUES ('advisory', 0), ('advisory_release', 0), ('advisory_receipt', 0);

-- An organisation that publishes, as its documents name it; `alias` stands in addresses.
CREATE TABLE publisher (
  organisation BIGINT PRIMARY KEY REFERENCES organisation (id), alias TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL, category TEXT NOT NULL, namespace TEXT NOT NULL, contact TEXT NOT NULL, authority TEXT NOT NULL,
  created BIGINT NOT NULL
);

CREATE TABLE advisory (
  id BIGINT PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, owner BIGINT NOT NULL REFERENCES organisation (id),
  -- Who began it: the only one who reads it while it is TLP:RED and no edition is released.
  person BIGINT NOT NULL REFERENCES person (id),
  -- The case it comes from, if it comes from one.
  case_uuid TEXT,
  -- What its readers know it by, and the name of its file (CSAF 2.0, 5.1), which two of one owner must not share.
  tracking TEXT NOT NULL, filename TEXT NOT NULL,
  -- Of the newest edition.
  title TEXT NOT NULL, marking BIGINT NOT NULL, edition BIGINT NOT NULL,
  -- draft, released, withdrawn; the newest version that was released, 0 for none.
  state TEXT NOT NULL, version BIGINT NOT NULL,
  created BIGINT NOT NULL, changed BIGINT NOT NULL,
  UNIQUE (owner, filename)
);
CREATE INDEX advisory_owner ON advisory (owner, id);

-- Only grows. What readers see of an advisory is what one of its editions says, never what stands above.
CREATE TABLE advisory_edition (
  advisory BIGINT NOT NULL REFERENCES advisory (id), number BIGINT NOT NULL,
  -- The version that the document says it has if it is one to release; 0 for a draft.
  version BIGINT NOT NULL,
  title TEXT NOT NULL, marking BIGINT NOT NULL,
  -- CSAF as it was written; SHA-256 of it; what changed.
  body TEXT NOT NULL, digest TEXT NOT NULL, summary TEXT NOT NULL,
  at BIGINT NOT NULL, person BIGINT NOT NULL REFERENCES person (id),
  PRIMARY KEY (advisory, number)
);

-- An edition in a collection from a time on: its audience names that time as its embargo, so that one rule decides about both.
CREATE TABLE advisory_release (
  id BIGINT PRIMARY KEY, advisory BIGINT NOT NULL, edition BIGINT NOT NULL, collection BIGINT NOT NULL REFERENCES collection (id),
  audience BIGINT NOT NULL REFERENCES audience (id), begins BIGINT NOT NULL,
  at BIGINT NOT NULL, person BIGINT NOT NULL REFERENCES person (id), ended BIGINT,
  FOREIGN KEY (advisory, edition) REFERENCES advisory_edition (advisory, number)
);
CREATE INDEX advisory_release_audience ON advisory_release (audience, advisory);
CREATE INDEX advisory_release_advisory ON advisory_release (advisory, collection);

-- What an organisation said of an advisory that it reads; only grows, the newest holds.
CREATE TABLE advisory_receipt (
  id BIGINT PRIMARY KEY, advisory BIGINT NOT NULL REFERENCES advisory (id), organisation BIGINT NOT NULL REFERENCES organisation (id),
  person BIGINT NOT NULL REFERENCES person (id), edition BIGINT NOT NULL, at BIGINT NOT NULL,
  -- read, acknowledged, acting, done.
  state TEXT NOT NULL, words TEXT NOT NULL
);
CREATE INDEX advisory_receipt_of ON advisory_receipt (advisory, organisation, id);
