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
