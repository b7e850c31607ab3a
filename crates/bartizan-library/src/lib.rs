//! The library of earlier analyses: one SQLite file.
