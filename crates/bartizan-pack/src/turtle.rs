//! RDF 1.1 Turtle, as far as ontologies use it: a reader from text to triples that borrow from it.
//!
//! Read: `@prefix` and `PREFIX`, IRIs, prefixed names, `a`, literals in all four quotations with language or type,
//! numbers, booleans, blank nodes (`_:x`, `[ … ]`), collections, `;` and `,` (W3C Turtle, section 6.5). Not resolved, since
//! nothing here needs it: relative IRIs, escapes in names and literals. Hostile text gives an error, not a panic.

use std::collections::BTreeMap;

/// Deepest nesting of `[ … ]` and `( … )`; real ontologies nest four.
const DEPTH: u32 = 64;

/// A node of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Term<'t> {
    /// An IRI: its namespace, up to the last `#` or `/`, and the rest.
    Name(&'t str, &'t str),
    /// A blank node, by number.
    Blank(u32),
    /// A blank node with a label.
    Label(&'t str),
    /// The text of a literal, escapes as written; number or truth value as written.
    Literal(&'t str),
}

/// Subject, predicate, object.
pub(crate) type Triple<'t> = (Term<'t>, Term<'t>, Term<'t>);

/// All triples of `text` in its order; a collection is a blank node with an `rdf:first` for each member.
///
/// # Errors
/// If the text is no Turtle; the message names the line.
pub(crate) fn read(text: &str) -> Result<Vec<Triple<'_>>, String> {
    let mut reader = Reader { text, at: 0, prefixes: BTreeMap::new(), blanks: 0, triples: Vec::new() };
    while reader.space() {
        reader.statement().map_err(|e| {
            let line = text.as_bytes().iter().take(reader.at).filter(|b| **b == b'\n').count() + 1;
            format!("line {line}: {e}")
        })?;
    }
    Ok(reader.triples)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    prefixes: BTreeMap<&'t str, &'t str>,
    blanks: u32,
    triples: Vec<Triple<'t>>,
}

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

type Read<T> = Result<T, &'static str>;

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    /// Skips white space and comments; whether anything is left.
    fn space(&mut self) -> bool {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                b'#' => self.at += self.rest().find('\n').unwrap_or(self.rest().len()),
                _ => return true,
            }
        }
        false
    }

    /// Takes one sign of punctuation, if it is next.
    fn take(&mut self, sign: u8) -> bool {
        self.space();
        let found = self.peek() == sign;
        self.at += usize::from(found);
        found
    }

    fn statement(&mut self) -> Read<()> {
        let rest = self.rest();
        let sparql = |word: &str| rest.get(..word.len()).is_some_and(|r| r.eq_ignore_ascii_case(word));
        if rest.starts_with("@prefix") || sparql("prefix ") {
            let dot = rest.starts_with('@');
            self.at += 7;
            self.space();
            let colon = self.rest().find(':').ok_or("a prefix without a colon")?;
            let name = self.rest().get(..colon).unwrap_or_default().trim();
            self.at += colon + 1;
            self.space();
            let iri = self.iri()?;
            self.prefixes.insert(name, iri);
            return if !dot || self.take(b'.') { Ok(()) } else { Err("no dot after a prefix") };
        }
        if rest.starts_with("@base") || sparql("base ") {
            let dot = rest.starts_with('@');
            self.at += 5;
            self.space();
            self.iri()?;
            return if !dot || self.take(b'.') { Ok(()) } else { Err("no dot after a base") };
        }
        let bare = self.peek() == b'[';
        let subject = self.term(0)?;
        self.space();
        if !(bare && self.peek() == b'.') {
            self.predicates(subject, 0)?;
        }
        if self.take(b'.') { Ok(()) } else { Err("a statement does not end with a dot") }
    }

    /// `predicate object, object ; predicate object`
    fn predicates(&mut self, subject: Term<'t>, depth: u32) -> Read<()> {
        loop {
            let predicate = self.predicate(depth)?;
            loop {
                let object = self.term(depth)?;
                self.triples.push((subject, predicate, object));
                if !self.take(b',') {
                    break;
                }
            }
            if !self.take(b';') {
                return Ok(());
            }
            while self.take(b';') {}
            if matches!(self.peek(), b'.' | b']' | 0) {
                return Ok(());
            }
        }
    }

    fn predicate(&mut self, depth: u32) -> Read<Term<'t>> {
        self.space();
        let next = self.text.as_bytes().get(self.at + 1).copied().unwrap_or(0);
        if self.peek() == b'a' && matches!(next, b' ' | b'\t' | b'\r' | b'\n' | b'<' | b'[') {
            self.at += 1;
            return Ok(Term::Name(RDF, "type"));
        }
        self.term(depth)
    }

    fn blank(&mut self) -> Term<'t> {
        self.blanks += 1;
        Term::Blank(self.blanks)
    }

    fn term(&mut self, depth: u32) -> Read<Term<'t>> {
        if depth > DEPTH {
            return Err("nested too deep");
        }
        self.space();
        match self.peek() {
            b'<' => self.iri().map(split),
            b'"' | b'\'' => self.literal(),
            b'[' => {
                self.at += 1;
                let node = self.blank();
                if self.take(b']') {
                    return Ok(node);
                }
                self.predicates(node, depth + 1)?;
                if self.take(b']') { Ok(node) } else { Err("a blank node does not end") }
            }
            b'(' => {
                self.at += 1;
                let node = self.blank();
                while !self.take(b')') {
                    let member = self.term(depth + 1)?;
                    self.triples.push((node, Term::Name(RDF, "first"), member));
                }
                Ok(node)
            }
            _ => self.word(),
        }
    }

    fn iri(&mut self) -> Read<&'t str> {
        let inside = self.rest().strip_prefix('<').ok_or("no IRI where one must be")?;
        let end = inside.find(['>', '\n', '<']).filter(|&e| inside.as_bytes().get(e) == Some(&b'>'));
        let end = end.ok_or("an IRI does not end")?;
        self.at += end + 2;
        Ok(inside.get(..end).unwrap_or_default())
    }

    fn literal(&mut self) -> Read<Term<'t>> {
        let rest = self.rest();
        let quote = rest.get(..1).unwrap_or_default();
        let long = ["\"\"\"", "'''"].into_iter().find(|q| rest.starts_with(q));
        let mark = long.unwrap_or(quote);
        let bytes = rest.as_bytes();
        let mut end = mark.len();
        loop {
            match bytes.get(end) {
                None => return Err("a literal does not end"),
                Some(b'\n') if long.is_none() => return Err("a literal does not end on its line"),
                Some(b'\\') => end += 2,
                Some(_) if bytes.get(end..).is_some_and(|b| b.starts_with(mark.as_bytes())) => break,
                Some(_) => end += 1,
            }
        }
        // A long literal may end with quotes of its own: `""""` closes with the last three.
        while long.is_some() && bytes.get(end + mark.len()) == quote.as_bytes().first() {
            end += 1;
        }
        let value = rest.get(mark.len()..end).ok_or("a literal is cut inside a character")?;
        self.at += end + mark.len();
        if self.peek() == b'@' {
            let tag =
                self.rest().bytes().skip(1).take_while(|b| b.is_ascii_alphanumeric() || *b == b'-').count();
            self.at += 1 + tag;
        } else if self.rest().starts_with("^^") {
            self.at += 2;
            match self.peek() {
                b'<' => drop(self.iri()?),
                _ => drop(self.word()?),
            }
        }
        Ok(Term::Literal(value))
    }

    /// A prefixed name, a labelled blank node, a number or a truth value. A dot at its end is the statement's.
    fn word(&mut self) -> Read<Term<'t>> {
        let rest = self.rest();
        let stop =
            |c: char| c.is_whitespace() || matches!(c, ';' | ',' | '[' | ']' | '(' | ')' | '<' | '"' | '#');
        let end = rest.find(stop).unwrap_or(rest.len());
        let word = rest.get(..end).unwrap_or_default().trim_end_matches('.');
        if word.is_empty() {
            return Err("no term where one must be");
        }
        self.at += word.len();
        if let Some(label) = word.strip_prefix("_:") {
            return Ok(Term::Label(label));
        }
        if let Some((prefix, local)) = word.split_once(':') {
            let space = self.prefixes.get(prefix).ok_or("a prefix that was not declared")?;
            return Ok(Term::Name(space, local));
        }
        let number = word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'));
        if number || matches!(word, "true" | "false") {
            Ok(Term::Literal(word))
        } else {
            Err("a word of unknown kind")
        }
    }
}

/// An IRI as namespace and local name.
fn split(iri: &str) -> Term<'_> {
    let at = iri.rfind(['#', '/']).map_or(0, |i| i + 1);
    let (space, local) = iri.split_at(at);
    Term::Name(space, local)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "@prefix : <http://x/o#> .\nPREFIX r: <http://r/>\n";

    fn check(body: &str) -> Result<Vec<String>, String> {
        let text = format!("{HEAD}{body}");
        let shown = |t: &Term<'_>| match t {
            Term::Name(_, local) => (*local).to_owned(),
            Term::Blank(n) => format!("_{n}"),
            Term::Label(l) => format!("_:{l}"),
            Term::Literal(v) => format!("'{v}'"),
        };
        let triples = read(&text)?;
        Ok(triples.iter().map(|(s, p, o)| format!("{} {} {}", shown(s), shown(p), shown(o))).collect())
    }

    #[test]
    fn the_grammar_of_the_specification() {
        let triples = check(
            ":T1001.001 a :C, <http://x/o#D> ; r:p [ :q :Y.z ; ] . # note\n\
             [] :l \"a \\\" b\"@en, 'c'^^:t, \"\"\"long \"x\"\n. \"\"\"\", 1.5, true ; :list ( :a 2 ) .\n_:b :p _:c.\n",
        );
        let expected = [
            "T1001.001 type C",
            "T1001.001 type D",
            "_1 q Y.z",
            "T1001.001 p _1",
            "_2 l 'a \\\" b'",
            "_2 l 'c'",
            "_2 l 'long \"x\"\n. \"'",
            "_2 l '1.5'",
            "_2 l 'true'",
            "_3 first a",
            "_3 first '2'",
            "_2 list _3",
            "_:b p _:c",
        ];
        assert_eq!(triples.expect("Turtle"), expected);
    }

    #[test]
    fn what_is_no_turtle_is_an_error() {
        for body in [
            ":a :b",
            ":a :b :c",
            ":a :b [ :c :d .",
            ":a :b ( :c",
            ":a :b \"x\n\" .",
            ":a :b \"\"\"x",
            "no:a :b :c .",
            ":a :b <x .",
            "[",
            "(",
            ":a",
            "\"",
            "'\\",
            "@prefix",
            "@prefix x <",
            ":a :b \"é\\é",
            ". .",
            ":a b .",
        ] {
            assert!(check(body).is_err(), "{body:?}");
        }
        assert!(check(&"[ :a ".repeat(100_000)).is_err());
        assert!(check(&format!(":a :b {}", "(".repeat(100_000))).is_err());
    }
}
