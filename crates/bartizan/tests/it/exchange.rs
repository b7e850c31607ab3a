//! Wire forms against their specifications: the JSON Schema, STIX's reference rules, offsets as a Python reader
//! slices them. The oracles in Python (`scripts/oracles.sh`) check the same files with the reference tools.

use crate::nasty;
use bartizan::exchange::{self, Format};
use bartizan::{Analysis, Verdict};
use bartizan_knowledge::Pack;
use bartizan_stix::Tlp;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

fn json(format: Format, analysis: &Analysis) -> Value {
    serde_json::from_slice(&exchange::render(format, analysis, Pack::built_in())).expect("well-formed JSON")
}

fn empty() -> Analysis {
    Analysis {
        document: bartizan::Document::default(),
        marking: None,
        now: 0,
        pack: String::new(),
        assisted: None,
        techniques: Vec::new(),
        observables: Vec::new(),
        withheld: Vec::new(),
        entities: Vec::new(),
        relations: Vec::new(),
        events: Vec::new(),
        mitigations: Vec::new(),
        fixes: Vec::new(),
        diagnostics: Vec::new(),
    }
}

#[test]
fn the_same_analysis_gives_the_same_bytes() {
    let (a, b) = (nasty::analysis(), nasty::analysis());
    for format in Format::ALL {
        let pack = Pack::built_in();
        assert_eq!(
            exchange::render(format, &a, pack),
            exchange::render(format, &b, pack),
            "{}",
            format.as_str()
        );
        assert_eq!(Format::parse(format.as_str()), Some(format));
    }
}

#[test]
fn analysis_json_validates_against_the_published_schema() {
    let published: Value =
        serde_json::from_str(include_str!("../../../../docs/schema/analysis-1.json")).expect("JSON");
    let validator = jsonschema::draft202012::new(&published).expect("a schema");
    for analysis in [nasty::analysis(), empty()] {
        let value = json(Format::Json, &analysis);
        let errors: Vec<String> = validator.iter_errors(&value).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
    // The schema does say something.
    let mut broken = json(Format::Json, &empty());
    broken["document"]["text"] = Value::Null;
    assert!(!validator.is_valid(&broken));
}

#[test]
fn published_schemas_are_those_of_the_code() {
    // That of analysis.json is checked where the assessment joins it (bartizan-response).
    let text = include_str!("../../../../docs/schema/stix-evidence-1.json");
    let published: Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(published, exchange::json::evidence_schema(), "run cargo xtask schema");
}

/// `text[start:end] == quote`, with text as a sequence of code points, as Python has it.
#[test]
fn offsets_count_code_points() {
    let value = json(Format::Json, &nasty::analysis());
    let text: Vec<char> = value["document"]["text"].as_str().expect("text").chars().collect();
    let slice = |at: &Value| -> String {
        let (start, end) = (at["start"].as_u64().expect("start"), at["end"].as_u64().expect("end"));
        text[start as usize..end as usize].iter().collect()
    };
    let mut seen = 0;
    for list in ["techniques", "observables", "entities", "relations", "events", "mitigations"] {
        for claim in value[list].as_array().expect("a list") {
            for place in claim["evidence"].as_array().expect("evidence") {
                assert_eq!(slice(place), place["quote"].as_str().expect("quote"));
                if let Some(words) = place["sentence"]["text"].as_str() {
                    assert_eq!(slice(&place["sentence"]), words);
                }
                seen += 1;
            }
        }
    }
    assert!(seen > 1000);
    let last = value["document"]["blocks"].as_array().and_then(|b| b.last()).expect("a block");
    assert!(slice(last).ends_with("and no more."));
}

/// All references in an object: properties named `…_ref` and `…_refs`, at any depth.
fn references<'v>(value: &'v Value, out: &mut Vec<&'v str>) {
    match value {
        Value::Object(map) => {
            for (key, item) in map {
                if key.ends_with("_ref") {
                    out.extend(item.as_str());
                } else if key.ends_with("_refs") {
                    out.extend(item.as_array().into_iter().flatten().filter_map(Value::as_str));
                } else {
                    references(item, out);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|i| references(i, out)),
        _ => {}
    }
}

#[test]
fn every_reference_resolves_and_everything_is_marked() {
    for analysis in [nasty::analysis(), empty()] {
        let bundle = json(Format::Stix, &analysis);
        let objects = bundle["objects"].as_array().expect("objects");
        let ids: BTreeSet<&str> = objects.iter().filter_map(|o| o["id"].as_str()).collect();
        assert_eq!(ids.len(), objects.len(), "identifiers are unique");
        let marking = exchange::marking(&analysis).marking_id();
        for object in objects {
            let mut refs = Vec::new();
            references(object, &mut refs);
            for reference in refs {
                assert!(ids.contains(reference), "{reference} in {object}");
            }
            if object["type"] != "marking-definition" {
                assert_eq!(object["object_marking_refs"][0], marking.as_str(), "{object}");
            }
        }
        let report = objects.iter().find(|o| o["type"] == "report").expect("a report");
        let named: BTreeSet<&str> =
            report["object_refs"].as_array().expect("refs").iter().filter_map(Value::as_str).collect();
        for id in &ids {
            let apart =
                ["marking-definition", "extension-definition", "report"].iter().any(|t| id.starts_with(t));
            assert!(apart || named.contains(id), "{id} is not in the report");
        }
    }
}

#[test]
fn an_indicator_is_based_on_the_object_it_detects_and_carries_its_evidence() {
    let analysis = nasty::analysis();
    let bundle = json(Format::Stix, &analysis);
    let objects = bundle["objects"].as_array().expect("objects");
    let by: BTreeMap<&str, &Value> =
        objects.iter().filter_map(|o| o["id"].as_str().map(|id| (id, o))).collect();
    let address = objects.iter().find(|o| o["type"] == "ipv4-addr").expect("an address");
    let observed = objects
        .iter()
        .find(|o| o["type"] == "observed-data" && o["object_refs"][0] == address["id"])
        .expect("observed data");
    let link = objects
        .iter()
        .find(|o| o["relationship_type"] == "based-on" && o["target_ref"] == observed["id"])
        .expect("based-on");
    let indicator = by[link["source_ref"].as_str().expect("source")];
    assert_eq!(indicator["pattern"], "[ipv4-addr:value = '198.51.100.7']");
    let (key, extension) =
        indicator["extensions"].as_object().and_then(|m| m.iter().next()).expect("an extension");
    assert_eq!(by[key.as_str()]["type"], "extension-definition");
    assert_eq!(extension["evidence"][0]["quote"], "198.51.100.7");
    let text: Vec<char> = analysis.document.text.chars().collect();
    let at = |name: &str| extension["evidence"][0][name].as_u64().expect("an offset") as usize;
    assert_eq!(text[at("start")..at("end")].iter().collect::<String>(), "198.51.100.7");
    // No relationship without a relation: one report with observables only has nothing but `based-on`.
    let mut plain = nasty::analysis();
    plain.relations.clear();
    for object in json(Format::Stix, &plain)["objects"].as_array().expect("objects") {
        assert!(object["type"] != "relationship" || object["relationship_type"] == "based-on", "{object}");
    }
}

#[test]
fn a_path_written_as_a_folder_is_a_directory() {
    let text = "The dropper creates C:\\ProgramData\\Winnit\\ and C:\\ProgramData\\Winnit\\a.exe, \
                then reads C:\\Windows\\Temp and is done.";
    let analyzer = bartizan::Analyzer::new(Pack::built_in());
    let input = bartizan::Input::new("case.txt", text);
    let analysis = analyzer.analyze(&input, &bartizan::Options::default()).expect("a text is read");
    let bundle = json(Format::Stix, &analysis);
    let of = |kind: &str, member: &str| -> BTreeSet<String> {
        let objects = bundle["objects"].as_array().expect("objects").iter();
        objects.filter(|o| o["type"] == kind).filter_map(|o| Some(o[member].as_str()?.to_owned())).collect()
    };
    assert_eq!(
        of("directory", "path"),
        [r"C:\ProgramData\Winnit", r"C:\Windows\Temp"].map(str::to_owned).into()
    );
    assert_eq!(of("file", "name"), ["a.exe".to_owned()].into());
    let patterns = of("indicator", "pattern");
    assert!(patterns.contains(r"[directory:path = 'C:\\ProgramData\\Winnit']"), "{patterns:?}");
    assert!(!patterns.iter().any(|p| p.contains("Temp")), "{patterns:?}");
}

#[test]
fn the_extension_content_validates_against_its_schema() {
    let validator = jsonschema::draft202012::new(&exchange::json::evidence_schema()).expect("a schema");
    let bundle = json(Format::Stix, &nasty::analysis());
    let mut seen = 0;
    for object in bundle["objects"].as_array().expect("objects") {
        if object["type"] == "marking-definition" || object["type"] == "process" {
            continue;
        }
        for content in object["extensions"].as_object().into_iter().flat_map(|m| m.values()) {
            let errors: Vec<String> = validator.iter_errors(content).map(|e| e.to_string()).collect();
            assert!(errors.is_empty(), "{errors:?} in {content}");
            seen += 1;
        }
    }
    assert!(seen > 500, "{seen}");
}

#[test]
fn what_stix_has_no_form_for_is_counted() {
    let bundle = json(Format::Stix, &nasty::analysis());
    let report = bundle["objects"]
        .as_array()
        .expect("objects")
        .iter()
        .find(|o| o["type"] == "report")
        .expect("report");
    let extension = report["extensions"].as_object().and_then(|m| m.values().next()).expect("extension");
    let kinds: BTreeSet<&str> =
        extension["omitted"].as_array().expect("omitted").iter().filter_map(|o| o["kind"].as_str()).collect();
    for kind in ["btc", "eth", "guid", "pipe", "ja3", "policy", "arn"] {
        assert!(kinds.contains(kind), "{kind}");
    }
}

#[test]
fn without_a_marking_everything_is_amber() {
    let mut analysis = empty();
    assert_eq!(json(Format::Json, &analysis)["marking"], "TLP:AMBER");
    assert_eq!(json(Format::Json, &analysis)["marking_is_default"], true);
    analysis.marking = Some(Tlp::Clear);
    assert_eq!(json(Format::Json, &analysis)["marking"], "TLP:CLEAR");
    assert_eq!(json(Format::Stix, &analysis)["objects"][0]["name"], "TLP:CLEAR");
}

#[test]
fn one_layer_for_each_domain_and_no_invented_technique() {
    let analysis = nasty::analysis();
    let main = json(Format::Navigator, &analysis);
    assert_eq!(main["domain"], "enterprise-attack");
    assert_eq!(main["versions"]["layer"], "4.5");
    let ids = |layer: &Value| -> Vec<String> {
        let techniques = layer["techniques"].as_array().expect("techniques").iter();
        techniques.filter_map(|t| t["techniqueID"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(ids(&main), ["T1059", "T1059.001", "T1071", "T9999"]);
    assert_eq!(main["techniques"][1]["score"], 70);
    let more = exchange::extra_files(&analysis, Pack::built_in(), &[]);
    let names: Vec<&str> = more.iter().map(|(n, _)| n.as_str()).collect();
    assert_eq!(names, ["attack-navigator-layer-mobile.json", "attack-navigator-layer-ics.json"]);
    let none = json(Format::Navigator, &empty());
    assert_eq!(ids(&none), [""; 0]);
    assert!(exchange::extra_files(&empty(), Pack::built_in(), &[]).is_empty());
}

/// A reader of RFC 4180, independent of the writer.
fn read_csv(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, quoted) {
            ('"', true) if chars.peek() == Some(&'"') => cell.extend(chars.next()),
            ('"', _) => quoted = !quoted,
            (',', false) => row.push(std::mem::take(&mut cell)),
            ('\r', false) => {
                assert_eq!(chars.next(), Some('\n'), "a bare carriage return outside quotes");
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            (c, _) => cell.push(c),
        }
    }
    assert!(cell.is_empty() && row.is_empty() && !quoted, "the table ends with a row");
    rows
}

#[test]
fn csv_is_a_rectangle_of_harmless_cells() {
    let analysis = nasty::analysis();
    let rows = read_csv(&exchange::csv::observables(&analysis));
    assert_eq!(rows.len(), analysis.observables.len() + 1);
    assert_eq!(rows[0], exchange::csv::COLUMNS);
    for (row, observable) in rows[1..].iter().zip(&analysis.observables) {
        assert_eq!(row.len(), exchange::csv::COLUMNS.len());
        for cell in row {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
        }
        let plain =
            !observable.value.chars().any(char::is_control) && !observable.value.starts_with(['=', '@']);
        if plain {
            assert_eq!(row[2], observable.value);
        }
        assert_eq!(row[4], (observable.verdict == Verdict::Indicator).to_string());
    }
}

#[test]
fn markdown_holds_no_markup_or_link_from_the_report() {
    let text = exchange::markdown::report(&nasty::analysis(), Pack::built_in());
    use pulldown_cmark::{Event, Options as O, Parser};
    let mut tables = 0;
    for event in
        Parser::new_ext(&text, O::ENABLE_TABLES | O::ENABLE_GFM | O::ENABLE_STRIKETHROUGH | O::ENABLE_MATH)
    {
        match event {
            Event::Html(h) | Event::InlineHtml(h) => panic!("markup: {h}"),
            Event::Start(
                pulldown_cmark::Tag::Link { dest_url, .. } | pulldown_cmark::Tag::Image { dest_url, .. },
            ) => {
                panic!("a link to {dest_url}")
            }
            Event::Start(pulldown_cmark::Tag::Table(_)) => tables += 1,
            _ => {}
        }
    }
    assert_eq!(tables, 4, "indicators, observables, entities, timeline");
}

#[test]
fn lists_are_one_value_a_line() {
    let analysis = nasty::analysis();
    let list = exchange::csv::list(&analysis);
    assert!(list.lines().any(|l| l == "198.51.100.7"));
    let patterns = exchange::stix::patterns(&analysis);
    assert!(patterns.lines().all(|p| p.starts_with('[') && p.ends_with(']')));
    let unique: BTreeSet<&str> = patterns.lines().collect();
    assert_eq!(unique.len(), patterns.lines().count());
}

/// Bundles spoiled value by value: what is read of them goes on by the rules of versions, whatever it holds.
#[test]
fn spoiled_earlier_bundles_give_whole_ones() {
    let analysis = nasty::analysis();
    let (pack, marking) = (Pack::built_in(), exchange::marking(&analysis));
    let good = json(Format::Stix, &analysis);
    let read = |bundle: &Value| exchange::stix::Lineage::read(bundle, &analysis.document.sha256, marking);
    assert!(read(&good).is_some(), "the case needs a bundle of ours");
    assert!(read(&serde_json::json!([good])).is_none());
    let mut random = bartizan::learning::SplitMix64::new(20_261_130);
    let count = good["objects"].as_array().expect("objects").len();
    let mut continued = 0;
    for _ in 0..400 {
        let mut bundle = good.clone();
        for _ in 0..=random.below(3) {
            let object = bundle["objects"][random.below(count)].as_object_mut().expect("an object");
            let keys: Vec<String> = object.keys().cloned().collect();
            let value = match random.below(7) {
                0 => Value::Null,
                1 => Value::from("indicator--00000000-0000-4000-8000-000000000000"),
                2 => Value::from(f64::MAX),
                3 => Value::from(vec![Value::Null, Value::from("malware--x")]),
                4 => Value::from("9999-12-31T23:59:59.999Z"),
                5 => Value::from(true),
                _ => Value::from("<b>\u{202e}\u{0}"),
            };
            object.insert(keys[random.below(keys.len())].clone(), value);
        }
        let Some(lineage) = read(&bundle) else { continue };
        continued += 1;
        let next = exchange::stix::bundle_with(&analysis, pack, &Default::default(), Some(&lineage));
        let ids: BTreeSet<String> = next.objects.iter().map(|item| item.id().to_string()).collect();
        assert_eq!(ids.len(), next.objects.len(), "no object twice");
    }
    assert!(continued > 100, "most spoiled bundles are still bundles: {continued}");
}

/// What was withdrawn is revoked, version upon version, and what comes back has identifiers of its own.
#[test]
fn withdrawn_bundles_are_revoked_and_end() {
    let analysis = nasty::analysis();
    let (pack, marking) = (Pack::built_in(), exchange::marking(&analysis));
    let good = json(Format::Stix, &analysis);
    let document = exchange::stix::Lineage::document(&good).expect("a report of ours");
    assert_eq!(document, analysis.document.sha256);
    let lineage = exchange::stix::Lineage::read(&good, document, marking).expect("a bundle of ours");
    let gone = serde_json::to_value(lineage.withdraw(marking, analysis.now)).expect("JSON");
    let own = |bundle: &Value| -> BTreeMap<String, Value> {
        let objects = bundle["objects"].as_array().expect("objects").iter();
        let ours = objects.filter(|o| o["created_by_ref"] == good["objects"][1]["created_by_ref"]);
        let ours = ours.filter(|o| o["type"] != "extension-definition");
        ours.map(|o| (o["id"].as_str().expect("an id").to_owned(), o.clone())).collect()
    };
    let (before, after) = (own(&good), own(&gone));
    assert!(before.len() > 10 && before.keys().eq(after.keys()), "each of them, and nothing else of ours");
    for (id, object) in &after {
        assert_eq!(object["revoked"], true, "{id}");
        assert_eq!(object["created"], before[id]["created"], "{id}");
        let version = |o: &Value| o["modified"].as_str().expect("a version").to_owned();
        assert!(version(object) > version(&before[id]), "{id}");
    }
    // Withdrawn once more, nothing moves.
    let read = |bundle: &Value| exchange::stix::Lineage::read(bundle, document, marking).expect("ours");
    let again = serde_json::to_value(read(&gone).withdraw(marking, analysis.now + 60)).expect("JSON");
    assert_eq!(own(&again), after);
    // What comes back is another object; what is revoked stays so.
    let back = exchange::stix::bundle_with(&analysis, pack, &Default::default(), Some(&read(&gone)));
    let back = serde_json::to_value(back).expect("JSON");
    let reborn = own(&back);
    assert_eq!(reborn.len(), 2 * before.len());
    for (id, object) in &reborn {
        assert_eq!(object.get("revoked").is_some(), before.contains_key(id), "{id}");
    }
    // And goes on under those identifiers.
    let third = exchange::stix::bundle_with(&analysis, pack, &Default::default(), Some(&read(&back)));
    assert_eq!(own(&serde_json::to_value(third).expect("JSON")), reborn);
}
