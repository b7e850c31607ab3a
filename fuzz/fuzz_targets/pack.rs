#![no_main]

mod check;

use bartizan_knowledge::{Domain, Pack, changes};
use sha2::{Digest, Sha256};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Packs opened so far: an opened one stays in memory, so a run opens no more than these.
static OPENED: AtomicUsize = AtomicUsize::new(0);
const MOST: usize = 50_000;

// The last byte says whether the checksum is made right, as an attacker would.
libfuzzer_sys::fuzz_target!(init: { let _ = Pack::built_in().names().len(); }, |data: &[u8]| {
    let Some((&last, bytes)) = data.split_last() else { return };
    let mut bytes = bytes.to_vec();
    if last % 8 != 0 && bytes.len() >= 48 {
        let mut sum = Sha256::new();
        sum.update(&bytes[8..16]);
        sum.update(&bytes[48..]);
        let sum: [u8; 32] = sum.finalize().into();
        bytes[16..48].copy_from_slice(&sum);
    }
    // serde reserves up to a MiB for a list before it sees its items.
    let good = check::bounded(16 << 20, || Pack::check(&bytes).is_ok());
    if !good || OPENED.fetch_add(1, Ordering::Relaxed) >= MOST {
        return;
    }
    let pack = check::bounded(16 << 20, || Pack::open(bytes)).expect("what was checked opens");
    check::bounded(16 << 20, || look(pack));
    let _ = changes(pack, pack).len();
    // What an update does: take everything out and write it again.
    if let Ok(again) = pack.facts().encode() {
        assert!(Pack::check(&again).is_ok());
    }
});

fn look(pack: &Pack) {
    let _ = (pack.built(), pack.version_line(), pack.section_sizes().count());
    for domain in Domain::ALL {
        let _ = pack.tactics(domain);
    }
    let own = pack.techniques().iter().map(|t| t.id).chain(pack.objects().iter().map(|o| o.id)).take(8);
    for id in own.chain(["T0001", "G0001", "", "zzz"]) {
        let _ = (
            pack.technique(id),
            pack.resolve(id),
            pack.object(id),
            pack.links_from(id),
            pack.links_to(id).count(),
        );
        let _ = (pack.cwe(id), pack.capec(id), pack.kev(id), pack.is_tld(id), pack.warning_list(id));
    }
    let answered = pack.paths().iter().map(|p| p.technique).chain(pack.control_links().iter().map(|l| l.technique));
    for id in answered.take(8).chain(["T0001", ""]) {
        for path in pack.paths_to(id) {
            let _ = (pack.artifact(path.artifact), pack.countermeasure_tactic(path.countermeasure));
        }
        for link in pack.controls_of(id) {
            let control = &pack.controls()[link.control as usize];
            let _ = &pack.frameworks()[usize::from(control.framework)];
        }
    }
    for name in pack.names() {
        assert!((name.entry as usize) < pack.entries().len());
    }
    for host in ["a.com", "x.a.com", "com", "", ".", "zz.org."] {
        let _ = (pack.domain_warnings(host), pack.email_warnings(host));
    }
    let _ = pack.email_warnings("abuse@a.com");
    for ip in ["10.0.0.1", "::1", "255.255.255.255", "::ffff:10.0.0.1"] {
        let _ = pack.ip_warnings(ip.parse().expect("an address"));
    }
    let _ = pack.hash_warnings("07070707070707070707070707070707");
}
