//! What is read at most. A log may be anybody's: whatever it claims, reading it ends and stays small.

/// Bounds of reading. What goes beyond is left out and told with a code that begins with `limit.`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Entries of an archive, and samples of a log.
    pub entries: usize,
    /// Unpacked bytes of one document: an entry of an archive, a sample or another member of a JSON log.
    pub document_bytes: u64,
    /// Unpacked bytes of the whole log.
    pub total_bytes: u64,
    /// Memory of one document once it is read, in bytes.
    pub memory: usize,
    /// Bytes of one string.
    pub string_bytes: usize,
    /// How deep arrays and objects may lie in each other; more than 1,000 is taken as 1,000.
    pub depth: usize,
    /// How often larger than packed a document may become, once it is larger than [`Limits::ratio_from`].
    pub ratio: u64,
    /// Unpacked bytes up to which the ratio is not asked.
    pub ratio_from: u64,
    /// Window of a zstd frame, in bytes; RFC 8878 (3.1.1.1.2) recommends that decoders support 8 MiB.
    pub window: u64,
    /// Diagnostics that are kept.
    pub diagnostics: usize,
}

/// Recursion is no deeper than this, whatever the limits say.
pub(crate) const DEPTH: usize = 1_000;

impl Default for Limits {
    /// Fit for logs of gigabytes with samples of up to about 100 MB, in less than 200 MB of memory.
    fn default() -> Self {
        Self {
            entries: 250_000,
            document_bytes: 1 << 30,
            total_bytes: 64 << 30,
            memory: 112 << 20,
            string_bytes: 48 << 20,
            depth: 512,
            ratio: 1_100,
            ratio_from: 64 << 20,
            window: 8 << 20,
            diagnostics: 1_000,
        }
    }
}
