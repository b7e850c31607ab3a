-- Words of objects, to be found by: PostgreSQL's way. They come as words already (objects/words.rs).
CREATE TABLE object_words (number BIGINT PRIMARY KEY, words TSVECTOR NOT NULL);
-- Without a list of pending rows, which every question would have to walk.
CREATE INDEX object_words_words ON object_words USING gin (words) WITH (fastupdate = off);
