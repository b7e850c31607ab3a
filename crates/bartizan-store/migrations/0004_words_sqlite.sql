-- Words of reports, to be found by: SQLite's way.
CREATE VIRTUAL TABLE report_words USING fts5 (
  body, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);
