-- Words of objects, to be found by: SQLite's way. They come as words already (objects/words.rs).
CREATE VIRTUAL TABLE object_words USING fts5 (
  words, content = '', contentless_delete = 1, detail = 'none', tokenize = 'unicode61 remove_diacritics 0'
);
