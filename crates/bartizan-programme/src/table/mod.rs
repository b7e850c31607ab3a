//! TOML with a place for everything: values are taken out of tables one by one, each checked; what is left over is unknown. All that
//! is wrong is told, in the order of the text.

mod take;

use toml::de::DeTable;

use crate::fault::{Code, Error, Fault};
pub(crate) use take::Table;

/// What was found wrong so far, and where lines begin.
pub(crate) struct Found<'t> {
    text: &'t str,
    lines: Vec<usize>,
    faults: Vec<(usize, Fault)>,
}

/// Faults that are told of one text.
const MOST_FAULTS: usize = 200;

impl<'t> Found<'t> {
    fn new(text: &'t str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self { text, lines: std::iter::once(0).chain(breaks).collect(), faults: Vec::new() }
    }

    /// Something is wrong at a byte of the text.
    pub(crate) fn add(&mut self, code: Code, at: usize, message: impl Into<String>) {
        if self.faults.len() < MOST_FAULTS {
            let fault = Fault { code, place: Some(self.place(at)), message: message.into() };
            self.faults.push((at, fault));
        }
    }

    /// Whether anything was found wrong.
    pub(crate) fn any(&self) -> bool {
        !self.faults.is_empty()
    }

    /// Line and column from 1; columns count characters.
    fn place(&self, at: usize) -> (usize, usize) {
        let line = self.lines.partition_point(|begin| *begin <= at).max(1);
        let begin = self.lines[line - 1];
        let before = self.text.get(begin..at).unwrap_or_default();
        (line, before.chars().count() + 1)
    }

    fn end(mut self) -> Result<(), Error> {
        self.faults.sort_by_key(|(at, _)| *at);
        let faults: Vec<Fault> = self.faults.into_iter().map(|(_, fault)| fault).collect();
        if faults.is_empty() { Ok(()) } else { Err(Error::all(faults)) }
    }
}

/// Reads a document: UTF-8, at most `most` bytes. `read` takes the tables apart; its value counts only if nothing was found wrong.
///
/// # Errors
/// All that is wrong, at line and column.
pub(crate) fn document<T>(
    bytes: &[u8],
    most: usize,
    read: impl FnOnce(&mut Table<'_, '_>, &mut Found<'_>) -> T,
) -> Result<T, Error> {
    if bytes.len() > most {
        return Err(Error::of(Code::RulesTooLong, &format!("{} bytes, {most} at most", bytes.len())));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        Error::of(Code::RulesSyntax, &format!("byte {} is not UTF-8", error.valid_up_to()))
    })?;
    let mut found = Found::new(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let at = error.span().map_or(0, |span| span.start);
        found.add(Code::RulesSyntax, at, error.message().replace('\n', " "));
    }
    if !errors.is_empty() {
        // What can be recovered of a text that is no TOML would only be told wrong twice.
        return found.end().and(Err(Code::RulesSyntax.into()));
    }
    let mut table = Table::root(document.get_ref());
    let value = read(&mut table, &mut found);
    table.end(&mut found);
    found.end().map(|()| value)
}
