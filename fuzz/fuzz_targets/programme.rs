//! By the first byte, rules of a programme, a catalogue of plans, a key or a signature: read, or told wrong at places that are there.
#![no_main]

use bartizan_programme::agreement::{PublicKey, Signature};
use bartizan_programme::plan::Catalogue;
use bartizan_programme::rules::{Act, Programme};
use bartizan_programme::{Error, Network};

fn told(error: &Error, bytes: &[u8]) {
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
    assert!(error.is_malformed() && !error.faults().is_empty() && !error.to_string().is_empty());
    for (line, column) in error.faults().iter().filter_map(|fault| fault.place) {
        assert!((1..=lines).contains(&line) && column >= 1);
    }
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((which, bytes)) = data.split_first() else { return };
    match which % 3 {
        0 => match Programme::parse(bytes) {
            Ok(programme) => {
                let determine = programme.act(Act::Determine);
                assert!(determine.by.is_disjoint(&determine.second) && !determine.second.is_empty());
                assert!(programme.editions.windows(2).all(|pair| pair[1].shows.is_subset(&pair[0].shows)));
            }
            Err(error) => told(&error, bytes),
        },
        1 => match Catalogue::parse(bytes) {
            Ok(catalogue) => {
                for plan in catalogue.plans {
                    assert_eq!(serde_json::from_str::<bartizan_programme::plan::Plan>(&plan.canonical()).expect("read again"), plan);
                }
            }
            Err(error) => told(&error, bytes),
        },
        _ => {
            let text = String::from_utf8_lossy(bytes);
            if let Ok(key) = text.parse::<PublicKey>() {
                assert_eq!(key.to_string().parse::<PublicKey>().expect("read again"), key);
            }
            if let Ok(signature) = text.parse::<Signature>() {
                assert_eq!(signature.as_str(), text);
            }
            if let Ok(network) = text.parse::<Network>() {
                assert_eq!(network.to_string().parse::<Network>().expect("read again"), network);
            }
        }
    }
});
