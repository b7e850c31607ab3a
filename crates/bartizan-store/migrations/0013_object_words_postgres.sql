-- Words of objects, to be found by: PostgreSQL's way. They come as words already (objects/words.rs).
CREATE TABLE object_words (number BIGINT PRIMARY KEY, words TSVECTOR NOT NULL);
-- New words wait in a list of a megabyte, which every question walks in a few milliseconds: keeping words takes a third of the time.
CREATE INDEX object_words_words ON object_words USING gin (words) WITH (fastupdate = on, gin_pending_list_limit = 1024);
