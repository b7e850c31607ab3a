//! An analysis made by hand: every kind of everything, with values chosen to break wire forms. `cargo xtask
//! oracles` uses it as well.

use bartizan::*;
use bartizan_stix::Tlp;

/// A value that is usual for a kind.
fn usual(kind: ObservableKind) -> &'static str {
    use ObservableKind as K;
    match kind {
        K::Ipv4 => "198.51.100.7",
        K::Ipv6 => "2001:db8::7",
        K::Cidr => "198.51.100.0/24",
        K::Domain => "evil.example",
        K::Url => "https://evil.example/a.php?id=1",
        K::Email => "a@evil.example",
        K::Md5 => "79054025255fb1a26e4bc422aef54eb4",
        K::Sha1 => "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        K::Sha224 => "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f",
        K::Sha384 => {
            "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b"
        }
        K::AndroidPackage => "org.example.reader",
        K::TrackingId => "UA-12345678-1",
        K::Sha256 => "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        K::Sha512 => {
            "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"
        }
        K::Ssdeep => "3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C",
        K::Imphash => "f34d5f2d4577ed6d9ceec516c1f5a744",
        K::Authentihash => "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        K::Tlsh => "T1B7A1F0B2C3D4E5F60718293A4B5C6D7E8F90A1B2C3D4E5F60718293A4B5C6D7E8F90A1",
        K::Ja3 => "e7d705a3286e19ea42f587b344ee6865",
        K::Ja4 => "t13d1516h2_8daaf6152771_e5627efa2ab1",
        K::FileName => "update.exe",
        K::FilePath => r"C:\Users\Public\update.exe",
        K::Registry => r"HKLM\Software\Microsoft\Windows\CurrentVersion\Run",
        K::Mutex => r"Global\M-17",
        K::Pipe => r"\\.\pipe\status_17",
        K::Service => "UpdSvc",
        K::Task => r"\Microsoft\Upd",
        K::UserAgent => "Mozilla/5.0 (it's \"odd\")",
        K::CommandLine => r#"powershell -enc AAAA -c "echo 'x'; whoami""#,
        K::Cve => "CVE-2024-3400",
        K::Cwe => "CWE-79",
        K::Cpe => "cpe:2.3:a:vendor:product:1.2.3:*:*:*:*:*:*:*",
        K::Ghsa => "GHSA-jfh8-c2jp-5v3q",
        K::AttackId => "T1059.001",
        K::AtlasId => "AML.T0051",
        K::Capec => "CAPEC-66",
        K::D3fend => "D3-PSA",
        K::Asn => "AS64500",
        K::Mac => "00-1B-44-11-3A-B7",
        K::Btc => "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
        K::Eth => "0x52908400098527886E0F7030069857D2E4169EE7",
        K::Xmr => {
            "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A"
        }
        K::Wallet => "ltc1qexample",
        K::Onion => "expyuzz4wqqyqhjn.onion",
        K::Telegram => "@evil_channel",
        K::Handle => "evil_handle",
        K::Npm => "@scope/left-pad",
        K::Pypi => "Some_Package",
        K::YaraRule => "rule r { strings: $a = \"x\\\\y\" condition: $a }",
        K::SigmaRule => "title: x\ndetection:\n  sel:\n    a|contains: 'b'\n  condition: sel\n",
        K::Guid => "{6B29FC40-CA47-1067-B31D-00DD010662DA}",
        K::CertSerial => "0c:11:22",
        K::CertThumbprint => "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        K::Arn => "arn:aws:iam::123456789012:user/x",
    }
}

/// Values that no honest value of a kind would be.
fn nasty() -> Vec<String> {
    vec![
        r"it's \ 'quoted' \\ \' twice".to_owned(),
        "line\nbreak\r\nand\ttab".to_owned(),
        "🐍 emoji ЁЖ ڪ \u{202e}rtl\u{2066}".to_owned(),
        "nul\u{0} bell\u{7} esc\u{1b}[31m del\u{7f} nel\u{85} ls\u{2028}".to_owned(),
        "=cmd|'/c calc'!A1".to_owned(),
        "<script>alert(1)</script>]]>--><img src=x>".to_owned(),
        "' OR 1=1] OR [file:name = 'x".to_owned(),
        "[x](javascript:y) | a `b` **c**".to_owned(),
        "x".repeat(10_000),
        "é'\\".repeat(2_000),
        ".".to_owned(),
        "\\".to_owned(),
        "http://[".to_owned(),
        "http://ex ample.example/{a}|b?c=[d]#e#f%zz".to_owned(),
        "http://münchen.example/ü?q=ß".to_owned(),
        "https://user:p'w@evil.example:8443/".to_owned(),
        "::ffff:198.51.100.7".to_owned(),
        "fe80::1%eth0".to_owned(),
        "CVE-2024-1".to_owned(),
        "AS99999999999".to_owned(),
        "xn--i-7iq.ws".to_owned(),
        "_dmarc.evil.example".to_owned(),
        r"HKEY_LOCAL_MACHINE\Software\HKLM\x".to_owned(),
        "cpe:2.3:a:*:*:*:*:*:*:*:*:*:*".to_owned(),
        "/usr/lib/".to_owned(),
        "severity".to_owned(),
        "o'neil&1991@evil.example".to_owned(),
    ]
}

/// Collects a text and where things stand in it.
struct Sheet {
    text: String,
    blocks: Vec<Block>,
}

impl Sheet {
    fn place(&mut self, words: &str) -> Evidence {
        let from = self.text.len();
        self.text.push_str("Så 🐍 here stands ");
        let start = self.text.len();
        self.text.push_str(words);
        let end = self.text.len();
        self.text.push_str(" and no more.");
        let sentence = Span::new(from, self.text.len());
        self.blocks.push(Block {
            kind: BlockKind::Paragraph,
            span: sentence,
            page: Some(self.blocks.len() as u32 / 40 + 1),
            region: Region::Main,
        });
        self.text.push('\n');
        Evidence { span: Span::new(start, end), sentence }
    }
}

/// The analysis.
pub fn analysis() -> Analysis {
    let mut sheet = Sheet { text: String::new(), blocks: Vec::new() };
    let nasty = nasty();
    let mut observables = Vec::new();
    let mut withheld = Vec::new();
    for (k, &kind) in ObservableKind::ALL.iter().enumerate() {
        let own = [usual(kind).to_owned()];
        for (n, value) in own.iter().chain(&nasty).enumerate() {
            let evidence = vec![sheet.place(value), sheet.place(value)];
            let verdict = match (k + n) % 5 {
                _ if n == 0 => Verdict::Indicator,
                0..=2 => Verdict::Indicator,
                3 => Verdict::Observable,
                _ => Verdict::Reference,
            };
            let attributes = vec![
                ("port".to_owned(), "8080".to_owned()),
                ("value".to_owned(), "Upd 'x'\\".to_owned()),
                ("network".to_owned(), ["x", "telegram", "Skype", "net'work"][n % 4].to_owned()),
                ("title".to_owned(), value.clone()),
            ];
            observables.push(Observable {
                kind,
                value: value.clone(),
                verdict,
                verdict_reason: if n % 2 == 0 { "in an indicator list".to_owned() } else { value.clone() },
                confidence: Confidence::new(n as f32 / 20.0),
                evidence,
                defanged: n % 3 == 0,
                attributes,
                warnings: if n % 4 == 0 { vec!["tranco-10k".to_owned(), value.clone()] } else { Vec::new() },
            });
        }
        let evidence = sheet.place("v1.2.3.4");
        withheld.push(Withheld {
            kind,
            value: "v1.2.3.4".into(),
            reason: "a version".into(),
            span: evidence.span,
        });
    }
    let roles = [None, Some("victim"), Some("target"), Some("publisher"), Some("")];
    let mut entities = Vec::new();
    for (k, &kind) in EntityKind::ALL.iter().enumerate() {
        let own = match kind {
            EntityKind::Country => ["Freedonia", "Germany", "south america", "XK"].map(str::to_owned),
            EntityKind::Sector => ["Energy", "financial", "mail order", "energy"].map(str::to_owned),
            EntityKind::Vulnerability => {
                ["CVE-2024-3400", "CVE-2024-1", "the gateway bug", "GHSA-x"].map(str::to_owned)
            }
            EntityKind::Weakness => ["CWE-79", "CWE-x", "bad weakness", "CAPEC-66"].map(str::to_owned),
            _ => ["Alpha", "Alpha", "Beta", "beta"].map(str::to_owned),
        };
        for (n, name) in own.iter().chain(&nasty).enumerate() {
            let knowledge_id = match (kind, n) {
                (EntityKind::Actor, 0) => Some("G0016".to_owned()),
                (EntityKind::Malware, 0) | (EntityKind::Tool, 1) => Some("S0154".to_owned()),
                (EntityKind::Tool, 0) => Some("S0002".to_owned()),
                (EntityKind::Campaign, 0) => Some("C0024".to_owned()),
                (EntityKind::Country, 1) => Some("de".to_owned()),
                (EntityKind::Country, 3) => Some("XK".to_owned()),
                (_, 6) => Some(name.clone()),
                _ => None,
            };
            entities.push(Entity {
                kind,
                name: name.clone(),
                knowledge_id,
                aliases: if n % 3 == 0 {
                    vec![name.clone(), String::new(), "Al, ias".into()]
                } else {
                    Vec::new()
                },
                role: roles[(k + n) % roles.len()].map(str::to_owned),
                confidence: Confidence::new(0.9 - n as f32 / 40.0),
                provenance: [Provenance::Stated, Provenance::Named, Provenance::Inferred][n % 3],
                evidence: vec![sheet.place(name)],
                attributes: vec![("kev".to_owned(), "2024-04-12".to_owned())],
            });
        }
    }
    let technique = |sheet: &mut Sheet, id: &str, name: &str, domain: &str, tactics: &[&str], n: usize| {
        let evidence = (0..30).map(|_| sheet.place(name)).collect();
        TechniqueMapping {
            id: id.into(),
            name: name.into(),
            domain: domain.into(),
            tactics: tactics.iter().map(|t| (*t).to_owned()).collect(),
            mapped_from: (n % 2 == 1).then(|| "T1086".to_owned()),
            confidence: Confidence::new(0.7),
            provenance: Provenance::Inferred,
            evidence,
            reasons: vec![
                Reason { text: "words: 'x' \\".into(), weight: f32::NAN },
                Reason { text: "w".into(), weight: 1.25 },
            ],
        }
    };
    let techniques = vec![
        technique(&mut sheet, "T1059.001", "PowerShell", "enterprise-attack", &["execution"], 0),
        technique(
            &mut sheet,
            "T1059",
            "Command and Scripting Interpreter",
            "enterprise-attack",
            &["execution"],
            1,
        ),
        technique(
            &mut sheet,
            "T1071",
            "Application Layer Protocol",
            "enterprise-attack",
            &["command-and-control"],
            2,
        ),
        technique(
            &mut sheet,
            "T1437",
            "Application Layer Protocol",
            "mobile-attack",
            &["command-and-control"],
            3,
        ),
        technique(&mut sheet, "T0883", "Internet Accessible Device", "ics-attack", &["initial-access"], 4),
        technique(
            &mut sheet,
            "AML.T0051",
            "LLM Prompt Injection",
            "atlas",
            &["execution", "Initial_Access", "9"],
            5,
        ),
        technique(&mut sheet, "T9999", "it's \\ 🐍 <b>", "enterprise-attack", &[], 6),
    ];
    let mitigation = |sheet: &mut Sheet, id: &str, name: &str| Mitigation {
        id: id.into(),
        name: name.into(),
        confidence: Confidence::new(0.55),
        provenance: Provenance::Named,
        evidence: vec![sheet.place(name)],
    };
    let mitigations = vec![
        mitigation(&mut sheet, "M1017", "User Training"),
        mitigation(&mut sheet, "AML.M0001", "Limit Model Artifact Release"),
        mitigation(&mut sheet, "D3-PSA", "Process Spawn Analysis"),
        mitigation(&mut sheet, "M9999", "it's \\ 🐍"),
    ];
    // Every kind of relation between many pairs, some dangling, some to themselves, some twice.
    let mut nodes: Vec<NodeRef> = (0..entities.len() as u32).step_by(5).map(NodeRef::Entity).collect();
    nodes.extend((0..observables.len() as u32).step_by(13).map(NodeRef::Observable));
    nodes.extend((0..techniques.len() as u32).map(NodeRef::Technique));
    nodes.extend((0..mitigations.len() as u32).map(NodeRef::Mitigation));
    nodes.extend([NodeRef::Entity(u32::MAX), NodeRef::Observable(999_999)]);
    let place = sheet.place("a relation");
    let mut relations = Vec::new();
    for (k, &kind) in RelationKind::ALL.iter().enumerate() {
        for (i, &source) in nodes.iter().enumerate() {
            for step in [0, 1, 7, 31, 57] {
                relations.push(Relation {
                    source,
                    target: nodes[(i * 3 + step * 11 + k) % nodes.len()],
                    kind,
                    confidence: Confidence::new(i as f32 / nodes.len() as f32),
                    provenance: Provenance::Stated,
                    evidence: vec![place],
                });
            }
        }
    }
    let when = |earliest: Option<&str>, latest: Option<&str>, days, text: &str| When {
        earliest: earliest.map(str::to_owned),
        latest: latest.map(str::to_owned),
        days,
        text: text.into(),
    };
    let events = [
        (EventKind::Published, when(Some("2026-06-01"), Some("2026-06-01"), None, "1 June 2026")),
        (EventKind::Occurred, when(Some("2026-06-01"), Some("2026-06-10"), None, "early June | 2026")),
        (EventKind::Obligation, when(None, None, Some(30), "within 30 days")),
        (EventKind::Occurred, when(None, None, None, "")),
    ]
    .into_iter()
    .map(|(kind, when)| Event {
        kind,
        evidence: vec![sheet.place(&when.text.clone())],
        when,
        summary: "something <b>happened</b> | and *more*\nthere.".into(),
        confidence: Confidence::new(0.8),
        involves: vec![
            NodeRef::Entity(0),
            NodeRef::Observable(0),
            NodeRef::Technique(0),
            NodeRef::Mitigation(0),
        ],
    })
    .collect();
    let sentences = (0u32..).zip(&sheet.blocks).map(|(block, b)| Sentence { span: b.span, block }).collect();
    let document = Document {
        sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
        name: "it's a \"report\" <b>.html".into(),
        format: Format::Html,
        links: vec![
            Link { target: "https://evil.example/'\"<>".into(), span: sheet.blocks.first().map(|b| b.span) },
            Link { target: String::new(), span: None },
        ],
        text: sheet.text,
        blocks: sheet.blocks,
        sentences,
        readings: Vec::new(),
        metadata: Metadata {
            title: Some("A <b>title</b>\nwith 'quotes' \\ and 🐍".into()),
            publisher: Some("cve".into()),
            authors: vec!["A. Author".into(), "=B".into()],
            published: Some("2026-06-01".into()),
            modified: Some("never".into()),
            source_url: Some("https://publisher.example/a b?x={y}".into()),
            language: Some("en".into()),
            marking: Some((Tlp::AmberStrict, None)),
        },
        pages: Some(40),
        diagnostics: Vec::new(),
    };
    Analysis {
        document,
        marking: Some(Tlp::AmberStrict),
        now: 1_795_000_000,
        pack: "ATT&CK 18.1 · 2026-11-23".into(),
        assisted: Some(bartizan::Assisted {
            model: "<b>model</b>\n| `x` 🐍".into(),
            questions: 1,
            ..Default::default()
        }),
        techniques,
        observables,
        withheld,
        entities,
        relations,
        events,
        mitigations,
        fixes: vec![bartizan::FixStatement {
            about: 0,
            state: bartizan::FixState::Fixed,
            version: Some("<b>1|\"2\n🐍".into()),
            confidence: bartizan::Confidence::new(0.5),
            evidence: vec![place],
        }],
        diagnostics: Code::ALL
            .iter()
            .map(|&code| Diagnostic::new(code, "it's <b>bad</b> | \\ `x`\n🐍").at(Span::new(0, 2)))
            .collect(),
    }
}
