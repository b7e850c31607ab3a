//! How long a due list takes: a generated bill of materials with 10,000 components against 50,000 generated advisories, on one thread,
//! by the same functions as the server's: `cargo run --release -p bartizan-clearinghouse --example due`.
//!
//! The names follow a fixed pseudo-random series, so every run does the same. What the server keeps in memory between requests (parsed
//! advisories, their index, what was read of an inventory) is measured apart.
#![allow(clippy::disallowed_methods, reason = "it measures time")]

use std::time::Instant;

use bartizan_clearinghouse::due::{Estate, KevCatalogue, Notice, Notices, Published, from_kept, to_kept};
use bartizan_product::inventory::{Defaults, Exposure, Inventory};
use serde_json::{Value, json};

const COMPONENTS: usize = 10_000;
const ADVISORIES: usize = 50_000;
const NAMES: u64 = 20_000;
const KINDS: [&str; 6] = ["npm", "pypi", "maven", "deb", "golang", "cargo"];

/// Numerical Recipes' linear congruential generator, its upper half.
struct Series(u64);

impl Series {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn version(&mut self) -> String {
        format!("{}.{}.{}", self.below(6), self.below(20), self.below(30))
    }

    /// A type and a package URL without version.
    fn package(&mut self) -> (&'static str, String) {
        let n = self.below(NAMES);
        let kind = KINDS[usize::try_from(n % 6).expect("below six")];
        let name = match kind {
            "maven" => format!("pkg:maven/org.example.g{}/artifact-{n}", n % 100),
            "deb" => format!("pkg:deb/debian/package-{n}"),
            "golang" => format!("pkg:golang/github.com/owner{}/module-{n}", n % 300),
            kind => format!("pkg:{kind}/package-{n}"),
        };
        (kind, name)
    }
}

fn bill(series: &mut Series) -> String {
    let component = |n: usize| {
        let (version, (_, package)) = (series.version(), series.package());
        let name = package.rsplit('/').next().unwrap_or_default().to_owned();
        json!({ "type": "library", "bom-ref": n.to_string(), "name": name, "version": version, "purl": format!("{package}@{version}") })
    };
    let components: Vec<Value> = (0..COMPONENTS).map(component).collect();
    json!({ "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components })
        .to_string()
}

fn advisory(series: &mut Series, n: usize) -> String {
    let (introduced, fixed, (kind, package)) = (series.version(), series.version(), series.package());
    let day = format!("2026-{:02}-{:02}T00:00:00Z", 1 + n % 11, 1 + n % 28);
    let product = |id: &str, category: &str, version: &str| {
        json!({ "category": category, "name": version, "product": { "name": format!("{package} {version}"), "product_id": id,
            "product_identification_helper": { "purls": [package] } } })
    };
    json!({
        "document": { "category": "csaf_security_advisory", "csaf_version": "2.1", "title": format!("Advisory {n}"),
            "publisher": { "name": "Example", "namespace": "https://example.com", "category": "vendor" },
            "tracking": { "id": format!("ADV-{n}"), "version": "1", "status": "final", "initial_release_date": day, "current_release_date": day } },
        "product_tree": { "branches": [{ "category": "vendor", "name": "Example", "branches": [
            { "category": "product_name", "name": "Product", "branches": [
                product("A", "product_version_range", &format!("vers:{kind}/>={introduced}|<{fixed}")),
                product("F", "product_version", &fixed)] }] }] },
        "vulnerabilities": [{ "cve": format!("CVE-2026-{}", 10_000 + n), "title": "A flaw",
            "product_status": { "known_affected": ["A"], "fixed": ["F"] },
            "remediations": [{ "category": "vendor_fix", "details": format!("Update to {fixed}."), "product_ids": ["A"] }] }],
    })
    .to_string()
}

fn main() {
    let mut series = Series(2026);
    let text = bill(&mut series);
    let bodies: Vec<String> = (0..ADVISORIES).map(|n| advisory(&mut series, n)).collect();
    let bytes: usize = bodies.iter().map(String::len).sum();
    let begin = Instant::now();
    let notices: Vec<_> = bodies
        .iter()
        .enumerate()
        .map(|(n, body)| Notice::read(&n.to_string(), body).expect("CSAF").into())
        .collect();
    println!(
        "{ADVISORIES} advisories ({} MiB) parsed, once for each edition: {:.1?}",
        bytes >> 20,
        begin.elapsed()
    );
    let begin = Instant::now();
    let index = Notices::new(notices);
    println!("index, when an advisory is new: {:.1?}", begin.elapsed());
    let begin = Instant::now();
    let mut read = Inventory::read(text.as_bytes(), &Defaults::default()).expect("an inventory").assets;
    println!(
        "{COMPONENTS} components ({} KiB) read and checked, once for each document: {:.1?}",
        text.len() >> 10,
        begin.elapsed()
    );
    read[0].exposure = Exposure::Yes;
    let kept = to_kept(&read);
    let kev: Vec<String> = (0..1_600).map(|n| format!("CVE-2026-{}", 10_000 + n * 31)).collect();
    let kev = KevCatalogue::of(kev.iter().map(|cve| (cve.as_str(), "2026-11-01")), 1_796_000_000_000_000);
    let published = Published { now: 1_796_036_400_000_000, kev: Some(&kev), ..Published::default() };
    let mut times = Vec::new();
    for round in 0..5 {
        let begin = Instant::now();
        let assets = from_kept(&kept).expect("kept");
        let loaded = begin.elapsed();
        let estates = [Estate { inventory: "i".into(), dated: 0, assets: &assets }];
        let items = index.list(&estates, &published);
        let all = begin.elapsed();
        if round == 0 {
            println!("{} things are due", items.len());
        }
        println!("inventory loaded {loaded:.1?}, list {:.1?}, both {all:.1?}", all - loaded);
        times.push(all);
    }
    times.sort();
    println!("median of 5: {:.1?}", times[2]);
}
