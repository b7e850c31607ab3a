//! Measures the lists of a CSAF provider: `provider [ADVISORIES] [DATABASE]` releases so many advisories (5,000) to a public collection
//! of a fresh store (a file, or the address of a PostgreSQL), then asks for each list through the server, and beside it does what lists
//! did before what they need was kept at the release: read every document, page by page, and parse it; what a list costs beside its
//! question is the same. Prints medians of five as Markdown. Run it with `--release`.
#![allow(clippy::disallowed_methods)]

use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::http::Request;
use bartizan_clearinghouse::access::{Principal, Role, Roles};
use bartizan_clearinghouse::token;
use bartizan_server::{App, Config, Surroundings, System, router};
use bartizan_stix::Tlp;
use bartizan_store::{
    Action, AdvisoryQuestion, EditionAbout, NewAdvisory, NewCollection, NewEdition, NewPerson, NewPublisher,
    NewRelease, NewShelf, Store,
};
use serde_json::{Value, json};
use tower::ServiceExt;

type Fault = Box<dyn std::error::Error>;
const DATE: &str = "2026-11-30T11:00:00Z";
const ROUNDS: usize = 5;

fn uuid() -> String {
    let mut bytes = [0; 16];
    System.fill(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

/// Some 11 KB: a flaw in twenty products.
fn document(tracking: &str) -> String {
    let products: Vec<Value> = (1..=20)
        .map(|n| {
            json!({ "category": "product_version_range", "name": format!("vers:npm/>=1.0.0|<1.{n}.2"), "product": {
                "name": format!("Example Company Gate {n} before 1.{n}.2"), "product_id": format!("CSAFPID-{n:04}"),
                "product_identification_helper": { "purl": format!("pkg:npm/%40example/gate-{n}"),
                    "cpe": format!("cpe:2.3:a:example:gate_{n}:*:*:*:*:*:*:*:*") } } })
        })
        .collect();
    let ids: Vec<String> = (1..=20).map(|n| format!("CSAFPID-{n:04}")).collect();
    json!({
        "document": {
            "category": "csaf_security_advisory", "csaf_version": "2.0", "title": format!("Gate lets strangers in ({tracking})"), "lang": "en",
            "distribution": { "tlp": { "label": "WHITE" } },
            "publisher": { "category": "coordinator", "name": "First", "namespace": "https://first.example" },
            "notes": [{ "category": "summary", "title": "Summary", "text": "One flaw, one fix. ".repeat(40) }],
            "tracking": { "id": tracking, "status": "final", "version": "1", "initial_release_date": DATE, "current_release_date": DATE,
                          "revision_history": [{ "date": DATE, "number": "1", "summary": "First release." }] },
        },
        "product_tree": { "branches": [{ "category": "vendor", "name": "Example Company", "branches": [
            { "category": "product_name", "name": "Gate", "branches": products } ] }] },
        "vulnerabilities": [{
            "cve": "CVE-2026-12345", "title": "No check of the token",
            "notes": [{ "category": "summary", "title": "Vulnerability Summary", "text": "The token is read and never compared. ".repeat(40) }],
            "product_status": { "known_affected": ids },
            "remediations": [{ "category": "vendor_fix", "details": "Update.", "product_ids": ids }],
        }],
    })
    .to_string()
}

async fn fill(store: &Store, count: usize) -> Result<usize, Fault> {
    let by = Action { actor: "system", now: System.now() };
    let owner = store.add_organisation(&by, &uuid(), "First", None).await?;
    let roles = Roles::of(&[Role::Coordinator]);
    let new =
        NewPerson { uuid: &uuid(), organisation: owner, name: "ada", shown: "Ada", roles, password: None };
    let person = store.add_person(&by, &new).await?;
    let new = NewCollection {
        uuid: &uuid(),
        alias: Some("public"),
        owner,
        title: "Public",
        description: "",
        marking: Tlp::Clear,
        public: true,
    };
    let collection = store.add_collection(&by, &new).await?;
    let new = NewPublisher {
        organisation: owner,
        alias: "first",
        name: "First",
        category: "coordinator",
        namespace: "https://first.example",
        contact: "",
        authority: "",
    };
    store.set_publisher(&by, &new).await?;
    let mut bytes = 0;
    for n in 0..count {
        let (id, tracking) = (uuid(), format!("first-{n}"));
        let body = document(&tracking);
        bytes += body.len();
        let (digest, filename) = (token::digest(&body), format!("{tracking}.json"));
        let shelf = NewShelf { initially: DATE, currently: DATE, served: "2.0" };
        let edition = NewEdition {
            version: 0,
            title: "Gate lets strangers in",
            marking: Tlp::Clear,
            body: &body,
            digest: &digest,
            summary: "First release.",
            person,
            about: EditionAbout { shelf: Some(shelf), ..EditionAbout::default() },
        };
        let new =
            NewAdvisory { uuid: &id, owner, case: None, tracking: &tracking, filename: &filename, edition };
        store.add_advisory(&by, &new).await?;
        let begun = store.advisory(&id).await?.ok_or("an advisory that is not there")?;
        let edition = Some(NewEdition { version: 1, ..edition });
        let to = [(collection, by.now)];
        let new = NewRelease { edition, after: 1, version: 1, marking: Tlp::Clear, to: &to, person };
        store.release_advisory(&by, &begun, &new).await?;
    }
    Ok(bytes / count.max(1))
}

/// What the question of a list costs: all of them at once without what they say; or, as it was before, page by page with it, each
/// document parsed. How many there are.
async fn asked(store: &Store, bodies: bool) -> Result<usize, Fault> {
    let (directory, anyone, now) = (store.fresh().await?, Principal::anyone(), System.now());
    let audiences: Vec<i64> =
        directory.collections.keys().flat_map(|id| directory.readable(&anyone, Some(*id), now)).collect();
    let (mut dates, mut after) = (Vec::new(), 0);
    loop {
        let asked = AdvisoryQuestion {
            audiences: &audiences,
            now,
            after,
            bodies,
            limit: if bodies { 200 } else { 10_000 },
            ..AdvisoryQuestion::default()
        };
        let found = store.released_advisories(&asked).await?;
        let Some(last) = found.last() else { return Ok(dates.len()) };
        after = last.id;
        if !bodies {
            return Ok(found.len());
        }
        for one in &found {
            let document: Value = serde_json::from_str(&one.body)?;
            dates.push(document["document"]["tracking"]["current_release_date"].to_string());
        }
    }
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

#[tokio::main]
async fn main() -> Result<(), Fault> {
    let mut arguments = std::env::args().skip(1);
    let count = arguments.next().map_or(Ok(5_000), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("node.db").to_string_lossy().into_owned();
    let store = Store::open(&arguments.next().unwrap_or(file)).await?;
    let size = fill(&store, count).await?;
    let (mut questions, mut old) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        for (bodies, times) in [(false, &mut questions), (true, &mut old)] {
            let begun = Instant::now();
            assert_eq!(asked(&store, bodies).await?, count);
            times.push(begun.elapsed().as_secs_f64() * 1e3);
        }
    }
    let (question, old) = (median(questions), median(old));
    println!("{count} advisories of {size} bytes\n");
    println!("| | ms | before, ms | ratio | bytes |\n|---|---|---|---|---|");
    println!("| the question alone | {question:.1} | {old:.1} | {:.1} x | |", old / question);
    let mut config = Config::local(([127, 0, 0, 1], 0).into());
    config.key = Some(folder.path().join("node.key"));
    let app = App::new(store.clone(), config, bartizan_knowledge::Pack::built_in(), Arc::new(System));
    let router = router(app);
    for name in ["index.txt", "changes.csv", "feed.json"] {
        let (mut new, mut bytes) = (Vec::new(), 0);
        for _ in 0..ROUNDS {
            let begun = Instant::now();
            let request = Request::builder().uri(format!("/csaf/first/white/{name}")).body(Body::empty())?;
            let response = router.clone().oneshot(request).await?;
            assert!(response.status().is_success(), "{}", response.status());
            bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await?.len();
            new.push(begun.elapsed().as_secs_f64() * 1e3);
        }
        let new = median(new);
        let was = new + old - question;
        println!("| `{name}` | {new:.1} | {was:.1} | {:.1} x | {bytes} |", was / new);
    }
    Ok(())
}
