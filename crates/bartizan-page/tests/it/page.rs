//! Parses the rendered page with an HTML parser and looks at what came out.

use crate::{fixture, load};
use bartizan::document::Builder;
use bartizan::*;
use bartizan_knowledge::Pack;
use dom_query::Document as Dom;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// The page without rules; most of these tests are about the analysis.
fn report(analysis: &Analysis, pack: &Pack) -> String {
    bartizan_page::report(analysis, pack, &Default::default())
}

fn dom(analysis: &Analysis) -> Dom {
    Dom::from(report(analysis, Pack::built_in()))
}

fn attributes(dom: &Dom, name: &str) -> Vec<String> {
    let chosen = dom.select(&format!("[{name}]"));
    chosen.iter().filter_map(|e| e.attr(name).map(|v| v.to_string())).collect()
}

#[test]
fn text_of_the_report_is_never_markup() {
    let dom = dom(&fixture::analysis());
    assert_eq!(dom.select("script").length(), 3, "boot, islands and data; none from the report");
    for tag in
        ["img", "iframe", "object", "embed", "link", "base", "form[action]", "[style]", "[onerror]", "[src]"]
    {
        assert_eq!(dom.select(tag).length(), 0, "{tag} in the page");
    }
    assert_eq!(dom.select(".by b").length(), 0, "an author's name is text");
    let text = dom.select("#source").text();
    assert!(
        text.contains("<script>alert(1)</script><img src=x onerror=alert(1)>"),
        "hostile text is shown as text"
    );
    assert!(!dom.select("body").text().contains('\u{202e}'), "what turns text around is named, not obeyed");
    assert!(text.contains("⟦U+202E⟧gpj.exe"));
}

#[test]
fn nothing_leads_out_of_the_file() {
    let dom = dom(&fixture::analysis());
    for href in attributes(&dom, "href") {
        assert!(href.starts_with('#'), "{href} leads out");
    }
    for name in ["action", "formaction", "poster", "srcset", "ping", "background"] {
        assert!(attributes(&dom, name).is_empty(), "{name}");
    }
    assert!(dom.select("meta[http-equiv=refresh]").is_empty());
}

#[test]
fn the_policy_admits_exactly_what_is_embedded() {
    let dom = dom(&fixture::analysis());
    let policy = attributes(&dom, "content").into_iter().find(|c| c.starts_with("default-src")).unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"), "{policy}");
    for need in ["base-uri 'none'", "form-action 'none'", "img-src data: blob:;"] {
        assert!(policy.contains(need), "{need} in {policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    let sources = policy.matches("'sha256-").count();
    let embedded = dom.select("style").length() + dom.select("script:not([type])").length();
    assert_eq!(sources, embedded);
}

#[test]
fn every_link_has_its_target_and_every_id_is_unique() {
    for analysis in [fixture::analysis(), load::analysis(5, 20, 40)] {
        let dom = dom(&analysis);
        let all = attributes(&dom, "id");
        let ids: BTreeSet<&String> = all.iter().collect();
        assert_eq!(ids.len(), all.len(), "an id stands twice");
        for href in attributes(&dom, "href") {
            assert!(ids.contains(&href[1..].to_owned()), "{href} leads nowhere");
        }
    }
}

#[test]
fn marks_cover_exactly_the_words_of_each_claim() {
    let analysis = fixture::analysis();
    let dom = dom(&analysis);
    let words = |key: &str| {
        dom.select(&format!("#source mark[data-c~=\"{key}\"]"))
            .iter()
            .map(|m| m.text().to_string())
            .collect::<String>()
    };
    // Overlaps the technique on "ran an encoded PowerShell command" and the malware's name.
    assert_eq!(words("r2"), "MistLoader, which ran an encoded PowerShell command");
    assert_eq!(words("t4"), "exploited CVE-2024-3400 on the perimeter");
    assert_eq!(words("o1"), "CVE-2024-3400");
    assert_eq!(words("e3"), "Portugal");
    assert_eq!(words("w0"), "invoice.zip");
    for key in ["t0", "r2", "e1"] {
        assert!(dom.select(&format!("#c-{key} a.q[href^=\"#m\"]")).length() > 0, "{key} leads to its words");
    }
}

#[test]
fn structure_of_the_report_is_kept() {
    let dom = dom(&fixture::analysis());
    assert_eq!(dom.select("#source h3.r1").length(), 1);
    assert_eq!(dom.select("#source h4.r2").length(), 2);
    assert_eq!(dom.select("#source table tr").length(), 3);
    assert_eq!(dom.select("#source table th").length(), 3);
    assert_eq!(dom.select("#source pre code").length(), 1);
    assert_eq!(dom.select("#source ul li").length(), 3);
    assert_eq!(dom.select("#source ul li.d2").length(), 1);
    assert_eq!(dom.select("#source .furn").length(), 1);
    assert!(dom.select("#source pre").text().contains("SQBFAFgA\nschtasks"), "code keeps its lines");
}

#[test]
fn observables_are_defanged_and_never_links() {
    let dom = dom(&fixture::analysis());
    let table = dom.select("#otable");
    let text = table.text();
    for value in ["198[.]51[.]100[.]23", "hxxps://mist-relay[.]example/a?b=1", "cdn[.]mist-update[.]example"]
    {
        assert!(text.contains(value), "{value}");
    }
    assert!(!text.contains("198.51.100.23"));
    let island: serde_json::Value = serde_json::from_str(&dom.select("#island").text()).unwrap();
    let values = island["values"].as_array().unwrap();
    assert_eq!(values[0], "198.51.100.23", "the exact value is there for deliberate copying");
    assert_eq!(island["patterns"]["0"], "[ipv4-addr:value = '198.51.100.23']");
    assert_eq!(values.len(), dom.select("#otable tbody tr").length());
}

#[test]
fn the_marking_is_shown() {
    let mut analysis = fixture::analysis();
    assert_eq!(dom(&analysis).select(".top .acts > .tlp.amber").text().to_string(), "TLP:AMBER+STRICT");
    analysis.marking = None;
    assert_eq!(dom(&analysis).select(".top .acts > .tlp.amber[title]").text().to_string(), "TLP:AMBER");
}

#[test]
fn empty_parts_say_what_would_be_there() {
    let mut b = Builder::new();
    b.block(BlockKind::Paragraph, Region::Main, None, "Nothing happened.");
    let document = b.finish();
    let mut analysis = load::analysis(1, 1, 1);
    analysis.document = document;
    analysis.techniques.clear();
    analysis.entities.clear();
    analysis.observables.clear();
    analysis.relations.clear();
    let dom = dom(&analysis);
    assert!(dom.select(".empty").length() >= 6);
    assert_eq!(dom.select("#source").text().trim(), "Nothing happened.");
}

#[test]
fn same_analysis_same_bytes() {
    let analysis = fixture::analysis();
    assert!(report(&analysis, Pack::built_in()) == report(&analysis, Pack::built_in()));
}

#[test]
fn a_large_page_stays_within_its_budget() {
    // The budget of docs/report-page.md: 900 KB with 100 claims and a graph of 300 nodes.
    let analysis = load::analysis(30, 80, 320);
    let html = report(&analysis, Pack::built_in());
    let dom = Dom::from(html.as_str());
    assert!(dom.select(".gs a[data-n]").length() > 250, "{} nodes", dom.select(".gs a[data-n]").length());
    assert!(dom.select("#claims li.cl").length() > 100);
    assert!(html.len() < 900_000, "{} bytes", html.len());
}

#[test]
fn the_graph_is_capped_and_says_so() {
    let analysis = load::analysis(10, 400, 0);
    let dom = dom(&analysis);
    assert_eq!(dom.select(".gs a[data-n]").length(), 300);
    assert!(dom.select(".gnote").text().contains("110 more"));
}

/// A text of a few blocks and spans anywhere in it, nested, crossing and on blocks' borders.
fn tangled() -> impl Strategy<Value = Analysis> {
    let blocks = prop::collection::vec("[ a-z.<>&\u{202e}é🐍\n]{0,40}", 1..6);
    (blocks, prop::collection::vec((0usize..200, 0usize..60, 0u8..5), 0..40)).prop_map(|(blocks, spans)| {
        let mut b = Builder::new();
        for (i, text) in blocks.iter().enumerate() {
            let kind = match i % 4 {
                0 => BlockKind::Paragraph,
                1 => BlockKind::TableCell { table: 0, row: i as u32, column: 3, header: false },
                2 => BlockKind::ListItem(2),
                _ => BlockKind::Code,
            };
            b.block(kind, Region::Main, None, text);
        }
        let mut analysis = load::analysis(1, 1, 1);
        let mut document = b.finish();
        document.sentences =
            document.blocks.iter().zip(0u32..).map(|(b, i)| Sentence { span: b.span, block: i }).collect();
        let border = |mut at: usize| {
            at = at.min(document.text.len());
            while !document.text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let evidence: Vec<(Evidence, u8)> = spans
            .into_iter()
            .map(|(start, length, kind)| {
                let (start, end) = (border(start), border(start + length));
                let span = Span::new(start.min(end), end);
                (Evidence { span, sentence: document.sentence_of(span) }, kind)
            })
            .collect();
        let of = |kind: u8| evidence.iter().filter(|(_, k)| *k == kind).map(|(e, _)| *e).collect::<Vec<_>>();
        analysis.techniques[0].evidence = of(0);
        analysis.entities[0].evidence = of(1);
        analysis.observables[0].evidence = of(2);
        analysis.withheld = of(3)
            .into_iter()
            .map(|e| Withheld {
                kind: ObservableKind::Domain,
                value: "x".into(),
                reason: "y".into(),
                span: e.span,
            })
            .collect();
        analysis.document = document;
        analysis
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tangled_spans_lose_no_text(analysis in tangled()) {
        let dom = dom(&analysis);
        let squeeze = |t: &str| t.split_whitespace().collect::<String>();
        let want = squeeze(&analysis.document.text.replace('\u{202e}', "⟦U+202E⟧"));
        prop_assert_eq!(squeeze(&dom.select("#source").text()), want);
        let ids = attributes(&dom, "id");
        let unique: BTreeSet<&String> = ids.iter().collect();
        prop_assert_eq!(unique.len(), ids.len());
        for (i, e) in analysis.techniques[0].evidence.iter().enumerate() {
            let words = e.span.of(&analysis.document.text);
            if !words.trim().is_empty() && words.starts_with(|c: char| !c.is_whitespace()) {
                prop_assert!(ids.contains(&format!("m{}", e.span.start)), "evidence {i} has a place");
            }
        }
    }
}

#[test]
fn within_the_server_a_bar_leads_back_and_nowhere_else() {
    let analysis = fixture::analysis();
    let link = |label: &str, href: &str| bartizan_page::Link { label: label.into(), href: href.into() };
    let links =
        [link("Bartizan", "/"), link("<b>Report</b>", "/reports/r-1"), link("bad", "javascript:alert(1)")];
    let html = bartizan_page::report_within(&analysis, Pack::built_in(), &Default::default(), &links);
    let dom = Dom::from(html.as_str());
    let hrefs: Vec<String> =
        dom.select("nav.server a").iter().filter_map(|a| a.attr("href").map(|h| h.to_string())).collect();
    assert_eq!(hrefs, ["/", "/reports/r-1", "/"]);
    assert_eq!(dom.select("nav.server b").length(), 0, "a label is text");
    // The header says what the page itself says, and that nobody frames it.
    let policy = attributes(&dom, "content").into_iter().find(|c| c.starts_with("default-src")).unwrap();
    assert_eq!(bartizan_page::policy(), format!("{policy}; frame-ancestors 'none'"));
    // Without links it is the file.
    assert!(
        bartizan_page::report_within(&analysis, Pack::built_in(), &Default::default(), &[])
            == report(&analysis, Pack::built_in())
    );
}

#[test]
fn what_is_stated_of_a_fix_stands_there_with_its_place() {
    let text = "CVE-2026-10101 lets anybody in. No patch is available for CVE-2026-10101. CVE-2026-10102 is fixed in version 4.2.";
    let analysis =
        Analyzer::new(Pack::built_in()).analyze(&Input::new("note.txt", text), &Options::default()).unwrap();
    let dom = dom(&analysis);
    let rows: Vec<String> =
        dom.select("[aria-label=Fixes] tbody tr").iter().map(|row| row.text().to_string()).collect();
    assert_eq!(rows.len(), 2, "{rows:?}");
    // What has none comes first.
    assert!(rows[0].contains("CVE-2026-10101") && rows[0].contains("no fix"), "{rows:?}");
    assert!(rows[1].contains("CVE-2026-10102") && rows[1].contains("4.2"), "{rows:?}");
    assert!(dom.select("[aria-label=Fixes] a[href^='#m']").length() >= 2, "each leads to its words");
    assert!(
        Dom::from(report(&fixture::analysis(), Pack::built_in())).select("[aria-label=Fixes]").is_empty()
    );
}
