-- Editions of reports, what was published last, searches that people keep. The rules of 0001 hold.

-- Reports that are editions of one text; one that has no other edition has no row. Numbers of reports are their order.
CREATE TABLE report_edition (
  report BIGINT PRIMARY KEY REFERENCES report (id),
  -- The first of them.
  line BIGINT NOT NULL,
  -- The one it was compared with; 0 for the first.
  former BIGINT NOT NULL,
  -- So many of its decisions were made about the former one and still hold.
  carried BIGINT NOT NULL
);
CREATE INDEX report_edition_line ON report_edition (line, report);
CREATE INDEX report_source ON report (source, id);
CREATE INDEX report_title ON report (title, id);

-- The bundle that was last written into a collection for a report, withdrawn objects included: the next one continues it.
CREATE TABLE published_bundle (
  report BIGINT NOT NULL REFERENCES report (id), collection BIGINT NOT NULL REFERENCES collection (id),
  digest TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (report, collection)
);

-- The language of the text, as its analysis says; '' for reports from before this column.
ALTER TABLE report ADD COLUMN language TEXT NOT NULL DEFAULT '';

INSERT INTO counter (name, last) VALUES ('saved_search', 0);
CREATE TABLE saved_search (
  id BIGINT PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, person BIGINT NOT NULL REFERENCES person (id),
  name TEXT NOT NULL, query TEXT NOT NULL,
  -- The newest report there was when its owner last looked.
  seen BIGINT NOT NULL, created BIGINT NOT NULL
);
CREATE INDEX saved_search_person ON saved_search (person, id);
