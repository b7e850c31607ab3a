//! Order of behaviours, by hand-made reports.

use bartizan::{Analyzer, Input, Options};
use bartizan_knowledge::Pack;
use bartizan_response::flow::{Flow, order};
use bartizan_response::genre::Genre;

fn flow(text: &str) -> (bartizan::Analysis, Flow) {
    let pack = Pack::built_in();
    let analysis = Analyzer::new(pack)
        .analyze(&Input::new("r.md", text.as_bytes()), &Options::default())
        .expect("readable");
    let flow = order(&analysis, pack, Genre::Threat);
    (analysis, flow)
}

/// The ids of an act's technique stand in its own evidence, and edges follow the words.
#[test]
fn words_of_time_order_acts() {
    let text = "# Intrusion\n\nThe operators dumped LSASS memory (T1003.001). Then they encrypted the files (T1486).\n";
    let (analysis, flow) = flow(text);
    let id = |act: u32| {
        let act = &flow.acts[act as usize];
        analysis.techniques[act.technique as usize].id.as_str()
    };
    let pairs: Vec<(&str, &str)> = flow.edges.iter().map(|e| (id(e.before), id(e.after))).collect();
    assert!(pairs.contains(&("T1003.001", "T1486")), "{pairs:?}");
    for act in &flow.acts {
        let technique = &analysis.techniques[act.technique as usize];
        assert!(act.evidence.iter().all(|e| technique.evidence.contains(e)), "{}", technique.id);
    }
}

#[test]
fn a_text_without_order_gives_no_edge() {
    let (_, flow) =
        flow("# Intrusion\n\nThe group dumps LSASS memory (T1003.001). It encrypts files (T1486).\n");
    assert!(flow.acts.len() >= 2 && flow.edges.is_empty(), "{flow:?}");
}

#[test]
fn a_policy_text_has_no_flow() {
    let pack = Pack::built_in();
    let (analysis, _) = flow("It dumped LSASS memory (T1003.001). Then it encrypted files (T1486).");
    assert_eq!(order(&analysis, pack, Genre::Policy), Flow::default());
}

fn pairs(text: &str) -> Vec<(String, String)> {
    let (analysis, flow) = flow(text);
    let id = |act: u32| analysis.techniques[flow.acts[act as usize].technique as usize].id.clone();
    flow.edges.iter().map(|e| (id(e.before), id(e.after))).collect()
}

/// Hand-made sentences with ids, so that the order alone is asked.
#[test]
fn clauses_and_words_inside_a_sentence_order_its_parts() {
    for (text, before, after) in [
        ("They dumped credentials (T1003.001) before they encrypted files (T1486).", "T1003.001", "T1486"),
        ("Before they encrypted files (T1486), they dumped credentials (T1003.001).", "T1003.001", "T1486"),
        ("They encrypted files (T1486) after dumping credentials (T1003.001).", "T1003.001", "T1486"),
        ("After dumping credentials (T1003.001), they encrypted files (T1486).", "T1003.001", "T1486"),
        ("Dumping credentials (T1003.001) was followed by encryption (T1486).", "T1003.001", "T1486"),
        ("Encryption (T1486) was preceded by credential dumping (T1003.001).", "T1003.001", "T1486"),
        (
            "They encrypted files (T1486). They had previously dumped credentials (T1003.001).",
            "T1003.001",
            "T1486",
        ),
        ("They dumped credentials (T1003.001). Finally, they encrypted files (T1486).", "T1003.001", "T1486"),
    ] {
        let found = pairs(&format!("# Intrusion\n\n{text}\n"));
        assert_eq!(found, [(before.to_owned(), after.to_owned())], "{text}");
    }
}

#[test]
fn dates_and_lists_of_tools_order_nothing() {
    for text in [
        "The group dumped credentials (T1003.001) before 2020. It encrypts files (T1486).",
        "The then-unknown group dumped credentials (T1003.001). It encrypts files (T1486).",
        "The group dumped credentials (T1003.001). The next version encrypts files (T1486).",
        "## Lateral movement tools\n\nIt has a tool for that (T1570).\n\n## Impact tools\n\nIt has one (T1486).",
    ] {
        assert_eq!(pairs(&format!("# Intrusion\n\n{text}\n")), [], "{text}");
    }
}

#[test]
fn numbered_headings_order_what_stands_below() {
    let text = "# Intrusion\n\n## Stage 1: Mail\n\nMails carried files (T1566.001).\n\n## Stage 2: Files\n\nFiles were encrypted (T1486).\n";
    assert_eq!(pairs(text), [("T1566.001".to_owned(), "T1486".to_owned())]);
}

/// Systems, conditions and alternatives are in the flow with their exact words, and in the bundle.
#[test]
fn assets_conditions_and_operators_have_their_words() {
    let text = "# Intrusion\n\nThey dumped credentials (T1003.001) on the domain controllers. If the machine is joined to a \
                domain, they encrypted files (T1486). They persisted by a scheduled task (T1053.005) or a run key \
                (T1547.001).\n";
    let (analysis, flow) = flow(text);
    let words = |span: bartizan::Span| span.of(&analysis.document.text);
    let assets: Vec<(&str, &str, &str)> =
        flow.assets.iter().map(|a| (a.name.as_str(), a.kind.as_str(), words(a.evidence[0].span))).collect();
    assert_eq!(assets, [("domain controller", "host", "domain controllers")]);
    let id = |act: u32| analysis.techniques[flow.acts[act as usize].technique as usize].id.as_str();
    let conditions: Vec<(&str, Vec<&str>)> = flow
        .conditions
        .iter()
        .map(|c| (words(c.evidence.span), c.acts.iter().map(|a| id(*a)).collect()))
        .collect();
    assert_eq!(conditions, [("If the machine is joined to a domain", vec!["T1486"])]);
    let joins: Vec<(&str, &str, Vec<&str>)> = flow
        .joins
        .iter()
        .map(|j| (j.operator.as_str(), words(j.evidence.span), j.acts.iter().map(|a| id(*a)).collect()))
        .collect();
    assert_eq!(joins, [("OR", "or", vec!["T1053.005", "T1547.001"])]);
    let pack = Pack::built_in();
    let assessment = bartizan_response::assess(&analysis, pack, None, &bartizan_response::Options::default());
    let files = bartizan_response::package::files(&analysis, pack, &assessment);
    let bytes = &files.iter().find(|(name, _)| name == "attack-flow.json").expect("a flow").1;
    let bundle: serde_json::Value = serde_json::from_slice(bytes).expect("JSON");
    let objects = bundle["objects"].as_array().expect("objects");
    let of = |kind: &str| objects.iter().filter(|o| o["type"] == kind).collect::<Vec<_>>();
    let ids: Vec<&str> = objects.iter().filter_map(|o| o["id"].as_str()).collect();
    assert_eq!(of("attack-asset")[0]["name"], "domain controller");
    assert_eq!(of("attack-condition")[0]["on_true_refs"].as_array().expect("a list").len(), 1);
    assert_eq!(of("attack-operator")[0]["operator"], "OR");
    // Every reference resolves inside the bundle, and nothing that something leads to is a start.
    let starts = of("attack-flow")[0]["start_refs"].as_array().expect("a list").clone();
    let held = &of("attack-condition")[0]["on_true_refs"][0];
    assert!(!starts.contains(held), "{starts:?}");
    for object in objects {
        for key in ["effect_refs", "asset_refs", "on_true_refs", "start_refs"] {
            for reference in object[key].as_array().into_iter().flatten() {
                assert!(ids.contains(&reference.as_str().expect("an id")), "{reference}");
            }
        }
    }
}

/// Thousands of places and words of time: the flow stays small, acyclic and reduced.
#[test]
fn a_text_that_orders_everything_is_bounded() {
    let ids = [
        "T1003.001",
        "T1486",
        "T1105",
        "T1053.005",
        "T1547.001",
        "T1041",
        "T1566.001",
        "T1059.001",
        "T1021.001",
    ];
    let line = |i: usize| {
        let id = |n: usize| ids[(i * 7 + n * 3) % ids.len()];
        format!(
            "Then they did one thing ({}) before another ({}), after which a third ({}) came.",
            id(0),
            id(1),
            id(2)
        )
    };
    let text: Vec<String> = (0..1200).map(line).collect();
    let (_, flow) = flow(&format!("# Intrusion\n\n{}\n", text.join(" ")));
    assert!(!flow.acts.is_empty() && flow.acts.len() <= 80, "{}", flow.acts.len());
    assert!(
        flow.edges
            .iter()
            .all(|e| (e.before as usize) < flow.acts.len() && (e.after as usize) < flow.acts.len())
    );
    // Layers grow along every edge, so there is no way back.
    assert!(
        flow.edges.iter().all(|e| flow.acts[e.before as usize].layer < flow.acts[e.after as usize].layer)
    );
}
