//! The members of the family, each from its vendor's SQL reference.

use super::{
    Keyword, Sql,
    address::{as_regex, bounds, written_out},
    lower,
};
use crate::{
    error::Failure,
    rule::{Part, Regex, Text, pattern::Flavour},
    target::{Grammar, network_patterns, regex_flags},
};

/// A decimal number. Casts know more (`inf`, spaces), and each engine something else.
macro_rules! decimal {
    () => {
        "'^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][-+]?[0-9]{1,3})?$'"
    };
}

const GRAMMAR: Grammar = Grammar {
    brackets_always: true,
    not: "NOT coalesce({value}, false)",
    field_quote: "\"",
    field_bare: |_| false,
    field_escaped: "\"",
    field_escape: "\"",
    null: Some("{field} IS NULL"),
    exists: Some(("{field} IS NOT NULL", "{field} IS NULL")),
    ..Grammar::BASE
};

/// Quotes are doubled; a backslash is a plain character.
fn doubled(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A backslash escapes in literals.
fn backslashed(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\").replace('\'', "''"))
}

fn nothing_special(_: &str, _: &Text, _: bool) -> Option<String> {
    None
}

/// With the flags inside of the expression.
fn inline(regex: &Regex) -> String {
    format!("{}{}", regex_flags(regex, true), regex.pattern)
}

/// PostgreSQL.
///
/// Source: PostgreSQL documentation, chapters 9.7 "Pattern Matching" (9.7.3: advanced regular expressions) and 9.16
/// "JSON Functions and Operators". `~*` and `ILIKE` follow the letters of the database's locale.
pub(in crate::target::sql) static POSTGRESQL: Sql = Sql {
    grammar: GRAMMAR,
    alternatives: usize::MAX,
    literal: doubled,
    escape: '\\',
    escape_clause: "",
    caseless: ("{field} ILIKE {value}", false),
    cased: "{field} LIKE {value}",
    special: nothing_special,
    same: "{field} = {value}",
    lower: "lower({field})",
    references: [
        "{field} = {value}",
        "starts_with({field}, {value})",
        "right({field}, length({value})) = {value}",
        "position({value} in {field}) > 0",
    ],
    order: concat!("CASE WHEN {field} ~ ", decimal!(), " THEN {field}::numeric {op} {value} END"),
    slice: "substr({field}, {value})",
    regex: |field, regex, literal| {
        let sign = if regex.ignore_case { "~*" } else { "~" };
        // `^` and `$` at lines, the rest as ever.
        let mode = if regex.multi_line { "(?w)" } else { "" };
        format!("{field} {sign} {}", literal(&format!("{mode}{}", regex.pattern)))
    },
    flavour: Flavour {
        dot: r"[^\n]",
        boundary: r"\y",
        no_boundary: r"\Y",
        end: r"\Z",
        sets: true,
        look: true,
        most: 255,
        ..Flavour::RE2
    },
    network: as_regex,
    keyword: Keyword::Each("EXISTS (SELECT 1 FROM jsonb_each_text(to_jsonb(logs)) AS f(k, v) WHERE {value})"),
};

/// DuckDB.
///
/// Source: DuckDB documentation, "Pattern Matching", "Regular Expressions" (RE2), "JSON Processing Functions", "Lambda
/// Functions".
pub(in crate::target::sql) static DUCKDB: Sql = Sql {
    grammar: GRAMMAR,
    alternatives: usize::MAX,
    literal: doubled,
    escape: '!',
    escape_clause: " ESCAPE '!'",
    caseless: ("{field} ILIKE {value}", false),
    cased: "{field} LIKE {value}",
    special: nothing_special,
    same: "{field} = {value}",
    lower: "lower({field})",
    references: [
        "{field} = {value}",
        "starts_with({field}, {value})",
        "suffix({field}, {value})",
        "contains({field}, {value})",
    ],
    order: concat!(
        "CASE WHEN regexp_matches({field}, ",
        decimal!(),
        ") THEN CAST({field} AS DOUBLE) {op} {value} END"
    ),
    slice: "substr({field}, {value})",
    regex: |field, regex, literal| format!("regexp_matches({field}, {})", literal(&inline(regex))),
    flavour: Flavour::RE2,
    network: as_regex,
    keyword: Keyword::Each("len(list_filter(to_json(logs)->>'$.*', lambda v: {value})) > 0"),
};

/// Snowflake.
///
/// Source: Snowflake SQL reference, "LIKE", "ILIKE", "String functions (regular expressions)" (POSIX with Perl's
/// classes; no lazy quantifiers, no look-around; flags are parameters), "TRY_TO_DOUBLE", "PARSE_IP".
pub(in crate::target::sql) static SNOWFLAKE: Sql = Sql {
    grammar: GRAMMAR,
    alternatives: usize::MAX,
    literal: backslashed,
    escape: '!',
    escape_clause: " ESCAPE '!'",
    caseless: ("{field} ILIKE {value}", false),
    cased: "{field} LIKE {value}",
    special: nothing_special,
    same: "{field} = {value}",
    lower: "lower({field})",
    references: [
        "{field} = {value}",
        "startswith({field}, {value})",
        "endswith({field}, {value})",
        "contains({field}, {value})",
    ],
    order: "TRY_TO_DOUBLE({field}) {op} {value}",
    slice: "substr({field}, {value})",
    regex: |field, regex, literal| {
        let mut flags = String::from(if regex.ignore_case { "i" } else { "c" });
        flags.extend(
            [(regex.multi_line, 'm'), (regex.dot_all, 's')].iter().filter_map(|(on, c)| on.then_some(*c)),
        );
        format!("REGEXP_INSTR({field}, {}, 1, 1, 0, '{flags}') > 0", literal(&regex.pattern))
    },
    flavour: Flavour { dot: r"[^\n]", begin: "^", end: "$", plain_groups: false, most: 255, ..Flavour::RE2 },
    network: |_, field, cidr| {
        let (first, last) = bounds(cidr);
        Ok(match (first, last) {
            (std::net::IpAddr::V4(first), std::net::IpAddr::V4(last)) => format!(
                "PARSE_IP({field}, 'INET', 1):ipv4::NUMBER BETWEEN {} AND {}",
                u32::from(first),
                u32::from(last)
            ),
            (std::net::IpAddr::V6(first), std::net::IpAddr::V6(last)) => format!(
                "PARSE_IP({field}, 'INET', 1):hex_ipv6::STRING BETWEEN '{:032X}' AND '{:032X}'",
                u128::from(first),
                u128::from(last)
            ),
            _ => return Err(Failure::value("a network of two kinds")),
        })
    },
    keyword: Keyword::Column("full_log"),
};

/// Amazon Athena, engine version 3, which is Trino.
///
/// Source: Trino documentation, "Comparison functions and operators" (`LIKE`), "Regular expression functions" (Java's
/// syntax), "IP Address Functions", "Conversion functions" (`try_cast`).
pub(in crate::target::sql) static ATHENA: Sql = Sql {
    grammar: GRAMMAR,
    alternatives: usize::MAX,
    literal: doubled,
    escape: '!',
    escape_clause: " ESCAPE '!'",
    caseless: ("lower({field}) LIKE {value}", true),
    cased: "{field} LIKE {value}",
    special: nothing_special,
    same: "{field} = {value}",
    lower: "lower({field})",
    references: [
        "{field} = {value}",
        "starts_with({field}, {value})",
        "(length({field}) >= length({value}) AND substr({field}, length({field}) - length({value}) + 1) = {value})",
        "strpos({field}, {value}) > 0",
    ],
    order: concat!(
        "CASE WHEN regexp_like({field}, ",
        decimal!(),
        ") THEN CAST({field} AS double) {op} {value} END"
    ),
    slice: "substr({field}, {value})",
    regex: |field, regex, literal| format!("regexp_like({field}, {})", literal(&inline(regex))),
    flavour: Flavour { dot: r"[^\n]", look: true, ..Flavour::RE2 },
    network: |_, field, cidr| Ok(format!("contains('{cidr}', try_cast({field} AS ipaddress))")),
    keyword: Keyword::Column("full_log"),
};

/// ClickHouse.
///
/// Source: ClickHouse documentation, "String Search Functions" (`match`: RE2, where `.` matches line breaks unless told
/// otherwise), "Functions for Working with IPv4 and IPv6 Addresses", "Higher-order functions".
pub(in crate::target::sql) static CLICKHOUSE: Sql = Sql {
    grammar: Grammar { field_quote: "`", field_escaped: "`\\", field_escape: "\\", ..GRAMMAR },
    alternatives: usize::MAX,
    literal: backslashed,
    escape: '\\',
    escape_clause: "",
    caseless: ("{field} ILIKE {value}", false),
    cased: "{field} LIKE {value}",
    special: nothing_special,
    same: "{field} = {value}",
    lower: "lowerUTF8({field})",
    references: [
        "{field} = {value}",
        "startsWith({field}, {value})",
        "endsWith({field}, {value})",
        "position({field}, {value}) > 0",
    ],
    order: concat!("if(match({field}, ", decimal!(), "), toFloat64OrNull({field}), NULL) {op} {value}"),
    slice: "substring({field}, {value})",
    regex: |field, regex, literal| {
        let dot = if regex.dot_all { "" } else { "(?-s)" };
        format!("match({field}, {})", literal(&format!("{dot}{}", inline(regex))))
    },
    flavour: Flavour::RE2,
    network: |_, field, cidr| {
        let (first, last) = bounds(cidr);
        let kind = if first.is_ipv4() { "4" } else { "6" };
        Ok(format!("toIPv{kind}OrNull({field}) BETWEEN toIPv{kind}('{first}') AND toIPv{kind}('{last}')"))
    },
    keyword: Keyword::Each("arrayExists(v -> coalesce({value}, false), [*])"),
};

/// SQLite.
///
/// Source: SQLite documentation, "SQL Language Expressions": `LIKE` knows the case of ASCII letters only, `GLOB` has sets
/// of characters; a column compared with a `NUMERIC` is a number if it looks like one and else above all numbers;
/// `REGEXP` needs a function of the program that asks.
pub(in crate::target::sql) static SQLITE: Sql = Sql {
    grammar: Grammar {
        not: "NOT coalesce({value}, 0)",
        field_quote: "`",
        field_escaped: "`",
        field_escape: "`",
        ..GRAMMAR
    },
    // SQLite reads expressions to a depth of 1000.
    alternatives: 100,
    literal: doubled,
    escape: '\\',
    escape_clause: r" ESCAPE '\'",
    caseless: ("{field} LIKE {value}", false),
    cased: "{field} GLOB {value}",
    special: |field, text, cased| {
        let plain = |part: &Part| matches!(part, Part::Plain(run) if run.chars().any(foreign_case));
        (cased || text.parts().iter().any(plain))
            .then(|| format!("{field} GLOB {}", doubled(&glob(text, cased))))
    },
    same: "{field} = {value}",
    lower: "lower({field})",
    references: [
        "{field} = {value}",
        "substr({field}, 1, length({value})) = {value}",
        "(length({field}) >= length({value}) AND substr({field}, length({field}) - length({value}) + 1) = {value})",
        "instr({field}, {value}) > 0",
    ],
    order: "({field} {op} CAST({value} AS NUMERIC) AND {field} <= CAST(9e999 AS NUMERIC) AND {field} NOT GLOB '*[^-+0-9.eE]*')",
    slice: "substr({field}, {value})",
    regex: |field, regex, literal| format!("{field} REGEXP {}", literal(&inline(regex))),
    flavour: Flavour { sets: true, look: true, ..Flavour::RE2 },
    network: |sql, field, cidr| {
        let mut texts = network_patterns(cidr);
        texts.extend(written_out(cidr));
        let ways: Vec<String> = texts.iter().map(|text| sql.like(field, text, false)).collect();
        // No host name that begins like an address.
        let other = if cidr.address.is_ipv4() { "[^0-9.]" } else { "[^0-9A-Fa-f:.]" };
        Ok(format!("(({}) AND {field} NOT GLOB '*{other}*')", ways.join(" OR ")))
    },
    keyword: Keyword::Column("full_log"),
};

/// A letter beyond ASCII that has another case.
fn foreign_case(c: char) -> bool {
    !c.is_ascii() && cases(c).is_some()
}

/// The two cases of a letter.
fn cases(c: char) -> Option<(char, char)> {
    let mut upper = c.to_uppercase();
    let upper = upper.next().filter(|_| upper.next().is_none())?;
    let small = lower(upper);
    (upper != small).then_some((upper, small))
}

fn glob(text: &Text, cased: bool) -> String {
    text.render("*", "?", |run, out| {
        for c in run.chars() {
            match (c, cases(c).filter(|_| !cased)) {
                (_, Some((upper, small))) => out.extend(['[', upper, small, ']']),
                ('*' | '?' | '[', None) => out.extend(['[', c, ']']),
                (c, None) => out.push(c),
            }
        }
    })
}
