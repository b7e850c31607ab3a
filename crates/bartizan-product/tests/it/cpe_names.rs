//! CPE names: the examples of NISTIR 7695 and 7696, and ranges.

use bartizan_product::Cpe;
use bartizan_product::cpe::{
    Attribute, CpeRange, Inside, Relation, Value, compare_attributes, compare_names,
};

fn name(text: &str) -> Cpe {
    Cpe::parse(text).expect(text)
}

/// NISTIR 7695, section 6.1.2.4 and 6.2.2.3: the same well-formed name in both bindings.
#[test]
fn both_bindings() {
    let cases = [
        (
            "cpe:/a:microsoft:internet_explorer:8.0.6001:beta",
            "cpe:2.3:a:microsoft:internet_explorer:8.0.6001:beta:*:*:*:*:*:*",
        ),
        (
            "cpe:/a:microsoft:internet_explorer:8.%02:sp%01",
            "cpe:2.3:a:microsoft:internet_explorer:8.*:sp?:*:*:*:*:*:*",
        ),
        (
            "cpe:/a:hp:insight_diagnostics:7.4.0.1570:-:~~online~win2003~x64~",
            "cpe:2.3:a:hp:insight_diagnostics:7.4.0.1570:-:*:*:online:win2003:x64:*",
        ),
        (
            "cpe:/a:hp:openview_network_manager:7.51::~~~linux~~",
            "cpe:2.3:a:hp:openview_network_manager:7.51:*:*:*:*:linux:*:*",
        ),
        (
            "cpe:/a:foo%5cbar:big%24money_manager_2010:::~~special~ipod_touch~80gb~",
            r"cpe:2.3:a:foo\\bar:big\$money_manager_2010:*:*:*:*:special:ipod_touch:80gb:*",
        ),
    ];
    for (uri, formatted) in cases {
        assert_eq!(name(uri).to_string(), formatted);
        assert_eq!(name(formatted).to_uri(), uri);
        assert_eq!(name(uri), name(formatted));
    }
}

#[test]
fn what_is_no_name() {
    for text in [
        "",
        "cpe:2.3:a:b",
        "cpe:2.3:x:vendor:product:1:*:*:*:*:*:*:*",
        "cpe:2.3:a:ven*dor:product:1:*:*:*:*:*:*:*",
        "cpe:2.3:a::product:1:*:*:*:*:*:*:*",
        "cpe:/a:foo%5:bar",
        "cpe:/a:b:c:d:e:~one~two:g",
        "cpe:/a:b:c:d:e:f:g:h",
    ] {
        assert!(Cpe::parse(text).is_err(), "{text}");
    }
}

/// NISTIR 7696, table 6-2, row by row.
#[test]
fn the_table_of_relations() {
    let literal = Value::literal;
    let wild = Value::Text("foo*".into());
    let cases = [
        (Value::Any, Value::Any, Relation::Equal),
        (Value::Any, Value::NotApplicable, Relation::Superset),
        (Value::Any, literal("foo"), Relation::Superset),
        (Value::Any, wild.clone(), Relation::Undefined),
        (Value::NotApplicable, Value::Any, Relation::Subset),
        (Value::NotApplicable, Value::NotApplicable, Relation::Equal),
        (Value::NotApplicable, literal("foo"), Relation::Disjoint),
        (Value::NotApplicable, wild.clone(), Relation::Undefined),
        (literal("foo"), Value::Any, Relation::Subset),
        (literal("foo"), Value::NotApplicable, Relation::Disjoint),
        (literal("foo"), literal("foo"), Relation::Equal),
        (literal("foo"), literal("bar"), Relation::Disjoint),
        (literal("foo"), wild.clone(), Relation::Undefined),
        (wild.clone(), Value::Any, Relation::Subset),
        (wild.clone(), Value::NotApplicable, Relation::Disjoint),
        (wild.clone(), literal("foobar"), Relation::Superset),
        (wild.clone(), literal("barfoo"), Relation::Disjoint),
        (wild.clone(), wild.clone(), Relation::Undefined),
    ];
    for (source, target, relation) in cases {
        assert_eq!(compare_attributes(&source, &target), relation, "{source:?} {target:?}");
    }
}

#[test]
fn wildcards() {
    let cases = [
        (r"8\.?", "8.1", true),
        (r"8\.?", "8.", true),
        (r"8\.?", "8.12", false),
        (r"8\.*", "8.12", true),
        ("*box*", "virtualbox_5", true),
        ("?box", "xbox", true),
        ("?box", "xxbox", false),
        ("??box", "box", true),
    ];
    for (source, target, covered) in cases {
        let relation = compare_attributes(&Value::Text(source.into()), &Value::literal(target));
        assert_eq!(relation == Relation::Superset, covered, "{source} {target}");
    }
}

/// NISTIR 7696, section 6.2: a name with more left open is the superset.
#[test]
fn names() {
    let wide = name("cpe:2.3:a:adobe:*:*:*:*:*:*:palmos:*:*");
    let narrow = name("cpe:2.3:a:adobe:reader:9.3.2:*:*:*:*:palmos:*:*");
    assert_eq!(compare_names(&wide, &narrow), Relation::Superset);
    assert_eq!(compare_names(&narrow, &wide), Relation::Subset);
    assert_eq!(compare_names(&wide, &wide), Relation::Equal);
    let other = name("cpe:2.3:a:adobe:reader:9.3.2:*:*:*:*:windows:*:*");
    assert_eq!(compare_names(&wide, &other), Relation::Disjoint);
}

#[test]
fn ranges() {
    let range = CpeRange {
        start_including: Some("2.4.0".into()),
        end_excluding: Some("2.4.50".into()),
        ..CpeRange::exact(name("cpe:2.3:a:apache:http_server:*:*:*:*:*:*:*:*"))
    };
    let at = |version: &str| name(&format!("cpe:2.3:a:apache:http_server:{version}:*:*:*:*:*:*:*"));
    assert_eq!(range.matches(&at("2.4.0")), Inside::Yes);
    assert_eq!(range.matches(&at("2.4.49")), Inside::Yes);
    assert_eq!(range.matches(&at("2.4.50")), Inside::No);
    assert_eq!(range.matches(&at("2.2.9")), Inside::No);
    assert!(matches!(range.matches(&at("*")), Inside::Perhaps(_)));
    assert!(matches!(range.matches(&at("-")), Inside::Perhaps(_)));
    assert_eq!(range.matches(&name("cpe:/a:apache:tomcat:2.4.1")), Inside::OtherProduct);
    let exact = CpeRange::exact(at("2.4.49"));
    assert_eq!(exact.matches(&at("2.4.49")), Inside::Yes);
    assert_eq!(exact.matches(&at("2.4.48")), Inside::No);
    assert!(matches!(exact.matches(&at("*")), Inside::Perhaps(_)));
    assert!(matches!(exact.matches(&at("-")), Inside::Perhaps(_)));
}

#[test]
fn quoting_is_undone() {
    let name = name(r"cpe:2.3:a:vendor:c\+\+:1.0\:2:*:*:*:*:*:*:*");
    assert_eq!(name.plain(Attribute::Product).as_deref(), Some("c++"));
    assert_eq!(name.plain(Attribute::Version).as_deref(), Some("1.0:2"));
    assert_eq!(name.plain(Attribute::Update), None);
}
