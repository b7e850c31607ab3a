-- What reports name, to be found and counted by. The rules of 0001 hold.

CREATE TABLE report_name (
  report BIGINT NOT NULL REFERENCES report (id),
  -- `technique`, `indicator`, or the kind of an entity: `actor`, `malware`, `tool`, `campaign`, `vulnerability` …
  kind TEXT NOT NULL,
  -- What makes it one: see `name_key`.
  value TEXT NOT NULL,
  -- As people read it: defanged.
  shown TEXT NOT NULL,
  -- How it is known and how surely, in words.
  sure TEXT NOT NULL,
  -- The first sentence that says so, defanged, and where in it, in characters.
  sentence TEXT NOT NULL, hit_from BIGINT NOT NULL, hit_to BIGINT NOT NULL,
  PRIMARY KEY (report, kind, value)
);
CREATE INDEX report_name_value ON report_name (kind, value, report);

-- Rules that the analysis of a report made, and how their proof went.
CREATE TABLE report_rule (
  report BIGINT NOT NULL REFERENCES report (id), rule TEXT NOT NULL,
  title TEXT NOT NULL, level TEXT NOT NULL, source TEXT NOT NULL, verdict TEXT NOT NULL, proven BOOLEAN NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (report, rule)
);
-- The techniques that a rule would see, in lower case as in report_name.
CREATE TABLE rule_technique (
  report BIGINT NOT NULL REFERENCES report (id), rule TEXT NOT NULL, technique TEXT NOT NULL,
  PRIMARY KEY (report, rule, technique)
);
CREATE INDEX rule_technique_technique ON rule_technique (technique, report);
