//! Where files come from.

use std::collections::BTreeMap;
use std::io::{self, Read};

/// The files beside a manifest.
pub trait Files {
    /// The names of all of them, the manifest's left out.
    ///
    /// # Errors
    /// If they cannot be listed.
    fn names(&mut self) -> io::Result<Vec<String>>;

    /// Opens one.
    ///
    /// # Errors
    /// If it cannot be read; `NotFound` if it is not there.
    fn open(&mut self, name: &str) -> io::Result<Box<dyn Read + '_>>;
}

/// Files in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory(pub BTreeMap<String, Vec<u8>>);

impl<const N: usize> From<[(String, Vec<u8>); N]> for Memory {
    fn from(files: [(String, Vec<u8>); N]) -> Self {
        Self(files.into())
    }
}

impl Files for Memory {
    fn names(&mut self) -> io::Result<Vec<String>> {
        Ok(self.0.keys().cloned().collect())
    }

    fn open(&mut self, name: &str) -> io::Result<Box<dyn Read + '_>> {
        match self.0.get(name) {
            Some(bytes) => Ok(Box::new(&bytes[..])),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}
