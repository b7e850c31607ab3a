//! `cargo xtask sigma-random`: random Sigma rules and events for `scripts/sigma-engines.sh`, which asks every engine the
//! same of them. The same seed gives the same files.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

/// What is made.
#[derive(clap::Args, Clone, Debug)]
pub struct Arguments {
    /// Where the numbers begin
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Rules, a hundred to a file
    #[arg(long, default_value_t = 10_000)]
    rules: usize,
    /// Events
    #[arg(long, default_value_t = 250)]
    events: usize,
    /// The folder that gets rules/ and events.jsonl
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Names that are words, nested, keywords of SQL, or want to end their quotes early.
const FIELDS: [&str; 9] =
    ["Image", "CommandLine", "EventID", "User", "Dst.Ip", "order", "cs-uri", "we\"i`r'd", "Parent"];
/// What strings are made of: what is special somewhere, both cases, letters beyond ASCII, several bytes.
const ATOMS: [&str; 30] = [
    "a", "A", "b", "B", "c", "cmd", "CMD", ".exe", "\\", "\\\\", "/", "-", " ", "'", "\"", "`", "%", "_",
    "!", "[", "]", "$", "(", "{", "é", "É", "日本", "😀", "5", "|",
];
const NUMBERS: [&str; 10] = ["0", "5", "50", "-5", "4624", "5.5", "0.1", "-0.25", "1000000", "7"];
/// Texts that look like numbers, and some that do not quite.
const NUMERIC: [&str; 10] = ["5", "05", "5.0", "-5", "1e3", "0x10", "5a", "", "50", "7."];
const ADDRESSES: [&str; 14] = [
    "10.0.0.1",
    "10.127.0.255",
    "10.128.0.1",
    "192.168.1.77",
    "172.16.5.4",
    "127.0.0.1",
    "8.8.8.8",
    "fe80::1",
    "::1",
    "fd00::12",
    "2001:db8::5",
    "fe80:0:0:0:1:2:3:4",
    "0:0:0:0:0:0:0:1",
    "10.0.0.x",
];
const NETWORKS: [&str; 10] = [
    "10.0.0.0/8",
    "10.0.0.0/9",
    "192.168.1.64/26",
    "172.16.0.0/12",
    "127.0.0.1/32",
    "8.8.8.0/24",
    "fe80::/10",
    "::1/128",
    "fc00::/7",
    "2001:db8::/32",
];
const EXPRESSIONS: [&str; 22] = [
    ".",
    r"\d",
    r"\d+",
    r"\w",
    r"\s",
    "[a-c]",
    "[^a]",
    "(a|b)",
    "(?:cmd|CMD)",
    "a{1,2}",
    "b+?",
    "c*",
    r"\bcmd\b",
    r"\\",
    r"\.exe",
    "'",
    r#"""#,
    "é",
    "[[:alpha:]]",
    r"[\w-]",
    r"\$",
    "x?",
];

/// Marsaglia's xorshift of 64 bits.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.roll() % limit.max(1) as u64).unwrap_or(0)
    }

    fn one_in(&mut self, limit: usize) -> bool {
        self.below(limit) == 0
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from.get(self.below(from.len())).copied().unwrap_or_default()
    }

    fn plain(&mut self, most: usize) -> String {
        (0..self.below(most + 1)).map(|_| self.pick(&ATOMS)).collect()
    }

    fn number(&mut self) -> Value {
        serde_json::from_str(self.pick(&NUMBERS)).unwrap_or(Value::Null)
    }

    /// A text of an event.
    fn text(&mut self) -> String {
        match self.below(10) {
            0 => self.pick(&ADDRESSES).to_owned(),
            1 => self.pick(&NUMERIC).to_owned(),
            // The base64 of what a rule may ask for, with another letter before it.
            2 => self
                .pick(&["Y21k", "eGNtZA==", "xhY21kIA", "YQ==", "CMD -a", "x /a", "\u{2013}a –b"])
                .to_owned(),
            3 => format!("{}\n{}.", self.plain(2), self.plain(2)),
            4 => self.pick(&["cmd", "CMD.exe", "é", "日本"]).to_owned(),
            _ => self.plain(4),
        }
    }

    fn event(&mut self) -> Value {
        let mut event = Map::new();
        for field in FIELDS {
            let value = match self.below(20) {
                0..=3 => continue,
                4 => Value::Null,
                5 => json!(self.one_in(2)),
                6..=8 => self.number(),
                _ => json!(self.text()),
            };
            event.insert(field.to_owned(), value);
        }
        Value::Object(event)
    }

    /// A string of a rule: wildcards, and the backslashes that make them plain.
    fn pattern(&mut self) -> String {
        let mut out = String::new();
        for _ in 0..1 + self.below(3) {
            match self.below(8) {
                0 => out.push('*'),
                1 => out.push('?'),
                2 => out.push_str(r"\*"),
                3 => out.push_str(r"\\"),
                _ => out.push_str(self.pick(&ATOMS)),
            }
        }
        out
    }

    fn value(&mut self) -> Value {
        match self.below(12) {
            0 => self.number(),
            1 => json!(self.one_in(2)),
            2 => Value::Null,
            3 => json!(""),
            4 => json!(self.text()),
            _ => json!(self.pattern()),
        }
    }

    fn many(&mut self, mut one: impl FnMut(&mut Self) -> Value) -> Value {
        match self.below(3) {
            0 => (0..2 + self.below(3)).map(|_| one(self)).collect(),
            _ => one(self),
        }
    }

    fn place(&mut self) -> &'static str {
        self.pick(&["|contains", "|startswith", "|endswith", ""])
    }

    fn expression(&mut self) -> String {
        let head = if self.one_in(4) { "^" } else { "" };
        let tail = if self.one_in(4) { "$" } else { "" };
        let middle: String = (0..1 + self.below(3)).map(|_| self.pick(&EXPRESSIONS)).collect();
        format!("{head}{middle}{tail}")
    }

    fn item(&mut self) -> (String, Value) {
        let field = self.pick(&FIELDS);
        let (modifiers, value) = match self.below(16) {
            0 => {
                let flags = self.pick(&["", "", "|i", "|m", "|s"]);
                (format!("|re{flags}"), self.many(|dice| json!(dice.expression())))
            }
            1 => ("|cidr".to_owned(), self.many(|dice| json!(dice.pick(&NETWORKS)))),
            2 => {
                let place = self.pick(&["|contains", "|endswith"]);
                (format!("|windash{place}"), json!(self.pick(&[" -a", "/a", "-b cmd", "x -a"])))
            }
            3 => {
                let kind = self.pick(&["|base64", "|base64offset", "|wide|base64offset"]);
                // Some encodings of one byte have no character of their own: no rule may ask for them.
                let short = if kind == "|base64offset" { "ab" } else { "a" };
                (format!("{kind}|contains"), json!(self.pick(&["cmd", short, "A'", "日本"])))
            }
            4 => (format!("|cased{}", self.place()), self.many(|dice| json!(dice.pattern()))),
            5 => ("|exists".to_owned(), json!(self.one_in(2))),
            6 => (format!("|fieldref{}", self.place()), json!(self.pick(&FIELDS))),
            7 => (self.pick(&["|gt", "|gte", "|lt", "|lte"]).to_owned(), self.number()),
            8 => ("|neq".to_owned(), self.many(Self::value)),
            9 => {
                let place = self.pick(&["|contains", "|startswith", "|endswith"]);
                (format!("{place}|all"), (0..2).map(|_| json!(self.plain(1))).collect())
            }
            10..=12 => (self.place().to_owned(), self.many(|dice| json!(dice.pattern()))),
            _ => (String::new(), self.many(Self::value)),
        };
        (format!("{field}{modifiers}"), value)
    }

    fn items(&mut self) -> Value {
        Value::Object((0..1 + self.below(3)).map(|_| self.item()).collect())
    }

    fn selection(&mut self) -> Value {
        match self.below(8) {
            0 => (0..2).map(|_| self.items()).collect(),
            1 if self.one_in(4) => (0..1 + self.below(2)).map(|_| json!(self.keyword())).collect(),
            _ => self.items(),
        }
    }

    fn keyword(&mut self) -> String {
        self.pick(&["cmd", "a*b", "5", "日", "%", "é", "\\\\", "'"]).to_owned()
    }

    fn condition(&mut self, names: &[&str], depth: usize) -> String {
        match self.below(8) {
            0 if depth > 0 => "1 of sel*".to_owned(),
            1 if depth > 0 => "all of them".to_owned(),
            2 | 3 if depth < 3 => format!("not ({})", self.condition(names, depth + 1)),
            4 | 5 if depth < 3 => {
                let word = self.pick(&["and", "or", "and not"]);
                format!(
                    "({}) {word} ({})",
                    self.condition(names, depth + 1),
                    self.condition(names, depth + 1)
                )
            }
            _ => self.pick(names).to_owned(),
        }
    }

    fn rule(&mut self, number: usize) -> Value {
        let all = ["sel_a", "sel_b", "filter"];
        let names = &all[..1 + self.below(3)];
        let mut detection: Map<String, Value> =
            names.iter().map(|name| ((*name).to_owned(), self.selection())).collect();
        detection.insert("condition".into(), json!(self.condition(names, 0)));
        json!({ "title": "Random", "id": format!("00000000-0000-4000-8000-{number:012}"),
            "logsource": { "product": "windows" }, "detection": detection })
    }
}

/// Runs the chore.
pub fn run(arguments: &Arguments) -> Result<()> {
    // Seeds near each other begin far from each other; zero would stay zero.
    let mut dice = Dice((arguments.seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let rules = arguments.out.join("rules");
    fs::create_dir_all(&rules).with_context(|| rules.display().to_string())?;
    let events: String = (0..arguments.events).map(|_| format!("{}\n", dice.event())).collect();
    fs::write(arguments.out.join("events.jsonl"), events)?;
    let numbers: Vec<usize> = (0..arguments.rules).collect();
    for (file, numbers) in numbers.chunks(100).enumerate() {
        // JSON is YAML.
        let text: Vec<String> = numbers.iter().map(|number| dice.rule(*number).to_string()).collect();
        fs::write(rules.join(format!("{file:04}.yml")), text.join("\n---\n"))?;
    }
    Ok(())
}
