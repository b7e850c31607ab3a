//! Anything at all, and things that are almost right: nothing panics, and what is taken is written as it is read.

use bartizan_programme::agreement::{PublicKey, Signature};
use bartizan_programme::plan::{CATALOGUE, Catalogue};
use bartizan_programme::rules::{Programme, THIRTY_DAY};
use bartizan_programme::time::{Day, days_between, text};
use bartizan_programme::window::{Event, Window};
use bartizan_programme::{Digest, Network};
use jiff::tz::{Offset, TimeZone};
use proptest::prelude::*;

use crate::world::*;

/// A text with some of its bytes changed, taken out, put in or repeated.
fn almost(text: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let change = (0..text.len(), 0..6u8, any::<u8>(), 0..200usize);
    prop::collection::vec(change, 1..5).prop_map(move |changes| {
        let mut bytes = text.as_bytes().to_vec();
        for (at, how, byte, count) in changes {
            let at = at.min(bytes.len().saturating_sub(1));
            let end = (at + count).min(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => drop(bytes.drain(at..end)),
                3 => bytes.truncate(at),
                4 => bytes.splice(at..at, b"\n[[level]]\n".iter().copied()).for_each(drop),
                _ => {
                    let piece = bytes[at..end].to_vec();
                    bytes.splice(at..at, piece).for_each(drop);
                }
            }
            if bytes.is_empty() {
                bytes.push(byte);
            }
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rules_of_anybody_are_read_or_told_wrong(bytes in almost(THIRTY_DAY)) {
        match Programme::parse(&bytes) {
            Ok(programme) => prop_assert_eq!(programme.digest, Digest::of(&bytes)),
            Err(error) => {
                let lines = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
                prop_assert!(error.is_malformed() && !error.faults().is_empty());
                for (line, column) in error.faults().iter().filter_map(|fault| fault.place) {
                    prop_assert!((1..=lines).contains(&line) && column >= 1);
                }
            }
        }
    }

    #[test]
    fn catalogues_of_anybody_are_read_or_told_wrong(bytes in almost(CATALOGUE)) {
        if let Ok(catalogue) = Catalogue::parse(&bytes) {
            for plan in &catalogue.plans {
                let read = serde_json::from_str(&plan.canonical()).expect("read again");
                prop_assert_eq!(plan, &read);
                prop_assert_eq!(plan.digest(), read.digest());
            }
        }
    }

    #[test]
    fn keys_and_signatures_of_anybody_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), text in any::<String>()) {
        use base64::Engine;
        let body = base64::engine::general_purpose::STANDARD.encode(&bytes);
        for text in [text, body.clone(), format!("ssh-ed25519 {body}"), format!("-----BEGIN SSH SIGNATURE-----\n{body}\n-----END SSH SIGNATURE-----")] {
            if let Ok(key) = text.parse::<PublicKey>() {
                prop_assert_eq!(key.to_string().parse::<PublicKey>().map(|key| key.bytes()), Ok(key.bytes()));
            }
            if let Ok(signature) = text.parse::<Signature>() {
                prop_assert_eq!(signature.as_str(), text.as_str());
            }
        }
    }

    #[test]
    fn networks_are_written_as_they_are_read(address in any::<std::net::IpAddr>(), prefix in 0..=128u8, other in any::<std::net::IpAddr>()) {
        if let Ok(network) = format!("{address}/{prefix}").parse::<Network>() {
            prop_assert_eq!(network.to_string().parse::<Network>(), Ok(network));
            prop_assert!(network.contains(address));
            // The bits of the prefix, one by one.
            let bits = |address: std::net::IpAddr| -> Vec<bool> {
                let octets = match address.to_canonical() {
                    std::net::IpAddr::V4(v4) => v4.octets().to_vec(),
                    std::net::IpAddr::V6(v6) => v6.octets().to_vec(),
                };
                octets.iter().flat_map(|octet| (0..8).rev().map(move |bit| octet >> bit & 1 == 1)).collect()
            };
            let (own, others) = (bits(address), bits(other));
            let same = own.len() == others.len() && own[..usize::from(prefix)] == others[..usize::from(prefix)];
            prop_assert_eq!(network.contains(other), same);
        }
    }

    #[test]
    fn times_are_times(at in any::<i64>(), hours in -25..25i8, from in any::<i64>()) {
        prop_assert!(text(at).ends_with('Z'));
        let zone = TimeZone::fixed(Offset::from_hours(hours).expect("an offset"));
        let _ = days_between(from, at, &zone);
        if let Ok(day) = text(at).chars().take(10).collect::<String>().parse::<Day>() {
            prop_assert!(day.begins() <= at.max(0) && at < day.begins() + bartizan_programme::time::DAY);
        }
    }

    /// A log with a byte changed is none, or folds to something, or is refused; and never to two things.
    #[test]
    fn logs_of_anybody_are_folded_or_refused(at in any::<prop::sample::Index>(), byte in any::<u8>(), flip in any::<bool>()) {
        static LOG: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
        let log = LOG.get_or_init(|| serde_json::to_vec(&Room::determined().log).expect("written"));
        let mut bytes = log.clone();
        let at = at.index(bytes.len());
        bytes[at] = if flip { bytes[at] ^ (1 << (byte % 8)) } else { byte };
        if let Ok(events) = serde_json::from_slice::<Vec<Event>>(&bytes) {
            let folded = Window::fold(&programme(), &events);
            prop_assert_eq!(&folded, &Window::fold(&programme(), &events));
            if let Ok(window) = folded {
                prop_assert_eq!(window.events, u64::try_from(events.len()).expect("few"));
            }
        }
    }
}
