-- Times are microseconds since 1970 (UTC), days are YYYY-MM-DD. Markings are ranks: 0 TLP:CLEAR to 4 TLP:RED.
-- The last number given: numbers are never used again.
CREATE TABLE counter (last BIGINT NOT NULL);
INSERT INTO counter (last) VALUES (0);
CREATE TABLE analysis (
    number BIGINT PRIMARY KEY,
    -- Number of the first analysis of the same report: its editions share it.
    line BIGINT NOT NULL,
    -- 1 for the newest edition of its line.
    newest BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    title TEXT NOT NULL,
    title_key TEXT NOT NULL,
    publisher TEXT,
    published TEXT,
    source_url TEXT,
    generated TEXT NOT NULL,
    marking BIGINT NOT NULL,
    genre TEXT,
    score DOUBLE PRECISION,
    band TEXT,
    first_day TEXT,
    last_day TEXT,
    added BIGINT NOT NULL,
    -- SHA-256 of the uncompressed body.
    digest TEXT NOT NULL,
    -- analysis.json and bundle.json, gzip.
    body BLOB NOT NULL,
    bundle BLOB
);
CREATE INDEX analysis_sha256 ON analysis (sha256);
CREATE INDEX analysis_source ON analysis (source_url);
CREATE INDEX analysis_title ON analysis (title_key, publisher);
CREATE INDEX analysis_line ON analysis (line, number);
CREATE TABLE claim (
    analysis BIGINT NOT NULL REFERENCES analysis (number),
    position BIGINT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    item TEXT NOT NULL,
    label TEXT NOT NULL,
    label_key TEXT NOT NULL,
    grade TEXT NOT NULL,
    confidence DOUBLE PRECISION NOT NULL,
    common BIGINT NOT NULL,
    -- JSON: [[start, end, quote, sentence], …]
    places TEXT NOT NULL,
    PRIMARY KEY (analysis, position)
);
CREATE INDEX claim_item ON claim (kind, item, analysis);
CREATE INDEX claim_value ON claim (item, analysis);
CREATE INDEX claim_label ON claim (label_key, analysis);
CREATE TABLE event (
    analysis BIGINT NOT NULL REFERENCES analysis (number),
    position BIGINT NOT NULL,
    kind TEXT NOT NULL,
    earliest TEXT NOT NULL,
    latest TEXT NOT NULL,
    summary TEXT NOT NULL,
    -- Positions of the claims involved, as JSON.
    involves TEXT NOT NULL,
    PRIMARY KEY (analysis, position)
);
CREATE INDEX event_day ON event (earliest, analysis);
CREATE VIRTUAL TABLE words USING fts5 (title, body, tokenize = 'unicode61 remove_diacritics 2');
INSERT INTO words (words, rank) VALUES ('secure-delete', 1);
