-- Analysed reports, decisions about their claims, where they were published. The rules of 0001 hold.

CREATE TABLE report (
  id BIGINT PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, audience BIGINT NOT NULL, organisation BIGINT NOT NULL,
  person BIGINT NOT NULL, job BIGINT NOT NULL UNIQUE,
  title TEXT NOT NULL, publisher TEXT NOT NULL, published TEXT NOT NULL, kind TEXT NOT NULL, source TEXT NOT NULL,
  -- JSON: name of a file to the digest of its bytes in `content`.
  contents TEXT NOT NULL,
  claims BIGINT NOT NULL, decisions BIGINT NOT NULL, reviewed BIGINT NOT NULL, created BIGINT NOT NULL
);
CREATE INDEX report_audience ON report (audience, id);

-- A decision is never changed; undoing is a decision.
CREATE TABLE decision (
  report BIGINT NOT NULL REFERENCES report (id), number BIGINT NOT NULL, person BIGINT NOT NULL, at BIGINT NOT NULL,
  body TEXT NOT NULL, PRIMARY KEY (report, number)
);

CREATE TABLE publication (
  report BIGINT NOT NULL REFERENCES report (id), collection BIGINT NOT NULL REFERENCES collection (id),
  person BIGINT NOT NULL, at BIGINT NOT NULL, objects BIGINT NOT NULL, PRIMARY KEY (report, collection)
);
