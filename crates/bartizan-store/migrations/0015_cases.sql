-- Cases of coordination: an append-only log each, and what is derived from it so that it can be asked for. The rules of 0001 hold.

INSERT INTO counter (name, last) VALUES ('case', 0);

CREATE TABLE case_file (
  id BIGINT PRIMARY KEY, uuid TEXT NOT NULL UNIQUE,
  -- Whoever coordinates it.
  runs BIGINT NOT NULL REFERENCES organisation (id),
  title TEXT NOT NULL, summary TEXT NOT NULL,
  -- 0 TLP:CLEAR to 4 TLP:RED; CVE identifiers, one blank between two.
  marking BIGINT NOT NULL, cves TEXT NOT NULL,
  opened BIGINT NOT NULL, changed BIGINT NOT NULL,
  -- How many events there are. From them: where the report stands with the coordinator, the embargo's state, until when it binds.
  events BIGINT NOT NULL, report TEXT NOT NULL, embargo TEXT NOT NULL, embargo_until BIGINT, closed BOOLEAN NOT NULL
);
CREATE INDEX case_file_runs ON case_file (runs, id);

CREATE TABLE case_event (
  case_id BIGINT NOT NULL REFERENCES case_file (id), number BIGINT NOT NULL, at BIGINT NOT NULL,
  -- Who said it for the participant; JSON.
  person BIGINT REFERENCES person (id), body TEXT NOT NULL,
  PRIMARY KEY (case_id, number)
);

CREATE TABLE case_party (
  case_id BIGINT NOT NULL REFERENCES case_file (id), name TEXT NOT NULL,
  -- The organisation of this node, if it is one; what it is called; its time zone; where it is reached.
  organisation BIGINT REFERENCES organisation (id), title TEXT NOT NULL, zone TEXT NOT NULL, contact TEXT NOT NULL,
  -- From the events: whether it knows of the case; whether it may have what the case says.
  asked BOOLEAN NOT NULL, content BOOLEAN NOT NULL,
  PRIMARY KEY (case_id, name)
);
CREATE INDEX case_party_organisation ON case_party (organisation, case_id);

-- When a person is read in; from the events.
CREATE TABLE case_reader (
  case_id BIGINT NOT NULL REFERENCES case_file (id), person BIGINT NOT NULL REFERENCES person (id),
  starts BIGINT NOT NULL, ends BIGINT NOT NULL,
  PRIMARY KEY (case_id, person, starts)
);

-- The words of a message; the event names it.
CREATE TABLE case_message (
  case_id BIGINT NOT NULL REFERENCES case_file (id), name TEXT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (case_id, name)
);

-- Which reports a case is about. One that is taken out of it again stays as that.
CREATE TABLE case_report (
  case_id BIGINT NOT NULL REFERENCES case_file (id), report BIGINT NOT NULL REFERENCES vulnerability_report (id),
  added BIGINT NOT NULL, because TEXT NOT NULL, removed BIGINT, regret TEXT NOT NULL,
  PRIMARY KEY (case_id, report, added)
);
CREATE INDEX case_report_report ON case_report (report);
