//! A rich analysis by hand: every kind of claim, nested and overlapping spans, and text that tries to be markup.

use bartizan::document::Builder;
use bartizan::*;
use bartizan_detection::{
    Converted, Detections, Level, Options as RuleOptions, Refused, Sample, USUAL, detect,
};
use bartizan_knowledge::Pack;
use bartizan_page::Queries;
use bartizan_stix::Tlp;

/// Text that must never become markup, in each place a report can put text.
pub const HOSTILE: &str =
    "<script>alert(1)</script><img src=x onerror=alert(1)> </script><!-- \u{202e}gpj.exe";

/// The words `words` in the document, at their `nth` occurrence from 0.
pub fn evidence(document: &Document, words: &str, nth: usize) -> Evidence {
    let (start, _) =
        document.text.match_indices(words).nth(nth).unwrap_or_else(|| panic!("{words:?} is in the text"));
    let span = Span::new(start, start + words.len());
    Evidence { span, sentence: document.sentence_of(span) }
}

fn document() -> Document {
    use BlockKind as K;
    let mut b = Builder::new();
    let mut add = |kind, text: &str| {
        b.block(kind, Region::Main, Some(1), text);
    };
    add(K::Heading(1), "Amber Heron moves against water utilities");
    add(
        K::Paragraph,
        "In early March 2026 the group we track as Amber Heron sent spearphishing messages with an archive to plant engineers at two utilities in Portugal. The archive started MistLoader, which ran an encoded PowerShell command and fetched a second stage from cdn.mist-update.example.",
    );
    add(
        K::Paragraph,
        "MistLoader then created a scheduled task named SyncCheck and dumped LSASS memory with comsvcs.dll. The operators exploited CVE-2024-3400 on the perimeter before 12 March 2026.",
    );
    add(K::Heading(2), "What the loader does");
    add(
        K::Code,
        "powershell.exe -NoP -W Hidden -EncodedCommand SQBFAFgA\nschtasks /create /tn SyncCheck /tr C:\\ProgramData\\sync.exe /sc minute",
    );
    add(K::ListItem(1), "It talks to 198.51.100.23 over HTTPS on port 8443.");
    add(K::ListItem(2), "It falls back to hxxps://mist-relay[.]example/a?b=1.");
    add(K::ListItem(1), "Its archive is invoice.zip.");
    add(K::Quote, "Operators should train users to report suspicious mail and restrict PowerShell.");
    for (row, cells) in [
        ["Type", "Value", "Note"],
        ["SHA-256", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "MistLoader"],
        ["IPv4", "198.51.100.23", "=cmd|' /C calc'!A0"],
    ]
    .into_iter()
    .enumerate()
    {
        for (column, text) in cells.into_iter().enumerate() {
            add(K::TableCell { table: 0, row: row as u32, column: column as u16, header: row == 0 }, text);
        }
    }
    add(K::Heading(2), HOSTILE);
    add(K::Paragraph, HOSTILE);
    add(K::Paragraph, &"A".repeat(10_000));
    add(
        K::Paragraph,
        "The regulator published its notice on 20 March 2026. Utilities must report within 30 days.",
    );
    b.block(K::Paragraph, Region::Furniture, Some(2), "Example Labs · page 2");
    let mut document = b.finish();
    document.name = "heron.pdf".into();
    document.sha256 = "ab".repeat(32);
    document.format = Format::Pdf;
    document.pages = Some(2);
    document.metadata.title = Some(format!("Amber Heron moves against water utilities {HOSTILE}"));
    document.metadata.publisher = Some("Example Labs".into());
    document.metadata.authors = vec!["A. Writer".into(), "<b>B. Writer</b>".into()];
    document.metadata.published = Some("2026-03-22".into());
    document.metadata.source_url = Some("javascript:alert(1)".into());
    document.metadata.language = Some("en".into());
    document.sentences = document
        .blocks
        .iter()
        .enumerate()
        .flat_map(|(i, b)| {
            let text = b.span.of(&document.text);
            let mut start = 0;
            let mut out = Vec::new();
            let ends = text.match_indices(". ").map(|(at, _)| at + 1).chain([text.len()]);
            for end in ends.filter(|e| text.is_char_boundary(*e)) {
                let from = b.span.start as usize;
                if end > start {
                    out.push(Sentence { span: Span::new(from + start, from + end), block: i as u32 });
                }
                start = end + 1;
            }
            out
        })
        .collect();
    document
}

/// The analysis.
pub fn analysis() -> Analysis {
    let d = document();
    let at = |words: &str| vec![evidence(&d, words, 0)];
    let p = Confidence::new;
    let technique =
        |id: &str, name: &str, tactics: &[&str], confidence, provenance, words: &[&str]| TechniqueMapping {
            id: id.into(),
            name: name.into(),
            domain: "enterprise-attack".into(),
            tactics: tactics.iter().map(|t| (*t).into()).collect(),
            mapped_from: (id == "T1566.001").then(|| "T1193".into()),
            confidence: p(confidence),
            provenance,
            evidence: words.iter().map(|w| evidence(&d, w, 0)).collect(),
            reasons: vec![Reason { text: format!("words: {}", words[0]), weight: 1.5 }],
        };
    let entity = |kind, name: &str, id: Option<&str>, role: Option<&str>, provenance, words: &str| Entity {
        kind,
        name: name.into(),
        knowledge_id: id.map(Into::into),
        aliases: vec![],
        role: role.map(Into::into),
        confidence: p(0.9),
        provenance,
        evidence: d
            .text
            .match_indices(words)
            .map(|(i, _)| {
                let span = Span::new(i, i + words.len());
                Evidence { span, sentence: d.sentence_of(span) }
            })
            .collect(),
        attributes: vec![],
    };
    let observable = |kind, value: &str, verdict, reason: &str, words: &str| Observable {
        kind,
        value: value.into(),
        verdict,
        verdict_reason: reason.into(),
        confidence: p(0.93),
        evidence: at(words),
        defanged: false,
        attributes: vec![],
        warnings: vec![],
    };
    use EntityKind as E;
    use ObservableKind as O;
    use Provenance::{Inferred, Named, Stated};
    let techniques = vec![
        technique(
            "T1059.001",
            "PowerShell",
            &["execution"],
            0.97,
            Named,
            &["ran an encoded PowerShell command", "powershell.exe"],
        ),
        technique(
            "T1566.001",
            "Spearphishing Attachment",
            &["initial-access"],
            0.91,
            Stated,
            &["spearphishing messages with an archive"],
        ),
        technique(
            "T1053.005",
            "Scheduled Task",
            &["execution", "persistence", "privilege-escalation"],
            0.88,
            Named,
            &["created a scheduled task", "schtasks /create"],
        ),
        technique(
            "T1003.001",
            "LSASS Memory",
            &["credential-access"],
            0.86,
            Inferred,
            &["dumped LSASS memory with comsvcs.dll"],
        ),
        technique(
            "T1190",
            "Exploit Public-Facing Application",
            &["initial-access"],
            0.52,
            Inferred,
            &["exploited CVE-2024-3400 on the perimeter"],
        ),
        technique(
            "T1071.001",
            "Web Protocols",
            &["command-and-control"],
            0.41,
            Inferred,
            &["talks to 198.51.100.23 over HTTPS"],
        ),
    ];
    let entities = vec![
        entity(E::Actor, "Amber Heron", None, None, Stated, "Amber Heron"),
        entity(E::Malware, "MistLoader", None, None, Stated, "MistLoader"),
        entity(E::Vulnerability, "CVE-2024-3400", None, None, Stated, "CVE-2024-3400"),
        entity(E::Country, "Portugal", Some("PT"), Some("target"), Named, "Portugal"),
        entity(E::Sector, "Water", None, Some("victim"), Named, "water utilities"),
        entity(E::Person, HOSTILE, None, None, Named, "plant engineers"),
    ];
    let observables = vec![
        observable(
            O::Domain,
            "cdn.mist-update.example",
            Verdict::Indicator,
            "second stage is fetched from it",
            "cdn.mist-update.example",
        ),
        observable(O::Cve, "CVE-2024-3400", Verdict::Observable, "identifier", "CVE-2024-3400"),
        observable(
            O::CommandLine,
            "powershell.exe -NoP -W Hidden -EncodedCommand SQBFAFgA",
            Verdict::Indicator,
            "in a code block",
            "powershell.exe -NoP -W Hidden -EncodedCommand SQBFAFgA",
        ),
        observable(O::Ipv4, "198.51.100.23", Verdict::Indicator, "in an indicator table", "198.51.100.23"),
        observable(
            O::Url,
            "https://mist-relay.example/a?b=1",
            Verdict::Indicator,
            "defanged",
            "hxxps://mist-relay[.]example/a?b=1",
        ),
        observable(
            O::Sha256,
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            Verdict::Indicator,
            "in an indicator table",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        ),
        observable(O::UserAgent, HOSTILE, Verdict::Reference, HOSTILE, "onerror"),
        observable(
            O::FileName,
            "=cmd|' /C calc'!A0",
            Verdict::Observable,
            "looks like a formula",
            "=cmd|' /C calc'!A0",
        ),
        observable(O::Mutex, &"A".repeat(10_000), Verdict::Observable, "very long", &"A".repeat(10_000)),
    ];
    let relation = |source, kind, target, words: &str| Relation {
        source,
        target,
        kind,
        confidence: p(0.8),
        provenance: Stated,
        evidence: at(words),
    };
    use NodeRef as N;
    let relations = vec![
        relation(N::Entity(0), RelationKind::Targets, N::Entity(3), "utilities in Portugal"),
        relation(
            N::Entity(1),
            RelationKind::CommunicatesWith,
            N::Observable(0),
            "fetched a second stage from cdn.mist-update.example",
        ),
        relation(
            N::Entity(1),
            RelationKind::Uses,
            N::Technique(0),
            "MistLoader, which ran an encoded PowerShell command",
        ),
        relation(
            N::Observable(5),
            RelationKind::SampleOf,
            N::Entity(1),
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        ),
    ];
    let event = |kind, earliest: Option<&str>, latest: Option<&str>, days, when: &str, summary: &str| Event {
        kind,
        when: When {
            earliest: earliest.map(Into::into),
            latest: latest.map(Into::into),
            days,
            text: when.into(),
        },
        summary: summary.into(),
        confidence: p(0.82),
        evidence: at(when),
        involves: vec![N::Entity(0)],
    };
    let events = vec![
        event(
            EventKind::Occurred,
            Some("2026-03-01"),
            Some("2026-03-10"),
            None,
            "early March 2026",
            "Amber Heron sent spearphishing messages",
        ),
        event(
            EventKind::Occurred,
            None,
            Some("2026-03-12"),
            None,
            "before 12 March 2026",
            "exploited CVE-2024-3400 on the perimeter",
        ),
        event(
            EventKind::Published,
            Some("2026-03-20"),
            Some("2026-03-20"),
            None,
            "20 March 2026",
            "The regulator published its notice",
        ),
        event(EventKind::Obligation, None, None, Some(30), "within 30 days", "Utilities must report"),
    ];
    let mitigations = vec![
        Mitigation {
            id: "M1017".into(),
            name: "User Training".into(),
            confidence: p(0.84),
            provenance: Named,
            evidence: at("train users"),
        },
        Mitigation {
            id: "M1042".into(),
            name: "Disable or Remove Feature or Program".into(),
            confidence: p(0.5),
            provenance: Inferred,
            evidence: at("restrict PowerShell"),
        },
    ];
    let withheld = vec![Withheld {
        kind: O::Domain,
        value: "invoice.zip".into(),
        reason: "file name, not a domain".into(),
        span: evidence(&d, "invoice.zip", 0).span,
    }];
    let diagnostics = vec![
        Diagnostic::new(Code::BadEncoding, format!("one byte was replaced near {HOSTILE}"))
            .at(evidence(&d, "Portugal", 0).span),
    ];
    Analysis {
        marking: Some(Tlp::AmberStrict),
        now: 1_774_000_000,
        pack: "ATT&CK 18.1".into(),
        assisted: None,
        techniques,
        observables,
        withheld,
        entities,
        relations,
        events,
        mitigations,
        fixes: Vec::new(),
        diagnostics,
        document: d,
    }
}

/// Rules of an analysis, dated as the fixture is, and their queries for the usual platforms.
pub fn rules(analysis: &Analysis) -> (Detections, Vec<Queries>) {
    let options = RuleOptions { author: "Bartizan".into(), date: "2026-03-22".into() };
    let found = detect(analysis, Pack::built_in(), &options);
    let queries = queries(&found);
    (found, queries)
}

fn queries(found: &Detections) -> Vec<Queries> {
    let platforms = USUAL.iter().filter_map(|name| bartizan_detection::platform(name));
    platforms.map(|platform| Queries::of(platform, found)).collect()
}

/// Rules of the fixture, the last of them with text that tries to be markup in every place that a rule has, and a
/// platform of which no query is what it seems.
pub fn detections(analysis: &Analysis) -> (Detections, Vec<Queries>) {
    let (mut found, _) = rules(analysis);
    let mut rule = found.rules.first().expect("the fixture leads to rules").clone();
    rule.id = "00000000-0000-5000-8000-000000000000".into();
    rule.title = HOSTILE.into();
    rule.level = Level::Critical;
    rule.level_reason = HOSTILE.into();
    rule.yaml = format!("title: {HOSTILE}\n{HOSTILE}: {HOSTILE}\n");
    let sample = Sample { what: HOSTILE.into(), event: serde_json::json!({ HOSTILE: HOSTILE, "n": [1] }) };
    rule.proof.positives = vec![sample; 40];
    found.rules.push(rule);
    found.refused.push(Refused { code: "too-broad", reason: HOSTILE.into(), observables: vec![0, 1] });
    for left in &mut found.undetectable {
        left.reason = HOSTILE.into();
    }
    let mut queries = queries(&found);
    let mut odd = queries.first().expect("a platform").clone();
    odd.platform = "odd".into();
    odd.about = HOSTILE.into();
    for (i, converted) in odd.converted.iter_mut().enumerate() {
        *converted = match i % 3 {
            0 => Converted::Refused("field", HOSTILE.into()),
            1 => Converted::Query("a".repeat(50_000)),
            _ => Converted::Query(HOSTILE.into()),
        };
    }
    queries.push(odd);
    (found, queries)
}
