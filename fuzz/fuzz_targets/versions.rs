#![no_main]

use bartizan_product::{Range, Scheme};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut words = text.split('\t');
    let (Some(kind), Some(range)) = (words.next(), words.next()) else { return };
    let versions: Vec<&str> = words.take(4).collect();
    // Orders that are none for every text (see the crate): their ranges have no complement to hold against.
    let ordered = !matches!(kind, "maven" | "alpm" | "arch");
    for range in [Range::read(range), Range::parse(range), Range::from_native(kind, range)].into_iter().flatten() {
        if range.constraints().is_none_or(|c| !c.is_empty()) {
            assert_eq!(Range::read(&range.to_string()), Ok(range.clone()));
        }
        let inverted = range.inverted();
        for version in &versions {
            let Ok(inside) = range.contains(version) else { continue };
            assert!(!ordered || inverted.as_ref().is_ok_and(|r| r.contains(version) == Ok(true)) != inside);
        }
    }
    for scheme in Scheme::ALL {
        for (a, b) in versions.iter().flat_map(|a| versions.iter().map(move |b| (a, b))) {
            assert_eq!(scheme.compare(a, b), scheme.compare(b, a).reverse());
        }
    }
});
