//! The valid and invalid documents of the CycloneDX project.

use crate::shared;
use bartizan_product::check_cyclonedx;
use std::collections::BTreeMap;

#[test]
fn valid_and_invalid_documents_are_told_apart() {
    let Some(folder) = shared::unpacked("cyclonedx-schemas-and-documents") else { return };
    let mut counts: BTreeMap<(String, &str), (usize, usize)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for ending in ["json", "xml"] {
        for file in shared::files(&folder.join("tools/src/test/resources"), &format!(".{ending}")) {
            let name = file.file_name().expect("a name").to_string_lossy().into_owned();
            let valid = match name.split('-').next() {
                Some("valid") => true,
                Some("invalid") => false,
                // Left out by the project's own tests, or not decided by a schema.
                _ => continue,
            };
            let version =
                file.parent().expect("a folder").file_name().expect("a name").to_string_lossy().into_owned();
            if version == "ext" {
                continue;
            }
            let count = counts.entry((version, ending)).or_default();
            count.1 += 1;
            match check_cyclonedx(&shared::text(&file)) {
                Ok(_) if valid => count.0 += 1,
                Err(_) if !valid => count.0 += 1,
                other => wrong.push(format!("{}: {other:?}", file.display())),
            }
        }
    }
    for ((version, format), (right, all)) in &counts {
        println!("CycloneDX {version} {format}: {right} of {all}");
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}
