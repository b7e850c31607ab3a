//! What the pages load.

use crate::fixture::{self, Manner};
use bartizan_workbench::{POLICY, assets};

#[test]
fn pages_name_only_files_that_exist() {
    let paths: Vec<&str> = assets().iter().map(|a| a.path.as_str()).collect();
    for (name, html) in fixture::pages(Manner::Plain) {
        for piece in html.split("\"/assets/").skip(1) {
            let path = format!("/assets/{}", piece.split('"').next().unwrap_or_default());
            assert!(paths.contains(&path.as_str()), "{name}: {path}");
        }
    }
    for asset in assets() {
        assert!(!asset.bytes.is_empty(), "{}", asset.path);
        let hash = asset.path.rsplit_once('-').and_then(|(_, end)| end.split_once('.')).map(|(hash, _)| hash);
        assert!(
            hash.is_some_and(|h| h.len() == 16 && h.bytes().all(|b| b.is_ascii_hexdigit())),
            "{}",
            asset.path
        );
    }
}

#[test]
fn the_policy_allows_nothing_inline() {
    assert!(!POLICY.contains("unsafe") && POLICY.contains("frame-ancestors 'none'"), "{POLICY}");
    assert!(!POLICY.contains("  "), "one space between parts");
}

#[test]
fn scripts_of_pages_stay_small() {
    // The budget is 60 KB compressed on any page but the graph; uncompressed is the stricter measure.
    let size = |start: &str| {
        let file =
            assets().iter().find(|a| a.path.starts_with(&format!("/assets/{start}-"))).expect("the file");
        file.bytes.len()
    };
    assert!(size("start") + size("workbench") + size("review") < 60_000);
}
