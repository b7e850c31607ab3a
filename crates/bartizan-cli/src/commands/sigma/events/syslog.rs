//! Events as lines of syslog.

use std::io::BufRead;

use bartizan_sigma::events::syslog::event;

use super::{Take, bad, line};
use crate::exit::Failure;

/// See [`super::read`].
pub fn read(from: &mut dyn BufRead, take: &mut Take<'_>) -> Result<(), Failure> {
    for number in 1_u64.. {
        match line(from, number)? {
            None => break,
            Some(Ok(text)) if text.trim().is_empty() => {}
            Some(Ok(text)) => {
                take(event(&text).map_err(|e| bad(format!("line {number}: {}", e.message()))))?;
            }
            Some(Err(failure)) => take(Err(failure))?,
        }
    }
    Ok(())
}
