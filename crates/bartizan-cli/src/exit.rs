//! Exit codes and the one error of the program.

use std::fmt;
use std::process::ExitCode;

macro_rules! exits {
    ($($name:ident = $code:literal, $text:literal;)+) => {
        /// What the process says at its end. Documented API: `bartizan exit-codes`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Exit { $(#[doc = $text] $name = $code,)+ }
        impl Exit {
            /// Code and meaning of each.
            pub const ALL: &'static [(u8, &'static str)] = &[$(($code, $text)),+];
        }
    };
}

exits! {
    Ok = 0, "Done. What was asked for is there.";
    Findings = 1, "Ran, and found something: a check that failed, or some of several inputs could not be read.";
    Usage = 2, "The arguments are wrong.";
    BadData = 65, "The input is not something Bartizan can read, or it is over a limit.";
    NoInput = 66, "The input does not exist or cannot be opened.";
    Unavailable = 69, "A server did not answer, or answered with an error.";
    Internal = 70, "A fault in Bartizan. Please report it.";
    CannotCreate = 73, "An output file or folder could not be made.";
    Io = 74, "Reading or writing failed on the way.";
    Timeout = 75, "The time limit passed. Trying again with a longer one may help.";
    Refused = 77, "Refused by a guard, such as a URL that leads to a private address.";
    Config = 78, "A setting or the knowledge pack is wrong.";
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Why a command could not do its work.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Stable code, e.g. `input.unreadable`.
    pub code: String,
    /// What happened, what was kept, what to do.
    pub message: String,
    /// The exit code that goes with it.
    pub exit: Exit,
}

impl Failure {
    /// A failure.
    pub fn new(exit: Exit, code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), exit }
    }

    /// A fault of ours.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(Exit::Internal, "internal", message)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<bartizan::Error> for Failure {
    fn from(error: bartizan::Error) -> Self {
        let exit = if error.is_stopped() { Exit::Timeout } else { Exit::BadData };
        Self::new(exit, error.code().as_str(), error.to_string())
    }
}

impl From<bartizan_fetch::Error> for Failure {
    fn from(error: bartizan_fetch::Error) -> Self {
        let exit = if error.is_refused() {
            Exit::Refused
        } else if error.is_invalid() {
            Exit::NoInput
        } else if error.is_limit() {
            Exit::BadData
        } else if error.is_timeout() {
            Exit::Timeout
        } else {
            Exit::Unavailable
        };
        Self::new(exit, error.code(), error.to_string())
    }
}
