//! Why a fetch did not happen.

/// The one error of this crate.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    kind: Kind,
    message: String,
    status: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Invalid,
    Refused,
    Limit,
    Timeout,
    Status,
    Network,
    Answer,
}

impl Error {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), status: None }
    }

    /// An answer with an error status.
    pub(crate) fn status(status: u16, message: impl Into<String>) -> Self {
        Self { kind: Kind::Status, message: message.into(), status: Some(status) }
    }

    /// Whether asking again later may fare better: the network, the time, a server that is busy or broken.
    pub fn is_passing(&self) -> bool {
        match self.status {
            Some(status) => matches!(status, 408 | 425 | 429 | 500..=599),
            None => matches!(self.kind, Kind::Network | Kind::Timeout),
        }
    }

    /// The text is no URL this crate fetches.
    pub fn is_invalid(&self) -> bool {
        self.kind == Kind::Invalid
    }

    /// The guard refused the address, scheme or redirect.
    pub fn is_refused(&self) -> bool {
        self.kind == Kind::Refused
    }

    /// Too many bytes or redirects.
    pub fn is_limit(&self) -> bool {
        self.kind == Kind::Limit
    }

    /// The time limit passed.
    pub fn is_timeout(&self) -> bool {
        self.kind == Kind::Timeout
    }

    /// The server answered with an error status.
    pub fn is_status(&self) -> bool {
        self.kind == Kind::Status
    }

    /// The server answered with success, but not in the language it should speak.
    pub fn is_answer(&self) -> bool {
        self.kind == Kind::Answer
    }

    /// Stable code, e.g. `fetch.refused`.
    pub fn code(&self) -> &'static str {
        match self.kind {
            Kind::Invalid => "fetch.invalid-url",
            Kind::Refused => "fetch.refused",
            Kind::Limit => "fetch.limit",
            Kind::Timeout => "fetch.timeout",
            Kind::Status => "fetch.status",
            Kind::Network => "fetch.network",
            Kind::Answer => "fetch.answer",
        }
    }
}
