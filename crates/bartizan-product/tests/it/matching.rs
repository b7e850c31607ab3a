//! Whether a component is affected, by hand cases.

use bartizan_product::cpe::CpeRange;
use bartizan_product::inventory::{Component, Defaults, Inventory};
use bartizan_product::matching::{
    Affected, Event, Index, Product, ReasonCode, Verdict, Versions, ecosystem_purl_type, ecosystem_scheme,
};
use bartizan_product::{Cpe, Purl, Range, Scheme};
use std::collections::BTreeSet;

fn purl(text: &str) -> Purl {
    Purl::parse(text).expect(text)
}

fn by_purl(text: &str, versions: Vec<Versions>) -> Affected {
    Affected { advisory: "ADV-1".into(), product: Product::Purl(purl(text)), versions }
}

fn range(text: &str) -> Vec<Versions> {
    vec![Versions::Range(Range::parse(text).expect(text))]
}

fn installed(text: &str) -> Component {
    let purl = purl(text);
    let version = purl.version().map(str::to_owned);
    Component { name: purl.name().to_owned(), version, purl: Some(purl), ..Component::default() }
}

type Expected = Option<(Verdict, ReasonCode)>;

fn check(affected: Affected, component: &Component, expected: Expected) {
    let answers = Index::new(vec![affected]).of_component(component);
    let got = answers.first().map(|(_, a)| (a.verdict, a.reason.code));
    assert_eq!(got, expected, "{component:?} {answers:?}");
    if let Some((_, answer)) = answers.first() {
        assert!(!answer.reason.to_string().is_empty());
    }
}

#[test]
fn every_reason_has_a_case() {
    use ReasonCode::*;
    use Verdict::{Affected as Yes, NotAffected as No, Unknown};
    let npm = "vers:npm/>=1.0.0|<1.4.2";
    let lodash = |versions| by_purl("pkg:npm/lodash", versions);
    let events = |scheme, list| vec![Versions::Events(scheme, list)];
    let named =
        |text: &str| Component { name: text.into(), version: Some("1".into()), ..Component::default() };
    let cases: Vec<(Affected, Component, Expected)> = vec![
        (lodash(range(npm)), installed("pkg:npm/lodash@1.4.1"), Some((Yes, InRange))),
        (lodash(range(npm)), installed("pkg:npm/lodash@1.4.2"), Some((No, OutOfRange))),
        (lodash(range(npm)), installed("pkg:npm/lodash@1.4.2-beta.1"), Some((Yes, InRange))),
        (lodash(range(npm)), installed("pkg:npm/lodash"), Some((Unknown, NoVersion))),
        (lodash(range(npm)), installed("pkg:npm/lodash@latest"), Some((Unknown, ForeignVersion))),
        (lodash(range(npm)), installed("pkg:npm/express@1.4.1"), None),
        (lodash(range(npm)), installed("pkg:npm/%40types/lodash@1.4.1"), None),
        (lodash(range(npm)), named("lodash"), Some((Unknown, NameOnly))),
        (lodash(Vec::new()), installed("pkg:npm/lodash@1.4.1"), Some((Unknown, NothingStated))),
        (
            lodash(events(Some(Scheme::Npm), vec![Event::Fixed("2.0.0".into())])),
            installed("pkg:npm/lodash@1.4.1"),
            Some((Unknown, NothingStated)),
        ),
        (
            lodash(vec![Versions::Listed(Some(Scheme::Npm), vec![])]),
            installed("pkg:npm/lodash@1.4.1"),
            Some((Unknown, NothingStated)),
        ),
        (
            lodash(events(
                Some(Scheme::Npm),
                vec![Event::Introduced("0".into()), Event::Fixed("unfixed".into())],
            )),
            installed("pkg:npm/lodash@1.4.1"),
            Some((Unknown, ForeignVersion)),
        ),
        (lodash(vec![Versions::All]), installed("pkg:npm/lodash"), Some((Yes, EveryVersion))),
        (lodash(range("vers:npm/*")), installed("pkg:npm/lodash"), Some((Yes, EveryVersion))),
        (by_purl("pkg:npm/lodash@1.4.1", vec![]), installed("pkg:npm/lodash@1.4.1"), Some((Yes, Listed))),
        (by_purl("pkg:npm/lodash@1.4.1", vec![]), installed("pkg:npm/lodash@1.4.0"), Some((No, OutOfRange))),
        (
            by_purl("pkg:git/example.org/a/b", events(None, vec![Event::Introduced("0".into())])),
            installed("pkg:git/example.org/a/b@0123abcd"),
            Some((Unknown, NoOrder)),
        ),
        (
            by_purl("pkg:deb/debian/curl?distro=bookworm", range("vers:deb/<7.88.1-10%2Bdeb12u5")),
            installed("pkg:deb/debian/curl@7.88.1-10%2Bdeb12u4"),
            Some((Unknown, LeftOpen)),
        ),
        (
            by_purl("pkg:deb/debian/curl?distro=bookworm", range("vers:deb/<7.88.1-10")),
            installed("pkg:deb/debian/curl@7.74.0-1?distro=bullseye"),
            None,
        ),
        (
            by_purl("pkg:rpm/redhat/bash", range("vers:rpm/<1:5.1-2")),
            installed("pkg:rpm/redhat/bash@5.1-2.el9?epoch=1"),
            Some((No, OutOfRange)),
        ),
        (
            by_purl("pkg:deb/debian/openssl?arch=source", range("vers:deb/<3.0.11-1~deb12u2")),
            installed("pkg:deb/debian/libssl3@3.0.11-1~deb12u1?upstream=openssl"),
            Some((Yes, InRange)),
        ),
        (
            by_purl("pkg:rpm/redhat/openssl", range("vers:rpm/<1:3.0.7-27.el9")),
            installed(
                "pkg:rpm/redhat/openssl-libs@3.0.7-27.el9?epoch=1&upstream=openssl-3.0.7-27.el9.src.rpm",
            ),
            Some((No, OutOfRange)),
        ),
    ];
    let mut seen = BTreeSet::new();
    for (affected, component, expected) in cases {
        seen.extend(expected.map(|(_, code)| code));
        check(affected, &component, expected);
    }
    assert_eq!(seen, ReasonCode::ALL.into_iter().collect());
}

/// OSV schema, "Evaluation" and its examples of `affected[].ranges[].events`.
#[test]
fn events_of_osv() {
    let introduced = |v: &str| Event::Introduced(v.into());
    let fixed = |v: &str| Event::Fixed(v.into());
    let last = |v: &str| Event::LastAffected(v.into());
    let limit = |v: &str| Event::Limit(v.into());
    type Case<'c> = (Vec<Event>, &'c [(&'c str, bool)]);
    let cases: [Case<'_>; 6] = [
        (vec![introduced("0"), fixed("1.0.2")], &[("0.0.0-alpha", true), ("1.0.1", true), ("1.0.2", false)]),
        (
            vec![introduced("1.0.0"), fixed("1.0.2"), introduced("3.0.0"), fixed("3.2.5")],
            &[("0.9.0", false), ("1.0.0", true), ("2.0.0", false), ("3.2.4", true), ("3.2.5", false)],
        ),
        (vec![introduced("0"), last("2.1.214")], &[("2.1.214", true), ("2.1.215", false)]),
        (vec![introduced("2.0.0")], &[("1.9.9", false), ("99.0.0", true)]),
        (vec![introduced("0"), limit("3.0.0")], &[("2.9.9", true), ("3.0.0", false)]),
        (vec![fixed("1.0.2"), introduced("0"), limit("*")], &[("1.0.1", true), ("1.0.2", false)]),
    ];
    for (events, versions) in cases {
        for (version, affected) in versions {
            let statement = by_purl("pkg:npm/a", vec![Versions::Events(Some(Scheme::Npm), events.clone())]);
            let answers =
                Index::new(vec![statement]).of_component(&installed(&format!("pkg:npm/a@{version}")));
            assert_eq!(answers[0].1.verdict == Verdict::Affected, *affected, "{version} {events:?}");
        }
    }
}

#[test]
fn cpe_names_of_a_component() {
    let statement = Affected {
        advisory: "CVE-2021-41773".into(),
        product: Product::Cpe(Box::new(CpeRange {
            end_excluding: Some("2.4.50".into()),
            ..CpeRange::exact(Cpe::parse("cpe:2.3:a:apache:http_server:*:*:*:*:*:*:*:*").expect("a name"))
        })),
        versions: Vec::new(),
    };
    let component = |text: &str, version: Option<&str>| Component {
        name: "httpd".into(),
        version: version.map(str::to_owned),
        cpes: vec![Cpe::parse(text).expect("a name")],
        ..Component::default()
    };
    let index = Index::new(vec![statement]);
    let verdict = |c: &Component| index.of_component(c).first().map(|(_, a)| (a.verdict, a.reason.code));
    let old = component("cpe:/a:apache:http_server:2.4.49", None);
    assert_eq!(verdict(&old), Some((Verdict::Affected, ReasonCode::InRange)));
    let new = component("cpe:/a:apache:http_server:2.4.50", None);
    assert_eq!(verdict(&new), Some((Verdict::NotAffected, ReasonCode::OutOfRange)));
    let open = component("cpe:/a:apache:http_server", None);
    assert_eq!(verdict(&open), Some((Verdict::Unknown, ReasonCode::NoVersion)));
    let unversioned = component("cpe:2.3:a:apache:http_server:-:*:*:*:*:*:*:*", None);
    assert_eq!(verdict(&unversioned), Some((Verdict::Unknown, ReasonCode::NoVersion)));
    let moving = component("cpe:/a:apache:http_server:latest", None);
    assert_eq!(verdict(&moving), Some((Verdict::Unknown, ReasonCode::ForeignVersion)));
    let beside = component("cpe:/a:apache:http_server", Some("2.4.49"));
    assert_eq!(verdict(&beside), Some((Verdict::Affected, ReasonCode::InRange)));
    assert_eq!(verdict(&component("cpe:/a:apache:tomcat:2.4.49", None)), None);
}

#[test]
fn the_strongest_statement_of_an_advisory_counts() {
    let statements = vec![
        by_purl("pkg:npm/a", range("vers:npm/<1.0.0")),
        by_purl("pkg:npm/a", range("vers:npm/>=2.0.0|<2.1.0")),
    ];
    let index = Index::new(statements);
    let table = b"host,purl\nweb,pkg:npm/a@2.0.5\n";
    let inventory = Inventory::read(table, &Defaults::default()).expect("a table");
    let matches = index.of_inventory(&inventory);
    assert_eq!(matches.len(), 2);
    assert_eq!(index.by_advisory(&matches)[&(0, 0, "ADV-1")].answer.verdict, Verdict::Affected);
    assert_eq!(Index::count(&matches, Verdict::NotAffected), 1);
}

#[test]
fn ecosystems() {
    assert_eq!(ecosystem_scheme("Debian:11"), Some(Scheme::Deb));
    assert_eq!(ecosystem_scheme("crates.io"), Some(Scheme::Semver));
    assert_eq!(ecosystem_scheme("GIT"), None);
    assert_eq!(ecosystem_purl_type("PyPI"), Some("pypi"));
}
