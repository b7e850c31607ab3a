-- What operators have installed, what they decided about it, and the facts that a due list needs. The rules of 0001 hold.
-- What is sealed here is sealed by the node for its organisation: whoever reads the database learns neither titles nor counts.

INSERT INTO counter (name, last) VALUES ('inventory', 0);
INSERT INTO counter (name, last) VALUES ('due_note', 0);

CREATE TABLE inventory (
  id BIGINT PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, organisation BIGINT NOT NULL REFERENCES organisation (id),
  -- Number of the newest edition, from 1; of the newest change, from 1.
  edition BIGINT NOT NULL, revision BIGINT NOT NULL,
  -- Sealed: title, format, counts, what people say of assets.
  about TEXT NOT NULL,
  created BIGINT NOT NULL, changed BIGINT NOT NULL
);
CREATE INDEX inventory_organisation ON inventory (organisation, id);

-- A document as it came, and what was read from it; both sealed. The newest editions are kept.
CREATE TABLE inventory_edition (
  inventory BIGINT NOT NULL REFERENCES inventory (id), number BIGINT NOT NULL, kept BIGINT NOT NULL,
  document TEXT NOT NULL, assets TEXT NOT NULL,
  PRIMARY KEY (inventory, number)
);

-- What an operator decided about an item of its due list; never changed, the newest holds. The item by its name, the rest sealed.
CREATE TABLE due_exception (
  number BIGINT PRIMARY KEY, organisation BIGINT NOT NULL REFERENCES organisation (id), item TEXT NOT NULL,
  person BIGINT NOT NULL REFERENCES person (id), kept BIGINT NOT NULL, body TEXT NOT NULL
);
CREATE INDEX due_exception_item ON due_exception (organisation, item);
CREATE TABLE due_closure (
  number BIGINT PRIMARY KEY, organisation BIGINT NOT NULL REFERENCES organisation (id), item TEXT NOT NULL,
  person BIGINT NOT NULL REFERENCES person (id), kept BIGINT NOT NULL, body TEXT NOT NULL
);
CREATE INDEX due_closure_item ON due_closure (organisation, item);
-- What an operator found out about a vulnerability. The item is a digest of its name.
CREATE TABLE due_answer (
  number BIGINT PRIMARY KEY, organisation BIGINT NOT NULL REFERENCES organisation (id), item TEXT NOT NULL,
  person BIGINT NOT NULL REFERENCES person (id), kept BIGINT NOT NULL, body TEXT NOT NULL
);
CREATE INDEX due_answer_item ON due_answer (organisation, item);

-- The log of what only an organisation knows of: a chain of its own for each, since the node's log is read by others.
CREATE TABLE own_log_head (organisation BIGINT PRIMARY KEY REFERENCES organisation (id), last BIGINT NOT NULL);
CREATE TABLE own_log (
  organisation BIGINT NOT NULL REFERENCES organisation (id), number BIGINT NOT NULL, at BIGINT NOT NULL, actor TEXT NOT NULL,
  action TEXT NOT NULL, thing TEXT NOT NULL, detail TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL,
  PRIMARY KEY (organisation, number)
);

-- Public facts about vulnerabilities as somebody brought them: kev, epss. The newest file of each.
CREATE TABLE fact_file (
  kind TEXT PRIMARY KEY, dated BIGINT NOT NULL, digest TEXT NOT NULL, size BIGINT NOT NULL, entries BIGINT NOT NULL,
  kept BIGINT NOT NULL, body BYTEA NOT NULL
);
