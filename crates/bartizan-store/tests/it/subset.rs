//! The statements stay in what both engines, and those that speak PostgreSQL's protocol, share.

use std::path::Path;

/// What one engine alone knows, or what CockroachDB, YugabyteDB and Citus do not do.
const BANNED: &[&str] = &[
    "SERIAL",
    "AUTOINCREMENT",
    "CREATE EXTENSION",
    "CREATE TRIGGER",
    "CREATE FUNCTION",
    "LISTEN ",
    "NOTIFY ",
    "PG_ADVISORY",
    "JSONB",
    "INSERT OR ",
    "IFNULL(",
    "ROWID",
    "NEXTVAL",
    "CREATE SEQUENCE",
    "LANGUAGE PLPGSQL",
    "WITHOUT ROWID",
    "GLOB ",
    "ILIKE",
    "ARRAY[",
    " ANY(",
    "DATETIME(",
    "NOW()",
];
/// Files that hold what an engine does its own way, and say so.
const OWN_WAY: &[&str] = &["db.rs", "rows.rs", "search.rs", "words.rs", "_sqlite.sql", "_postgres.sql"];

#[test]
fn statements_keep_to_the_common_subset() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seen = 0;
    let mut folders = vec![root.join("src"), root.join("migrations")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            if OWN_WAY.iter().any(|own| name.ends_with(own)) {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a file");
            for (number, line) in text.lines().enumerate() {
                let line = line.trim_start();
                if line.starts_with("//") || line.starts_with("--") {
                    continue;
                }
                let upper = line.to_uppercase();
                // A cast of PostgreSQL's: after an argument, a bracket or a quotation; elsewhere it is a path of Rust.
                for (at, _) in line.match_indices("::") {
                    let before = line[..at].chars().next_back();
                    let cast = before.is_some_and(|c| c.is_ascii_digit() || c == ')' || c == '\'');
                    let kinds = ["text", "bigint", "bool", "int", "json", "bytea", "tsvector"];
                    let kind = kinds.iter().any(|kind| line[at + 2..].starts_with(kind));
                    assert!(!(cast && kind), "{}:{}: a cast", path.display(), number + 1);
                }
                for word in BANNED {
                    assert!(!upper.contains(word), "{}:{}: {word}", path.display(), number + 1);
                }
            }
            seen += 1;
        }
    }
    assert!(seen > 10, "{seen} files");
}
