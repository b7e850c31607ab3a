//! The order of messages of one node about one case.

/// How far ahead of what is missing a message may be.
pub const AHEAD: u64 = 64;

/// What has come without a gap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stream {
    /// The number of the last message; 0 before the first.
    pub sequence: u64,
    /// SHA-256 of its bytes, in hexadecimal; none before the first.
    pub digest: Option<String>,
}

/// Where a message belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It comes next.
    Next,
    /// Something before it is missing; it is kept until that comes.
    Ahead,
    /// Its number was used.
    Behind,
    /// Its number comes next, and it follows another message than the last.
    Broken,
    /// It is farther ahead than anything is kept.
    TooFar,
}

impl Stream {
    /// Where a message of this number, that follows one of this digest, belongs.
    pub fn place(&self, sequence: u64, previous: Option<&str>) -> Place {
        match sequence.checked_sub(self.sequence) {
            None | Some(0) => Place::Behind,
            Some(1) if previous == self.digest.as_deref() => Place::Next,
            Some(1) => Place::Broken,
            Some(ahead) if ahead <= AHEAD => Place::Ahead,
            Some(_) => Place::TooFar,
        }
    }

    /// The stream with the message that came next.
    #[must_use]
    pub fn with(&self, digest: &str) -> Self {
        Self { sequence: self.sequence + 1, digest: Some(digest.to_owned()) }
    }
}
