#![no_main]

use bartizan_product::inventory::{Defaults, Inventory, MAX_COMPONENTS, MAX_DIAGNOSTICS};
use bartizan_product::matching::{Affected, Index, Product, Versions};
use bartizan_product::{Purl, Range};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(inventory) = Inventory::read(data, &Defaults::default()) else { return };
    assert!(inventory.components() <= MAX_COMPONENTS);
    assert!(inventory.diagnostics.len() <= MAX_DIAGNOSTICS + 3);
    let range = Range::parse("vers:npm/>=1.0.0|<2.0.0").expect("a range");
    let purl = Purl::parse("pkg:npm/a").expect("a package URL");
    let affected = Affected {
        advisory: "A".into(),
        product: Product::Purl(purl),
        versions: vec![Versions::Range(range)],
    };
    for found in Index::new(vec![affected]).of_inventory(&inventory) {
        assert!(!found.answer.reason.to_string().is_empty());
    }
});
