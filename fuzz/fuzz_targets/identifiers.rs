#![no_main]

use bartizan_product::{Cpe, Purl};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Some(kind) = text.chars().next() else { return };
    let text = &text[kind.len_utf8()..];
    if kind == 'c' {
        let Ok(name) = Cpe::parse(text) else { return };
        assert_eq!(Cpe::parse(&name.to_string()), Ok(name.clone()));
        assert_eq!(Cpe::parse(&name.to_uri()), Ok(name));
        return;
    }
    if let Ok(purl) = Purl::parse_lenient(text) {
        let canonical = purl.to_string();
        assert_eq!(Purl::parse(&canonical), Ok(purl));
        assert_eq!(Purl::canonical(&canonical), Ok(canonical));
    }
});
