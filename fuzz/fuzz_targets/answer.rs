#![no_main]

use bartizan::mapping::second::Opinions;
use bartizan::{Analyzer, Input, OperatingPoint, Options};
use bartizan_knowledge::Pack;
use std::sync::OnceLock;

const REPORT: &str = "The actor dumped LSASS memory with Mimikatz and used the credentials on other servers.\n\n\
    It created a scheduled task named UpdaterSync on every server for persistence (T1053.005).\n\n\
    The packed documents left the network over an encrypted connection to hxxps://cdn-sync[.]top/a.";

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    static ANALYZER: OnceLock<Analyzer> = OnceLock::new();
    let analyzer = ANALYZER.get_or_init(|| Analyzer::new(Pack::built_in()));
    let options = Options { point: OperatingPoint::All, ..Options::default() };
    let input = Input::new("a.txt", REPORT);
    let questions = analyzer.questions(&input, &options, "m").expect("a readable report");
    let answers = questions.into_iter().map(|q| (q.key, Ok(data.to_vec()))).collect();
    let opinions = Opinions { model: "m".into(), answers };
    let plain = analyzer.analyze(&input, &options).expect("a readable report");
    let assisted = analyzer.analyze_with(&input, &options, Some(&opinions)).expect("a readable report");
    assert_eq!(plain.observables, assisted.observables);
    assert_eq!(plain.entities, assisted.entities);
    for t in &assisted.techniques {
        assert!(t.confidence.get().is_finite() && !t.evidence.is_empty());
    }
});
