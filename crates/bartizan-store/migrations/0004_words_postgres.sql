-- Words of reports, to be found by: PostgreSQL's way.
CREATE TABLE report_words (report BIGINT PRIMARY KEY, words TSVECTOR NOT NULL);
CREATE INDEX report_words_words ON report_words USING gin (words);
