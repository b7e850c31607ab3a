-- Where reports of vulnerabilities are handed in, and the reports. The rules of 0001 hold.

INSERT INTO counter (name, last) VALUES ('vulnerability_report', 0);

-- An organisation that takes reports. Closed: none any more; what it has stays.
CREATE TABLE desk (
  organisation BIGINT PRIMARY KEY REFERENCES organisation (id), uuid TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
  about TEXT NOT NULL, created BIGINT NOT NULL, closed BIGINT
);

CREATE TABLE vulnerability_report (
  id BIGINT PRIMARY KEY, uuid TEXT NOT NULL UNIQUE,
  -- What its sender was given to ask by; digest of what was said by whom to whom: the same is kept once.
  receipt TEXT NOT NULL UNIQUE, key TEXT NOT NULL UNIQUE,
  -- The desk's organisation; the sender's, and who sent it.
  desk BIGINT NOT NULL REFERENCES desk (organisation), organisation BIGINT NOT NULL REFERENCES organisation (id),
  person BIGINT NOT NULL REFERENCES person (id),
  -- JSON without the content of files; what of it stands in lists.
  body TEXT NOT NULL, title TEXT NOT NULL, product TEXT NOT NULL,
  -- queued, processing, done; since when; what came of it, in words of ours, empty before.
  state TEXT NOT NULL, changed BIGINT NOT NULL, outcome TEXT NOT NULL,
  received BIGINT NOT NULL
);
CREATE INDEX vulnerability_report_desk ON vulnerability_report (desk, id);
CREATE INDEX vulnerability_report_sender ON vulnerability_report (organisation, id);

CREATE TABLE vulnerability_file (
  report BIGINT NOT NULL REFERENCES vulnerability_report (id), position BIGINT NOT NULL, filename TEXT NOT NULL,
  content_type TEXT NOT NULL, kind TEXT NOT NULL, description TEXT NOT NULL, size BIGINT NOT NULL,
  -- SHA-256 of what is sealed.
  digest TEXT NOT NULL, sealed TEXT NOT NULL,
  PRIMARY KEY (report, position)
);
