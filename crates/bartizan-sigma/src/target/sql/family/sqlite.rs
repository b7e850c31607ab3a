//! SQLite.
//!
//! Source: SQLite documentation, "SQL Language Expressions": `LIKE` knows the case of ASCII letters only, `GLOB` has sets
//! of characters; a column compared with a `NUMERIC` is a number if it looks like one and else above all numbers;
//! `REGEXP` needs a function of the program that asks.

use super::{
    Keyword, Sql,
    address::written_out,
    tables::{GRAMMAR, doubled, inline},
};
use crate::{
    rule::{Part, Text, lower, pattern::Flavour},
    target::{Grammar, network_patterns},
};

/// The table.
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
