-- One text for SQLite and PostgreSQL (and what speaks its protocol): BIGINT, TEXT, BYTEA, BOOLEAN; no sequences, triggers,
-- extensions, partial indexes or types of one engine. Times are microseconds since 1970. Numbers come from `counter`.

CREATE TABLE counter (name TEXT PRIMARY KEY, last BIGINT NOT NULL);
-- `directory` moves with every change of who is there and who gets what; `audit` is the length of the log.
INSERT INTO counter (name, last) VALUES
  ('directory', 1), ('organisation', 0), ('person', 0), ('token', 0), ('group', 0), ('collection', 0), ('audience', 0),
  ('report', 0), ('job', 0), ('audit', 0);

CREATE TABLE organisation (
  id BIGINT PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE,
  client_of BIGINT, created BIGINT NOT NULL, closed BIGINT
);

CREATE TABLE person (
  id BIGINT PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, organisation BIGINT NOT NULL REFERENCES organisation (id),
  -- The name they sign in with, in lower case.
  name TEXT NOT NULL UNIQUE, shown TEXT NOT NULL, roles TEXT NOT NULL,
  -- Argon2id in PHC form; NULL until they have chosen one.
  password TEXT, created BIGINT NOT NULL, closed BIGINT
);
CREATE INDEX person_organisation ON person (organisation, name);

CREATE TABLE token (
  id BIGINT PRIMARY KEY, person BIGINT NOT NULL REFERENCES person (id), label TEXT NOT NULL,
  digest TEXT NOT NULL UNIQUE, scopes TEXT NOT NULL, created BIGINT NOT NULL, expires BIGINT, revoked BIGINT
);
CREATE INDEX token_person ON token (person, id);

CREATE TABLE session (
  digest TEXT PRIMARY KEY, person BIGINT NOT NULL REFERENCES person (id),
  csrf TEXT NOT NULL, created BIGINT NOT NULL, expires BIGINT NOT NULL
);

-- One-time links: the first admin's, a new person's password.
CREATE TABLE link (
  digest TEXT PRIMARY KEY, purpose TEXT NOT NULL, person BIGINT, expires BIGINT NOT NULL, used BIGINT
);

CREATE TABLE sharing_group (
  id BIGINT PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, owner BIGINT NOT NULL REFERENCES organisation (id),
  name TEXT NOT NULL, created BIGINT NOT NULL
);
CREATE TABLE group_member (
  group_id BIGINT NOT NULL REFERENCES sharing_group (id), organisation BIGINT NOT NULL REFERENCES organisation (id),
  PRIMARY KEY (group_id, organisation)
);

CREATE TABLE collection (
  id BIGINT PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, alias TEXT UNIQUE,
  owner BIGINT NOT NULL REFERENCES organisation (id), title TEXT NOT NULL, description TEXT NOT NULL,
  -- What an object without a TLP marking counts as: 0 TLP:CLEAR to 4 TLP:RED.
  marking BIGINT NOT NULL, public BOOLEAN NOT NULL,
  -- The `added` of the newest object ever: only grows.
  clock BIGINT NOT NULL, created BIGINT NOT NULL, closed BIGINT
);
-- A grant is to an organisation or to a group; the other is 0.
CREATE TABLE collection_grant (
  collection BIGINT NOT NULL REFERENCES collection (id), organisation BIGINT NOT NULL, group_id BIGINT NOT NULL,
  can_read BOOLEAN NOT NULL, can_write BOOLEAN NOT NULL, PRIMARY KEY (collection, organisation, group_id)
);
CREATE TABLE collection_named (
  collection BIGINT NOT NULL REFERENCES collection (id), person BIGINT NOT NULL REFERENCES person (id),
  PRIMARY KEY (collection, person)
);

-- Who reads a piece of content. 0 stands for "none" in author, embargo and collection, so that the key is unique.
CREATE TABLE audience (
  id BIGINT PRIMARY KEY, collection BIGINT NOT NULL, owner BIGINT NOT NULL, author BIGINT NOT NULL,
  marking BIGINT NOT NULL, embargo BIGINT NOT NULL,
  UNIQUE (collection, owner, author, marking, embargo)
);

CREATE TABLE object (
  collection BIGINT NOT NULL, added BIGINT NOT NULL, audience BIGINT NOT NULL,
  id TEXT NOT NULL, type TEXT NOT NULL, spec TEXT NOT NULL,
  -- `modified`, else `created`, else `added`; and as it was written.
  version BIGINT NOT NULL, version_text TEXT NOT NULL,
  -- Some newer version is there; some older version, or the same one earlier, is there. Readable or not: a reader for whom it
  -- matters is asked about in the statement.
  superseded BOOLEAN NOT NULL, preceded BOOLEAN NOT NULL,
  digest TEXT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (collection, added)
);
CREATE INDEX object_version ON object (collection, id, version, added);
CREATE INDEX object_type ON object (collection, type, added);

-- TAXII status resources, kept as they were answered.
CREATE TABLE receipt (
  uuid TEXT PRIMARY KEY, person BIGINT NOT NULL, created BIGINT NOT NULL, body TEXT NOT NULL
);

CREATE TABLE audit (
  number BIGINT PRIMARY KEY, at BIGINT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, thing TEXT NOT NULL,
  detail TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL
);
