//! How long it takes to match a generated bill of materials with 10,000 components against 50,000 generated advisories,
//! on one thread: `cargo run --release -p bartizan-product --example match_bench`.
//!
//! The names follow a fixed pseudo-random series, so every run does the same. Half of the components are named by some
//! advisory.

use bartizan_product::cpe::CpeRange;
use bartizan_product::inventory::{Defaults, Inventory};
use bartizan_product::matching::{Affected, Event, Index, Product, Verdict, Versions};
use bartizan_product::{Cpe, Purl, Range, Scheme};
use std::fmt::Write;

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

    fn package(&mut self) -> (&'static str, String) {
        let n = self.below(NAMES);
        let kind = KINDS[usize::try_from(n % 6).expect("below six")];
        let name = match kind {
            "maven" => format!("maven/org.example.g{}/artifact-{n}", n % 100),
            "deb" => format!("deb/debian/package-{n}"),
            "golang" => format!("golang/github.com/owner{}/module-{n}", n % 300),
            kind => format!("{kind}/package-{n}"),
        };
        (kind, name)
    }
}

fn bill(series: &mut Series) -> String {
    let mut text = String::from(r#"{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":["#);
    for n in 0..COMPONENTS {
        let comma = if n == 0 { "" } else { "," };
        let version = series.version();
        if n % 10 == 0 {
            let product = series.below(NAMES);
            let cpe = format!("cpe:2.3:a:vendor{}:product-{product}:{version}:*:*:*:*:*:*:*", product % 500);
            write!(text, r#"{comma}{{"type":"application","bom-ref":"{n}","name":"product-{product}","version":"{version}","cpe":"{cpe}"}}"#)
        } else {
            let (_, package) = series.package();
            let name = package.rsplit('/').next().expect("a name");
            write!(text, r#"{comma}{{"type":"library","bom-ref":"{n}","name":"{name}","version":"{version}","purl":"pkg:{package}@{version}"}}"#)
        }
        .expect("text");
    }
    text.push_str("]}");
    text
}

fn advisory(series: &mut Series, n: usize) -> Affected {
    let (introduced, fixed) = (series.version(), series.version());
    let advisory = format!("ADV-{n}");
    if n.is_multiple_of(5) {
        let product = series.below(NAMES);
        let name = format!("cpe:2.3:a:vendor{}:product-{product}:*:*:*:*:*:*:*:*", product % 500);
        let range =
            CpeRange { end_excluding: Some(fixed), ..CpeRange::exact(Cpe::parse(&name).expect("a name")) };
        return Affected { advisory, product: Product::Cpe(Box::new(range)), versions: Vec::new() };
    }
    let (kind, package) = series.package();
    let purl = Purl::parse(&format!("pkg:{package}")).expect("a package URL");
    let versions = if n.is_multiple_of(2) {
        let text = format!("vers:{kind}/>={introduced}|<{fixed}");
        Versions::Range(Range::read(&text).expect("a range"))
    } else {
        Versions::Events(Scheme::named(kind), vec![Event::Introduced(introduced), Event::Fixed(fixed)])
    };
    Affected { advisory, product: Product::Purl(purl), versions: vec![versions] }
}

#[allow(clippy::disallowed_methods, reason = "it measures time")]
fn main() {
    let mut series = Series(2026);
    let text = bill(&mut series);
    let advisories: Vec<Affected> = (0..ADVISORIES).map(|n| advisory(&mut series, n)).collect();
    let mut times = Vec::new();
    let rounds = 5;
    for round in 0..rounds {
        let advisories = advisories.clone();
        let start = std::time::Instant::now();
        let inventory = Inventory::read(text.as_bytes(), &Defaults::default()).expect("an inventory");
        let read = start.elapsed();
        let index = Index::new(advisories);
        let indexed = start.elapsed() - read;
        let matches = index.of_inventory(&inventory);
        let decided = index.by_advisory(&matches).len();
        let all = start.elapsed();
        times.push(all);
        if round == 0 {
            println!("{} components ({} bytes), {ADVISORIES} advisories", inventory.components(), text.len());
            println!("{} matches ({decided} by advisory):", matches.len());
            for verdict in [Verdict::Affected, Verdict::NotAffected, Verdict::Unknown] {
                println!("  {} {}", Index::count(&matches, verdict), verdict.as_str());
            }
            println!("{} diagnostics", inventory.diagnostics.len());
        }
        println!(
            "read and check {read:.1?}, index {indexed:.1?}, match {:.1?}, all {all:.1?}",
            all - read - indexed
        );
    }
    times.sort();
    println!("median of {rounds}: {:.1?} on one thread", times[rounds / 2]);
}
