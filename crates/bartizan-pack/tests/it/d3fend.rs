//! The inference against MITRE's published mapping and against the earlier computation in another language.

use crate::upstream::shared;
use bartizan_pack::infer;
use std::collections::BTreeSet;
use std::io::Read;

fn unpacked(name: &str) -> Option<String> {
    let path = shared()?.join("knowledge").join(name);
    let packed = std::fs::File::open(path).expect("the file");
    let mut text = String::new();
    let mut reader = ruzstd::decoding::StreamingDecoder::new(packed).expect("zstd");
    reader.read_to_string(&mut text).expect("UTF-8");
    Some(text)
}

/// Technique, relation, artifact, artifact, relation, countermeasure; and `own` where the table has it.
type Cells = (Vec<String>, bool);

fn table(name: &str) -> Option<BTreeSet<Cells>> {
    let text = unpacked(name)?;
    let rows = text.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        // The sixth is the class of the countermeasure, which we do not keep.
        let kept = [0, 1, 2, 3, 4, 6].map(|i| cells[i].to_owned());
        (kept.to_vec(), cells.get(7).is_some_and(|own| *own == "1"))
    });
    Some(rows.collect())
}

fn inferred(name: &str) -> Option<BTreeSet<Cells>> {
    let text = unpacked(name)?;
    let inference = infer(&text).expect("Turtle");
    let rows = inference.rows.iter().map(|r| {
        let cells =
            [r.technique, r.off_relation, r.off_artifact, r.def_artifact, r.def_relation, r.countermeasure];
        (cells.map(str::to_owned).to_vec(), r.own)
    });
    Some(rows.collect())
}

fn pairs<'r>(rows: impl IntoIterator<Item = &'r Vec<String>>) -> BTreeSet<(&'r str, &'r str)> {
    rows.into_iter().map(|r| (r[0].as_str(), r[5].as_str())).collect()
}

#[test]
fn every_official_row_and_no_other() {
    let Some(ours) = inferred("d3fend-1.0.0.ttl.zst") else { return };
    let official = table("d3fend-1.0.0-official-attack-mappings.csv.zst").expect("there");
    let ours: BTreeSet<Vec<String>> = ours.into_iter().map(|(row, _)| row).collect();
    let official: BTreeSet<Vec<String>> = official.into_iter().map(|(row, _)| row).collect();
    assert_eq!(official.len(), 5_647);
    assert_eq!(pairs(&official).len(), 4_329);
    let missing: Vec<_> = official.difference(&ours).collect();
    assert!(missing.is_empty(), "{} missing, {:?}", missing.len(), missing.first());
    // The published file of this one technique is not in the snapshot the oracle was made from.
    let extra: Vec<_> = ours.difference(&official).filter(|row| row[0] != "T1546").collect();
    assert!(extra.is_empty(), "{} extra, {:?}", extra.len(), extra.first());
    assert_eq!(ours.len(), 5_816);
}

#[test]
fn the_shipped_version_agrees_with_an_independent_computation() {
    let Some(ours) = inferred("d3fend-1.2.0-protege.ttl.zst") else { return };
    let other = table("d3fend-1.2.0-inferred-attack-mappings.csv.zst").expect("there");
    assert_eq!(ours.len(), 6_614);
    let wrong: Vec<_> = ours.symmetric_difference(&other).collect();
    assert!(wrong.is_empty(), "{} differ, {:?}", wrong.len(), wrong.first());
}

/// Hand-made: what each clause of the rule lets through and what it does not.
#[test]
fn the_rule_clause_by_clause() {
    let text = r#"
@prefix : <http://d3fend.mitre.org/ontologies/d3fend.owl#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:File rdfs:subClassOf :DigitalArtifact ; rdfs:label "File" .
:Script rdfs:subClassOf :File .
:Weather rdfs:label "no artifact" .
:T9 :attack-id "T9" ; :modifies :Script, :Weather .
:T9.001 :attack-id "T9.001" ; rdfs:subClassOf :T9 .
:T9.002 :attack-id "T9.002" ; rdfs:subClassOf :T9, [ a owl:Restriction ; owl:onProperty :reads ; owl:someValuesFrom :File ] .
:T91 :attack-id "T91" .
:Analysis rdfs:subClassOf :DefensiveTechnique ; :enables :Detect ; :d3fend-id "D3-A" .
:Detect rdfs:label "Detect" .
:FileA rdfs:subClassOf :Analysis ; :d3fend-id "D3-F" ; :analyzes :File .
:ScriptA rdfs:subClassOf :FileA ; :d3fend-id "D3-S" ; :analyzes :Script, :Weather .
:Average rdfs:subClassOf :Mathematics ; :d3fend-id "D3-M" ; :analyzes :File .
:Idle rdfs:subClassOf :DefensiveTechnique ; :d3fend-id "D3-I" ; :analyzes :File .
"#;
    let inference = infer(text).expect("Turtle");
    let found: Vec<String> = inference
        .rows
        .iter()
        .map(|r| {
            let own = if r.own { "own" } else { "family" };
            format!(
                "{} {} {} < {} {} {} {own}",
                r.technique, r.off_relation, r.off_artifact, r.def_artifact, r.def_relation, r.countermeasure
            )
        })
        .collect();
    let expected = [
        "T9 modifies Script < File analyzes D3-F own",
        "T9 modifies Script < Script analyzes D3-S own",
        "T9 reads File < File analyzes D3-F family",
        "T9.001 modifies Script < File analyzes D3-F family",
        "T9.001 modifies Script < Script analyzes D3-S family",
        "T9.002 modifies Script < File analyzes D3-F family",
        "T9.002 modifies Script < Script analyzes D3-S family",
        "T9.002 reads File < File analyzes D3-F own",
    ];
    assert_eq!(found, expected);
    assert!(
        inference.countermeasures.iter().all(|c| c.tactic == "Detect"),
        "{:?}",
        inference.countermeasures
    );
    assert_eq!(inference.artifacts.get("File"), Some(&"File"));
}
