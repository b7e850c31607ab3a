#![no_main]

use std::io::Cursor;
use std::ops::ControlFlow;

use bartizan_inspect::score::{Book, Comparison};
use bartizan_inspect::statistics::{Failed, Measured, decide};
use bartizan_inspect::{Json, Limits, LogFile};

mod memory;

const LIMITS: fn() -> Limits = || Limits { memory: 8 << 20, document_bytes: 16 << 20, window: 1 << 20, ..Limits::default() };

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    memory::bounded(160 << 20, || log(data));
    if let Ok(json) = Json::read(data, &LIMITS()) {
        // What was read is read again as the same.
        assert!(Json::read(json.to_string().as_bytes(), &LIMITS()).is_ok_and(|again| again == json));
    }
});

fn log(data: &[u8]) {
    let Ok(mut file) = LogFile::open(Cursor::new(data), LIMITS()) else { return };
    let mut book = Book::new(file.log());
    let read = file.each(|sample| {
        book.add(&sample);
        let events = sample.events();
        let _ = events.iter().map(|event| sample.given(event).take(100).count()).sum::<usize>();
        assert!(sample.tool_runs().iter().all(|(_, run)| sample.text_of(run.result, 1_000).len() <= 1_000));
        ControlFlow::<()>::Continue(())
    });
    assert!(read.is_ok(), "the source does not fail");
    assert!(file.told().len() <= LIMITS().diagnostics + 1);
    for name in file.documents() {
        assert!(file.document(&name).is_ok());
    }
    let comparison = Comparison::of(file.log(), &book);
    assert!(format!("{comparison:?}") == format!("{:?}", Comparison::of(file.log(), &book)));
    for scorer in book.scorers().into_iter().take(8) {
        let measured = Measured::of(&book, scorer, None, Failed::As(0.0));
        let interval = decide(&measured, 0.5, 0.95).interval;
        assert!(interval.lower <= interval.upper || !interval.estimate.is_finite());
    }
}
