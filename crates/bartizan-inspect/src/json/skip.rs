//! Passing over values: a log of many samples is looked through once before any is read.

use std::io::Read;

use super::scan::{Fault, Scanner};

impl<R: Read> Scanner<R> {
    /// Passes over the next value without looking closely; what is wrong within it is found when it is read.
    pub fn skip(&mut self) -> Result<(), Fault> {
        let mut depth = 0_u64;
        loop {
            match self.look()? {
                None => return Err(self.ended("a document")),
                Some(b'"') => {
                    self.advance(1);
                    self.skip_string()?;
                }
                Some(b'{' | b'[') => {
                    depth += 1;
                    self.advance(1);
                }
                Some(b'}' | b']') if depth == 0 => return Err(self.wrong("a value")),
                Some(b'}' | b']') => {
                    depth -= 1;
                    self.advance(1);
                }
                Some(b',' | b':') if depth > 0 => self.advance(1),
                Some(b',' | b':') => return Err(self.wrong("a value")),
                Some(_) => self.skip_word()?,
            }
            // Between the parts of an array or object the next turn goes on; a value that stands alone is done.
            if depth == 0 {
                return Ok(());
            }
        }
    }

    fn skip_word(&mut self) -> Result<(), Fault> {
        loop {
            let ahead = self.ahead()?;
            let taken = ahead.iter().take_while(|one| {
                !matches!(one, b',' | b':' | b']' | b'}' | b'"' | b' ' | b'\t' | b'\n' | b'\r')
            });
            let (taken, all) = (taken.count(), ahead.len());
            self.advance(taken);
            if taken < all || all == 0 {
                return Ok(());
            }
        }
    }

    fn skip_string(&mut self) -> Result<(), Fault> {
        loop {
            let ahead = self.ahead()?;
            if ahead.is_empty() {
                return Err(self.ended("a string"));
            }
            let (stop, all) = (memchr::memchr2(b'"', b'\\', ahead), ahead.len());
            let Some(stop) = stop else {
                self.advance(all);
                continue;
            };
            let quote = ahead[stop] == b'"';
            self.advance(stop + 1);
            if quote {
                return Ok(());
            }
            // Whatever is escaped is no end of the string.
            if self.next()?.is_none() {
                return Err(self.ended("a string"));
            }
        }
    }
}
