-- Who means to scan what, when. The rules of 0001 hold.

INSERT INTO counter (name, last) VALUES ('scan_intent', 0), ('scan_event', 0), ('scan_range', 0), ('scan_block', 0);

CREATE TABLE scan_intent (
  id BIGINT PRIMARY KEY, uuid TEXT NOT NULL UNIQUE,
  -- At whose desk; whose, and who registered it.
  desk BIGINT NOT NULL REFERENCES desk (organisation), organisation BIGINT NOT NULL REFERENCES organisation (id),
  person BIGINT NOT NULL REFERENCES person (id),
  -- JSON; what of it stands in lists; whether what is scanned is alive.
  body TEXT NOT NULL, title TEXT NOT NULL, live BIGINT NOT NULL,
  -- awaiting-owner, active, lapsed, stopped, refused, withdrawn; why it was stopped; since when.
  state TEXT NOT NULL, reason TEXT NOT NULL, changed BIGINT NOT NULL,
  -- Its window; until when it is held; since when it is active, and until when it was.
  starts BIGINT NOT NULL, ends BIGINT NOT NULL, lease BIGINT NOT NULL, began BIGINT, ended BIGINT,
  -- When the scanner was told to stop.
  told BIGINT, received BIGINT NOT NULL
);
CREATE INDEX scan_intent_desk ON scan_intent (desk, id);
CREATE INDEX scan_intent_organisation ON scan_intent (organisation, id);
CREATE INDEX scan_intent_lease ON scan_intent (state, lease);

-- What it is in, as coarsely as overlap is ever told.
CREATE TABLE scan_cell (
  intent BIGINT NOT NULL REFERENCES scan_intent (id), cell TEXT NOT NULL, PRIMARY KEY (intent, cell)
);
CREATE INDEX scan_cell_cell ON scan_cell (cell, intent);

-- Who is asked, since it is theirs: empty, approved, refused.
CREATE TABLE scan_owner (
  intent BIGINT NOT NULL REFERENCES scan_intent (id), organisation BIGINT NOT NULL REFERENCES organisation (id),
  decision TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (intent, organisation)
);
CREATE INDEX scan_owner_organisation ON scan_owner (organisation, intent);

-- What happened, only added to.
CREATE TABLE scan_event (
  id BIGINT PRIMARY KEY, intent BIGINT NOT NULL REFERENCES scan_intent (id), at BIGINT NOT NULL,
  -- registered, approved, refused, stopped, withdrawn, lapsed, told, choice, message.
  kind TEXT NOT NULL, organisation BIGINT NOT NULL, person BIGINT NOT NULL,
  -- A code (a reason, a choice), which part it is about, and words.
  code TEXT NOT NULL, part TEXT NOT NULL, words TEXT NOT NULL
);
CREATE INDEX scan_event_intent ON scan_event (intent, id);

-- What owners say is theirs: claimed, verified, refused, withdrawn.
CREATE TABLE scan_range (
  id BIGINT PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, organisation BIGINT NOT NULL REFERENCES organisation (id),
  desk BIGINT NOT NULL REFERENCES desk (organisation), ground TEXT NOT NULL, note TEXT NOT NULL,
  state TEXT NOT NULL, created BIGINT NOT NULL, changed BIGINT NOT NULL
);
CREATE INDEX scan_range_desk ON scan_range (desk, id);
CREATE INDEX scan_range_organisation ON scan_range (organisation, id);

-- The coordinator's catalogue: what is answered about, in blocks; 0 waits for enough others.
CREATE TABLE scan_unit (
  desk BIGINT NOT NULL REFERENCES desk (organisation), unit TEXT NOT NULL, block BIGINT NOT NULL, added BIGINT NOT NULL,
  PRIMARY KEY (desk, unit)
);
CREATE INDEX scan_unit_block ON scan_unit (desk, block);
