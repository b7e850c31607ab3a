//! A list holds what its reader may read, all of it and nothing else: as the rule says of each thing.

use std::collections::BTreeSet;

use bartizan_clearinghouse::access::{Thing, Verb, decide};
use serde_json::Value;

use super::{Need, reads};
use crate::harness::NOW;
use crate::world::{Asker, Kept, World, run};

/// Identifiers in a list of the API, all pages of it; nothing if it may not be read.
async fn listed(world: &World, asker: &Asker, path: &str) -> Option<BTreeSet<String>> {
    let (mut found, mut next) = (BTreeSet::new(), String::new());
    loop {
        let answer = world.get(asker, &format!("/api/v1{path}?limit=3{next}")).await;
        if answer.status != 200 {
            return None;
        }
        let page: Value = answer.json();
        for item in page["items"].as_array().expect("items") {
            let id = &item["id"];
            assert!(
                found.insert(id.as_str().map_or_else(|| id.to_string(), str::to_owned)),
                "{path}: {id} twice"
            );
        }
        match page["next"].as_str() {
            Some(more) => next = format!("&next={more}"),
            None => return Some(found),
        }
    }
}

#[test]
fn a_list_holds_what_may_be_read_and_nothing_else() {
    run(async |world| {
        let directory = world.store.fresh().await.expect("fresh");
        let may = |asker: &Asker, need: &Need| need.decision(asker, &directory).allowed();
        let kept = |asker: &Asker, all: &[Kept]| -> BTreeSet<String> {
            all.iter().filter(|k| may(asker, &reads(k))).map(|k| k.id.clone()).collect()
        };
        let mut told = 0;
        for asker in world.callers.iter().filter(|a| a.principal.known()) {
            let can = |verb, thing: &Thing<'_>| decide(&asker.principal, verb, thing, NOW).allowed();
            let library = may(asker, &Need::Own(Verb::Read));
            let looks = may(asker, &Need::Node(Verb::List));
            let collections =
                directory.collections.values().filter(|c| can(Verb::List, &Thing::Collection(&c.access)));
            let people = directory
                .people
                .values()
                .filter(|p| can(Verb::List, &Thing::Person(p.member, p.member.roles)));
            let tokens = directory.tokens.values().filter(|t| Some(t.person) == asker.principal.person);
            for (path, allowed, expected) in [
                ("/reports", library, kept(asker, &world.reports)),
                ("/jobs", library, kept(asker, &world.jobs)),
                ("/collections", looks, collections.map(|c| c.uuid.clone()).collect()),
                ("/people", looks, people.map(|p| p.uuid.clone()).collect()),
                ("/tokens", looks, tokens.map(|t| t.uuid.clone()).collect()),
                ("/organisations", looks, directory.organisations.values().map(|o| o.uuid.clone()).collect()),
            ] {
                let mut found = listed(&world, asker, path).await;
                if path == "/jobs" {
                    // Those that the reports came of are there too.
                    let known: BTreeSet<_> = world.jobs.iter().map(|j| j.id.clone()).collect();
                    found = found.map(|found| found.intersection(&known).cloned().collect());
                }
                told += found.as_ref().map_or(0, BTreeSet::len);
                assert_eq!(found, allowed.then_some(expected), "{} {path}", asker.name);
            }
        }
        assert!(told > 500, "{told}");
        // The same on pages.
        for visitor in world.visitors.iter().filter(|a| a.principal.known()) {
            let can = |verb, thing: &Thing<'_>| decide(&visitor.principal, verb, thing, NOW).allowed();
            let (library, home) = (world.get(visitor, "/library").await, world.get(visitor, "/").await);
            for report in &world.reports {
                let expected = may(visitor, &reads(report));
                for page in [&library, &home] {
                    assert_eq!(
                        page.body.contains(&report.id),
                        expected,
                        "{} {:?}",
                        visitor.name,
                        report.audience
                    );
                }
            }
            let page = world.get(visitor, "/collections").await;
            for entry in directory.collections.values() {
                let expected = can(Verb::List, &Thing::Collection(&entry.access));
                assert_eq!(page.body.contains(&entry.uuid), expected, "{} {}", visitor.name, entry.title);
            }
            let page = world.get(visitor, "/admin/groups").await;
            for entry in directory.groups.values() {
                let expected = can(Verb::List, &Thing::Group(&entry.group));
                assert_eq!(page.body.contains(&entry.name), expected, "{} {}", visitor.name, entry.name);
            }
            let page = world.get(visitor, "/admin/people").await;
            // One's own name stands on every page.
            let others = directory.people.values().filter(|p| Some(p.member.id) != visitor.principal.person);
            for entry in others {
                let expected =
                    page.status == 200 && can(Verb::List, &Thing::Person(entry.member, entry.member.roles));
                assert_eq!(
                    page.body.contains(&format!(">{}<", entry.name)),
                    expected,
                    "{} {}",
                    visitor.name,
                    entry.name
                );
            }
        }
    });
}
