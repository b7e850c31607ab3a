//! Chores of the project: pack, train, evaluate, generated references.

fn main() {}
