//! Events as comma-separated values.

use std::io::BufRead;

use bartizan_sigma::events::csv::{Header, Record, delimiter};

use super::{MOST_EVENT, Take, bad, line};
use crate::exit::Failure;

/// See [`super::read`].
pub fn read(from: &mut dyn BufRead, take: &mut Take<'_>) -> Result<(), Failure> {
    let mut header: Option<Header> = None;
    let mut record = Record::new(',');
    let (mut number, mut size) = (0_u64, 0_usize);
    loop {
        number += 1;
        let Some(text) = line(from, number)? else { break };
        let text = match text {
            Ok(text) => text,
            // Without its names no record can be read.
            Err(failure) if header.is_none() => return take(Err(failure)),
            Err(failure) => {
                drop(record.take());
                take(Err(failure))?;
                continue;
            }
        };
        if record.is_empty() && text.trim().is_empty() {
            continue;
        }
        if header.is_none() && record.is_empty() {
            record = Record::new(delimiter(&text));
        }
        size += text.len();
        let complete = record.push(&text);
        if size > MOST_EVENT {
            drop(record.take());
            size = 0;
            let most = MOST_EVENT >> 20;
            take(Err(bad(format!("line {number}: a record of more than {most} MiB: is a quote missing?"))))?;
            continue;
        }
        if !complete {
            continue;
        }
        size = 0;
        let cells = record.take();
        let wrong = |e: bartizan_sigma::Error| bad(format!("line {number}: {}", e.message()));
        match &header {
            Some(header) => take(header.event(cells).map_err(wrong))?,
            None => match Header::new(cells) {
                Ok(new) => header = Some(new),
                Err(error) => return take(Err(wrong(error))),
            },
        }
    }
    if record.is_empty() {
        return Ok(());
    }
    take(Err(bad(format!("line {number}: the last record does not end: a quote is missing"))))
}
