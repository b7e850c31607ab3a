//! A collection as a table.
