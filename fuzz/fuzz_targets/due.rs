#![no_main]

use bartizan_clearinghouse::due::{Estate, KevCatalogue, Notice, Notices, Published, from_kept, to_kept};
use bartizan_product::inventory::{Defaults, Inventory};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let kev = KevCatalogue::read(data).unwrap_or_default();
    if let Ok(assets) = from_kept(text) {
        assert_eq!(from_kept(&to_kept(&assets)).expect("what we write"), assets);
    }
    let Ok(notice) = Notice::read("k", text) else { return };
    let table = b"host,product,version,purl,exposed\na,gate,1.0.0,pkg:npm/gate@1.0.0,yes\nb,gate,,,\n";
    let assets = Inventory::read(table, &Defaults::default()).expect("a table").assets;
    let estates = [Estate { inventory: "i".into(), dated: 0, assets: &assets }];
    let published = Published { now: 0, kev: Some(&kev), ..Published::default() };
    for item in Notices::new(vec![notice.into()]).list(&estates, &published) {
        assert!(!item.decision.outcomes.is_empty() && !item.because.is_empty());
        assert!(item.due.earliest <= item.due.latest);
    }
});
