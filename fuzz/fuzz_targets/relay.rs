//! Messages of another node, signed well: read or refused; what was read is read again as the same.
#![no_main]

use bartizan_clearinghouse::relay::{Message, NodeKey, Provenance};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (a, b) = (NodeKey::from_seed([1; 32]), NodeKey::from_seed([2; 32]));
    let _ = Message::sender(bytes);
    if let Ok((message, _)) = Message::open(bytes, &a.sign(bytes), &a.id(), &b.id()) {
        let again = message.bytes();
        let read = Message::open(&again, &a.sign(&again), &a.id(), &b.id()).expect("read again");
        assert_eq!(read.0, message);
    }
    if let Ok(provenance) =
        std::str::from_utf8(bytes).map_err(|_| ()).and_then(|text| Provenance::of(text).map_err(|_| ()))
    {
        provenance.passed_on(&a, "A", 0).check(&a.id(), &b.id()).expect("it holds");
    }
});
