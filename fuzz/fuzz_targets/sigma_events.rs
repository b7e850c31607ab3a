#![no_main]

use bartizan_sigma::eval::Event;
use bartizan_sigma::events::{csv, evtx, syslog};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else { return };
    match kind % 3 {
        0 => chunk(rest),
        1 => String::from_utf8_lossy(rest).lines().for_each(|line| {
            if let Ok(event) = syslog::event(line) {
                assert!(event.is_object());
                Event::new(event);
            }
        }),
        _ => table(&String::from_utf8_lossy(rest)),
    }
});

/// The input stands behind the mark of a chunk, so that the fuzzer need not find it.
fn chunk(rest: &[u8]) {
    let mut chunk = b"ElfChnk\0".to_vec();
    chunk.resize(512, 0);
    chunk.extend(rest);
    chunk.resize(evtx::CHUNK.max(chunk.len()), 0);
    let mut count = 0;
    let done: Result<(), ()> = evtx::events(&chunk, &mut |event| {
        count += 1;
        if let Ok(event) = event {
            Event::new(event);
        }
        Ok(())
    });
    assert!(done.is_ok() && count <= chunk.len() / 24);
}

fn table(text: &str) {
    let mut record = csv::Record::new(csv::delimiter(text.lines().next().unwrap_or_default()));
    let mut header = None;
    for line in text.split_inclusive('\n') {
        if !record.push(line) {
            continue;
        }
        let cells = record.take();
        match &header {
            None => match csv::Header::new(cells) {
                Ok(new) => header = Some(new),
                Err(_) => return,
            },
            Some(header) => drop(header.event(cells)),
        }
    }
}
