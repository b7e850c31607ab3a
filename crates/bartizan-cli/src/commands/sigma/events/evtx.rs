//! Windows event logs: a header, then chunks of 64 KiB, each read for itself.

use std::io::{BufRead, Read};

use bartizan_sigma::events::evtx::{CHUNK, HEADER, events, is_log};

use super::{Take, bad, broken};
use crate::exit::Failure;

/// See [`super::read`].
pub fn read(from: &mut dyn BufRead, take: &mut Take<'_>) -> Result<(), Failure> {
    let mut head = Vec::with_capacity(HEADER);
    Read::take(&mut *from, HEADER as u64).read_to_end(&mut head).map_err(broken)?;
    if !is_log(&head) {
        return take(Err(bad("no Windows event log: it does not begin with `ElfFile`".into())));
    }
    let mut chunk = Vec::with_capacity(CHUNK);
    for number in 0_u64.. {
        chunk.clear();
        Read::take(&mut *from, CHUNK as u64).read_to_end(&mut chunk).map_err(broken)?;
        if chunk.is_empty() {
            break;
        }
        events(&chunk, &mut |event| {
            take(event.map_err(|e| bad(format!("chunk {number}: {}", e.message()))))
        })?;
    }
    Ok(())
}
