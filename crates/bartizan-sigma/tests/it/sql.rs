//! The SQL family: what queries say, and that a rule's text stays in its literals. `scripts/sigma-engines.sh` runs them.

use bartizan_sigma::{
    convert,
    target::{Job, Query},
};

use crate::rule;

const TARGETS: [&str; 6] = ["postgresql", "duckdb", "snowflake", "athena", "clickhouse", "sqlite"];

/// The condition for one item.
fn asks(target: &str, item: &str) -> String {
    let rule = rule(&format!("  s:\n    {item}\n  condition: s\n"));
    let job = Job::new(target, &[], None).unwrap_or_else(|e| panic!("{e}"));
    let conversion = convert(&rule, &job).unwrap_or_else(|e| panic!("{target}: {item}: {e}"));
    let [Query::Text(text)] = conversion.queries.as_slice() else { panic!("{target}: one text") };
    text.strip_prefix("SELECT * FROM logs WHERE ").unwrap_or_else(|| panic!("{text}")).to_owned()
}

#[test]
fn texts_match_either_case_unless_cased() {
    let item = r"A|endswith: '\x_y'";
    assert_eq!(asks("postgresql", item), r#""A" ILIKE '%\\x\_y'"#);
    assert_eq!(asks("duckdb", item), r#""A" ILIKE '%\x!_y' ESCAPE '!'"#);
    assert_eq!(asks("snowflake", item), r#""A" ILIKE '%\\x!_y' ESCAPE '!'"#);
    assert_eq!(asks("athena", r"A: 'X*'"), r#"lower("A") LIKE 'x%'"#);
    assert_eq!(asks("clickhouse", item), r"`A` ILIKE '%\\\\x\\_y'");
    assert_eq!(asks("sqlite", item), r"`A` LIKE '%\\x\_y' ESCAPE '\'");
    assert_eq!(asks("postgresql", "A|cased: 'X'"), r#""A" LIKE 'X'"#);
    // SQLite's LIKE knows the case of ASCII only.
    assert_eq!(asks("sqlite", "A|contains: 'é*'"), "`A` GLOB '*[Éé]*'");
}

#[test]
fn columns_are_text() {
    assert_eq!(asks("postgresql", "A: 5.0"), r#""A" = '5'"#);
    assert_eq!(asks("snowflake", "A|gte: 5"), r#"TRY_TO_DOUBLE("A") >= 5"#);
    assert_eq!(asks("duckdb", "A|hour: 3"), r#"substr("A", 12, 2) = '03'"#);
    assert_eq!(asks("clickhouse", "A: true"), "`A` ILIKE 'true'");
    assert_eq!(
        asks("clickhouse", "A|cidr: 10.0.0.0/9"),
        "toIPv4OrNull(`A`) BETWEEN toIPv4('10.0.0.0') AND toIPv4('10.127.255.255')"
    );
    assert_eq!(
        asks("duckdb", "A|cidr: 192.168.1.0/31"),
        r#"regexp_matches("A", '(?i)^192[.]168[.]1[.](0|1)$')"#
    );
}

#[test]
fn what_is_absent_does_not_match_so_its_negation_holds() {
    assert_eq!(asks("athena", "A|neq: 'x'"), r#"NOT coalesce(lower("A") LIKE 'x', false)"#);
    assert_eq!(asks("sqlite", "A|neq: 5"), "NOT coalesce(`A` = '5', 0)");
}

#[test]
fn expressions_in_the_words_of_the_engine() {
    assert_eq!(asks("postgresql", r"A|re|i: '\bx.\d+?'"), r#""A" ~* '\yx[^\n][0-9]+'"#);
    assert_eq!(asks("postgresql", r"A|re: '[^\\]{1,256}$'"), r#""A" ~ '[^\\]{1,255}[^\\]{0,1}$'"#);
    assert_eq!(asks("clickhouse", r"A|re: 'a.b\w'"), r"match(`A`, '(?-s)a.b\\w')");
    assert_eq!(asks("snowflake", r"A|re: '(?:a|b)+?'"), r#"REGEXP_INSTR("A", '(a|b)+', 1, 1, 0, 'c') > 0"#);
    let rule = rule("  s:\n    A|re: '(?=x)y'\n  condition: s\n");
    for target in ["duckdb", "snowflake", "clickhouse", "eql"] {
        let job = Job::new(target, &[], None).unwrap_or_else(|e| panic!("{e}"));
        assert!(convert(&rule, &job).is_err(), "{target} knows no look-around");
    }
}

#[test]
fn eql_compares_strings_with_strings_and_whole_values() {
    let asks = |item: &str| {
        let job = Job::new("eql", &[], None).unwrap_or_else(|e| panic!("{e}"));
        let conversion = convert(&rule(&format!("  s:\n    {item}\n  condition: s\n")), &job);
        match conversion.unwrap_or_else(|e| panic!("{e}")).queries.as_slice() {
            [Query::Text(text)] => text.trim_start_matches("any where ").to_owned(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(asks("A: 5"), r#"string(A) == "5""#);
    assert_eq!(asks(r"A|re: '^x\d'"), r#"A regex "x[0-9].*""#);
    assert_eq!(asks(r"A: 'a\*?'"), r#"A regex~ "a\\*(.|\n)""#);
    assert_eq!(asks("cs-uri|neq: 'x'"), r#"not ((?`cs-uri` != null and `cs-uri` : "x"))"#);
}

/// Outside of literals and quoted names nothing of the rule is left.
#[test]
fn a_rule_stays_in_its_literals() {
    let nasty =
        [r"\", r"\\", r"\'", "'", "''", "\"", "`", "' OR 1=1 --", r"\' OR 1=1 --", "%", "_", "!", "$$", "[*"];
    for target in TARGETS {
        for text in nasty {
            let quoted = text.replace('\'', "''");
            for item in [
                format!("A: 'HOSTILE{quoted}HOSTILE'"),
                format!("A|cased|contains: '{quoted}HOSTILE'"),
                format!("A|contains: '{quoted}'"),
            ] {
                let query = asks(target, &item);
                let backslash = matches!(target, "snowflake" | "clickhouse");
                assert!(!outside(&query, backslash).contains("HOSTILE"), "{target}: {item}: {query}");
            }
        }
        let field = if matches!(target, "clickhouse" | "sqlite") { "A`HOSTILE" } else { "A\"HOSTILE" };
        let query = asks(target, &format!("'{field}': x"));
        assert!(!outside(&query, target == "clickhouse").contains("HOSTILE"), "{target}: {query}");
    }
}

/// A query without its literals and quoted names.
fn outside(query: &str, backslash: bool) -> String {
    let mut out = String::new();
    let mut chars = query.chars().peekable();
    while let Some(c) = chars.next() {
        if !matches!(c, '\'' | '"' | '`') {
            out.push(c);
            continue;
        }
        loop {
            match chars.next() {
                Some('\\') if backslash => {
                    chars.next();
                }
                Some(end) if end == c && chars.peek() == Some(&c) => {
                    chars.next();
                }
                Some(end) if end == c => break,
                Some(_) => {}
                None => panic!("an open literal: {query}"),
            }
        }
    }
    out
}
