//! zstd: every frame of an entry, one after the other (Inspect begins a new one every 200 MiB).

use std::io::{self, BufRead, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::unpack::Coded;
use crate::Code;

/// Unpacks zstd with `ruzstd`, which is Rust without `unsafe` in what it does with the input: the bytes are anybody's.
pub(super) struct Frames<R> {
    source: R,
    decoder: FrameDecoder,
    within: bool,
}

impl<R: BufRead> Frames<R> {
    pub fn new(source: R, window: u64) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(window);
        Self { source, decoder, within: false }
    }

    fn begin(&mut self) -> io::Result<()> {
        match self.decoder.reset(&mut self.source) {
            Ok(()) => {
                self.within = true;
                Ok(())
            }
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length, ..
            })) => {
                io::copy(&mut self.source.by_ref().take(u64::from(length)), &mut io::sink())?;
                Ok(())
            }
            Err(FrameDecoderError::WindowSizeTooBig { requested, max }) => Err(Coded::error(
                Code::Window,
                format!("a frame needs a window of {requested} bytes, the limit is {max}"),
            )),
            Err(error) => Err(Coded::error(Code::Damaged, format!("it cannot be unpacked: {error}"))),
        }
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.within {
                if self.source.fill_buf()?.is_empty() {
                    return Ok(0);
                }
                self.begin()?;
                continue;
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                let step = self.decoder.decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBlocks(1));
                step.map_err(|error| Coded::error(Code::Damaged, format!("it cannot be unpacked: {error}")))?;
            }
            let read = self.decoder.read(room)?;
            if read > 0 || room.is_empty() {
                return Ok(read);
            }
            self.within = false;
        }
    }
}
