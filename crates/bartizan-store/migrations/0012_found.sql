-- Objects to be found: by identifier however many there are, and by words. The rules of 0001 hold.

-- Begins with what is rare. A planner without figures takes any index that begins with the collection for a good one, and reads
-- the whole collection for one identifier.
CREATE INDEX object_id ON object (id, collection, version, added);
DROP INDEX object_version;

-- What words lead to. The number follows `added` (objects/search.rs), so that the order of what is found tells nothing of what is
-- not readable.
CREATE TABLE object_number (
  number BIGINT PRIMARY KEY, collection BIGINT NOT NULL, added BIGINT NOT NULL, UNIQUE (collection, added)
);
-- How far the words of a collection have been kept.
CREATE TABLE object_indexed (collection BIGINT PRIMARY KEY REFERENCES collection (id), added BIGINT NOT NULL);
