//! Values from a CSV file as STIX indicators. A file is as hostile as any: bounded, nothing in it is followed.

use bartizan::ObservableKind as Kind;
use bartizan::exchange::read::is_value;
use bartizan::observable::refang;
use bartizan_stix::{Comparison, Id, Pattern};
use serde_json::{Value, json};

/// Most rows of a file.
const MOST: usize = 20_000;
/// Longest cell, in bytes.
const LONGEST: usize = 4_000;

/// Kinds in the order in which a value is tried, and where STIX keeps them.
const KINDS: [(Kind, &str); 9] = [
    (Kind::Ipv4, "ipv4-addr:value"),
    (Kind::Ipv6, "ipv6-addr:value"),
    (Kind::Md5, "file:hashes.MD5"),
    (Kind::Sha1, "file:hashes.'SHA-1'"),
    (Kind::Sha256, "file:hashes.'SHA-256'"),
    (Kind::Sha512, "file:hashes.'SHA-512'"),
    (Kind::Email, "email-addr:value"),
    (Kind::Url, "url:value"),
    (Kind::Domain, "domain-name:value"),
];

/// Indicators of a file, and the rows that are none, with why. `now` is when they are made, RFC 3339.
pub(crate) fn indicators(text: &str, now: &str) -> (Vec<Value>, Vec<(String, String)>) {
    let (mut objects, mut refused) = (Vec::new(), Vec::new());
    let mut rows = rows(text).into_iter().peekable();
    let header = rows.next_if(|row| row.iter().any(|cell| cell.trim().eq_ignore_ascii_case("value")));
    let column = |name: &str| {
        header.as_ref().and_then(|row| row.iter().position(|cell| cell.trim().eq_ignore_ascii_case(name)))
    };
    let (value, about) = (column("value").unwrap_or(0), column("description").or_else(|| column("comment")));
    for (i, row) in rows.enumerate() {
        let number = i + 1 + usize::from(header.is_some());
        let cell = row.get(value).map(|cell| cell.trim()).unwrap_or_default();
        // What our own export wrote for a spreadsheet.
        let cell = cell.strip_prefix('\'').unwrap_or(cell);
        if cell.is_empty() {
            continue;
        }
        if objects.len() >= MOST {
            refused.push((format!("row {number}"), format!("a file has at most {MOST} values")));
            break;
        }
        let Some((kind, path, found)) = kind(cell) else {
            let shown: String = cell.chars().take(60).collect();
            refused.push((
                format!("row {number}"),
                format!("{shown:?} is no address, domain, URL, e-mail address or hash"),
            ));
            continue;
        };
        let pattern = Pattern::observation(&[Comparison::equals(path, &found)]).into_string();
        let about = about.and_then(|at| row.get(at)).map(|t| t.trim()).filter(|t| !t.is_empty());
        let mut object = json!({
            "type": "indicator", "spec_version": "2.1",
            "id": Id::derived("indicator", &["value", kind.as_str(), &found]).as_str(),
            "created": now, "modified": now, "name": found, "pattern": pattern, "pattern_type": "stix",
            "valid_from": now,
        });
        if let Some(about) = about {
            object["description"] = json!(about);
        }
        objects.push(object);
    }
    (objects, refused)
}

fn kind(cell: &str) -> Option<(Kind, &'static str, String)> {
    let mut plain = refang(cell);
    if plain.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("hxxp")) {
        plain.replace_range(..4, "http");
    }
    KINDS.into_iter().find_map(|(kind, path)| {
        let value = match kind {
            Kind::Url | Kind::Email => plain.clone(),
            _ => plain.to_ascii_lowercase(),
        };
        let web = kind != Kind::Url || value.split_once("://").is_some();
        // A word is no domain: it has a dot inside.
        let dotted = kind != Kind::Domain || value.trim_matches('.').contains('.');
        (web && dotted && is_value(kind, &value)).then_some((kind, path, value))
    })
}

/// Rows of RFC 4180, separated by commas, semicolons or tabs as the first line has it.
fn rows(text: &str) -> Vec<Vec<String>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = text.lines().next().unwrap_or_default();
    let separator = [',', ';', '\t'].into_iter().max_by_key(|c| first.matches(*c).count()).unwrap_or(',');
    let (mut all, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut letters = text.chars().peekable();
    let mut quoted = false;
    while let Some(c) = letters.next() {
        match c {
            '"' if quoted && letters.next_if_eq(&'"').is_some() => cell.push('"'),
            '"' if quoted => quoted = false,
            '"' if cell.is_empty() => quoted = true,
            c if !quoted && c == separator => row.push(std::mem::take(&mut cell)),
            '\r' | '\n' if !quoted => {
                if c == '\r' {
                    letters.next_if_eq(&'\n');
                }
                row.push(std::mem::take(&mut cell));
                all.push(std::mem::take(&mut row));
                if all.len() > 2 * MOST {
                    return all;
                }
            }
            c if cell.len() < LONGEST => cell.push(c),
            _ => {}
        }
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        all.push(row);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> (Vec<String>, Vec<String>) {
        let (objects, refused) = indicators(text, "2026-11-30T11:00:00.000Z");
        let patterns = objects.iter().filter_map(|o| o["pattern"].as_str().map(str::to_owned));
        (patterns.collect(), refused.into_iter().map(|(row, _)| row).collect())
    }

    #[test]
    fn values_become_indicators_and_the_rest_is_told() {
        let (patterns, refused) = check(
            "value;description\r\n198[.]51[.]100[.]7;\"C2; second\"\r\nhxxps://evil[.]example/A;x\r\nEVIL.example;\r\nnonsense;\r\n;\r\n\
             D41D8CD98F00B204E9800998ECF8427E;\"a \"\"hash\"\"\"\r\n",
        );
        assert_eq!(
            patterns,
            [
                "[ipv4-addr:value = '198.51.100.7']",
                "[url:value = 'https://evil.example/A']",
                "[domain-name:value = 'evil.example']",
                "[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']",
            ]
        );
        assert_eq!(refused, ["row 5"]);
        // A plain list, and the prefix that keeps a spreadsheet from calculating.
        assert_eq!(check("a@evil.example\n'2001:db8::1\n=1+1\n").0.len(), 2);
        let quote = check("value\n\"http://x.example/'a\"\n");
        assert_eq!(quote.0, [r"[url:value = 'http://x.example/\'a']"]);
    }

    #[test]
    fn hostile_files_are_bounded() {
        assert_eq!(check(&"x".repeat(1 << 20)).1.len(), 1);
        assert_eq!(check(&"\"".repeat(1 << 20)).0.len(), 0);
        assert!(check(&"1.2.3.4\n".repeat(100_000)).0.len() <= MOST);
        assert_eq!(check("").0.len(), 0);
    }
}
