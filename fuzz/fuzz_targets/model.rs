#![no_main]

mod check;

use bartizan::learning::local::{Settings, continue_from};
use bartizan::learning::{LabelledDocument, LabelledSentence};
use bartizan::mapping::model::{Model, Scratch};
use bartizan::mapping::tokens::tokenize;
use bartizan_knowledge::Pack;

/// Numbers in the table of buckets, which is most of a small model.
const BUCKETS: usize = (1 << 16) + 1;
/// Bytes of magic and version, of the counts, of the numbers behind them, of a label.
const HEAD: usize = 8;
const COUNTS: usize = 20;
const NUMBERS: usize = 36;
const LABEL: usize = 24;
const TEXT: &str = "They downloaded the ledger with PowerShell.";

/// A model file without its first eight bytes and with three numbers instead of the buckets: up to which one they are
/// the second number, else the third.
fn file(data: &[u8]) -> Option<Vec<u8>> {
    let (fill, rest) = data.split_at_checked(12)?;
    let number = |bytes: &[u8], i: usize| -> Option<u32> {
        Some(u32::from_le_bytes(bytes.get(4 * i..4 * i + 4)?.try_into().ok()?))
    };
    let [labels, document, forest] =
        [number(rest, 0)?, number(rest, 3)?, number(rest, 4)?].map(|n| n as usize);
    if labels.max(document).max(forest) > 1 << 16 {
        return None;
    }
    let at = COUNTS + NUMBERS + 4 * (document + forest) + LABEL * labels;
    let (front, back) = rest.split_at_checked(at)?;
    let mut bytes = Pack::built_in().model()[..HEAD].to_vec();
    bytes.extend_from_slice(front);
    for bucket in 0..BUCKETS {
        let early = bucket <= number(fill, 0)? as usize;
        bytes.extend_from_slice(&number(fill, if early { 1 } else { 2 })?.to_le_bytes());
    }
    bytes.extend_from_slice(back);
    Some(bytes)
}

libfuzzer_sys::fuzz_target!(init: check::warm(), |data: &[u8]| {
    let Some(bytes) = file(data) else { return };
    let Some(model) = Model::open(&bytes) else { return };
    let (mut tokens, mut scratch) = (Vec::new(), Scratch::default());
    tokenize(TEXT, &mut tokens);
    model.score(TEXT, &tokens, &mut scratch);
    assert_eq!(scratch.scores.len(), model.labels.len());
    let _ = (0..model.labels.len().min(4)).map(|label| model.explain(label, &scratch).len()).sum::<usize>();
    let sentence = LabelledSentence {
        text: TEXT.into(),
        techniques: ["T1105".to_owned()].into(),
        reviewed: Some(true),
    };
    let labels = LabelledDocument { sentences: vec![sentence], ..LabelledDocument::default() };
    let continued = check::bounded(64 << 20, || {
        continue_from(&model, Pack::built_in(), &[&labels], &Settings::default())
    });
    assert!(Model::open(&continued.writer.bytes()).is_some(), "what is written can be read");
});
