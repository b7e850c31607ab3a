//! Every code of a finding has a case.

use super::{Code, Limits, misp, syndication};
use std::collections::BTreeSet;

#[test]
fn every_code_has_a_case() {
    let mut seen: BTreeSet<Code> = misp::tests::everything_wrong().iter().map(|f| f.code).collect();
    let limits = Limits { entries: 3, depth: 5, text: 20, ..Limits::default() };
    let feeds: [&[u8]; 3] = [
        b"<rss><channel><item><title>&x;</title><link>file:///x</link><pubDate>soon</pubDate></item><item></item></wrong>",
        b"<rss><channel><item><guid>1</guid></item><item><guid>2</guid></item><item><guid>3</guid></item><item/></channel></rss>",
        b"<rss><channel><title>\xff012345678901234567890</title><a><b><c><d><e></e></d></c></b></a></channel></rss>",
    ];
    for feed in feeds {
        let (_, findings) = syndication::read(feed, None, &limits).expect("a feed");
        seen.extend(findings.iter().map(|f| f.code));
    }
    let missing: Vec<&Code> = Code::ALL.iter().filter(|c| !seen.contains(c)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
