//! Why a child gave no package.

use std::fmt;

macro_rules! codes {
    ($($name:ident = $code:literal, $retry:literal, $text:literal;)+) => {
        /// Every way in which a child ends without a package.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum EndCode { $(#[doc = $text] $name,)+ }
        impl EndCode {
            /// All of them.
            pub const ALL: &'static [EndCode] = &[$(EndCode::$name),+];
            /// The stable code, e.g. `worker.timeout`.
            pub fn as_str(self) -> &'static str { match self { $(Self::$name => $code),+ } }
            /// Whether the same report may fare better another time.
            pub fn is_passing(self) -> bool { match self { $(Self::$name => $retry),+ } }
        }
    };
}

codes! {
    CannotStart = "worker.cannot-start", true, "The program could not be started.";
    Refused = "worker.refused", false, "The worker says what is wrong with the report; `detail` has its own code.";
    Fault = "worker.fault", false, "The worker reports a fault of its own, or wrong arguments.";
    Timeout = "worker.timeout", false, "It took longer than it may.";
    Cpu = "worker.cpu", false, "It used more CPU time than it may.";
    Memory = "worker.memory", false, "It wanted more memory than it may have.";
    TooMuchOutput = "worker.output", false, "It wrote more than it may.";
    Killed = "worker.killed", true, "Somebody killed it: an operator, or a system short of memory.";
    Crashed = "worker.crashed", false, "It ended by a signal of its own making.";
    BrokenPackage = "worker.broken-package", false, "What it wrote is no package.";
    PackageTooLarge = "worker.package-too-large", false, "Its package unpacks to more than it may.";
}

/// How a child ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The kind of ending.
    pub code: EndCode,
    /// The worker's own code where it gave one, e.g. `limit.input-bytes`.
    pub detail: Option<String>,
    /// One sentence; words of the worker are cut and plain.
    pub message: String,
}

impl Ended {
    pub(super) fn new(code: EndCode, message: impl Into<String>) -> Self {
        Self { code, detail: None, message: message.into() }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.message, self.detail.as_deref().unwrap_or(self.code.as_str()))
    }
}

impl std::error::Error for Ended {}
