//! FIRST's daily file of EPSS estimates, plain or compressed by gzip.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use bartizan_response::risk::epss::{self, Epss, MOST_BYTES};
use flate2::bufread::MultiGzDecoder;

use crate::exit::{Exit, Failure};

/// First bytes of a gzip stream (RFC 1952, section 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Reads a file; never more than the limit, however small it is compressed.
pub fn load(path: &Path) -> Result<Arc<Epss>, Failure> {
    let unreadable = |e: std::io::Error| {
        let message = format!("cannot read the EPSS file {}: {e}", path.display());
        Failure::new(Exit::NoInput, "epss.unreadable", message)
    };
    let invalid = |e: String| {
        let message = format!("{}: {e}; docs/assessment.md says where the file is from", path.display());
        Failure::new(Exit::BadData, "epss.invalid", message)
    };
    let mut file = BufReader::new(File::open(path).map_err(unreadable)?);
    let packed = file.fill_buf().map_err(unreadable)?.starts_with(&GZIP);
    let mut bytes = Vec::new();
    let most = MOST_BYTES as u64 + 1;
    if packed {
        let unpacked = MultiGzDecoder::new(file).take(most).read_to_end(&mut bytes);
        unpacked.map_err(|e| invalid(format!("it cannot be unpacked: {e}")))?;
    } else {
        file.take(most).read_to_end(&mut bytes).map_err(unreadable)?;
    }
    epss::parse(&bytes).map(Arc::new).map_err(invalid)
}
