//! Inventories in every format, and hostile ones.

use bartizan_product::inventory::{Defaults, Diagnostic, Exposure, Format, Inventory};
use bartizan_product::matching::ReasonCode;
use bartizan_product::{Code, Error};
use std::collections::BTreeSet;
use std::fmt::Write;

fn read(text: &str) -> Inventory {
    let defaults = Defaults { asset: "unnamed".into(), exposure: Exposure::Unknown };
    Inventory::read(text.as_bytes(), &defaults).expect("an inventory")
}

fn refused(bytes: &[u8]) -> Code {
    Inventory::read(bytes, &Defaults::default()).map_err(|e: Error| e.code()).expect_err("refused")
}

fn codes(inventory: &Inventory) -> Vec<(Code, &str)> {
    inventory.diagnostics.iter().map(|d: &Diagnostic| (d.code, d.place.as_str())).collect()
}

/// The same two packages in each format of a bill of materials.
#[test]
fn bills_of_materials() {
    let cyclonedx_json = r#"{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"component":{"type":"application",
        "name":"shop","version":"3"},"properties":[{"name":"acme:exposure","value":"yes"}]},"components":[{"type":"library",
        "bom-ref":"1","group":"org.example","name":"core","version":"1.0","purl":"pkg:maven/org.example/core@1.0","components":[
        {"type":"library","name":"inner","version":"2.0","cpe":"cpe:2.3:a:example:inner:2.0:*:*:*:*:*:*:*"}]}]}"#;
    let cyclonedx_xml = r#"<?xml version="1.0"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.5" version="1"><metadata><component type="application"><name>shop</name>
<version>3</version></component><properties><property name="acme:exposure">yes</property></properties></metadata>
<components><component type="library" bom-ref="1"><group>org.example</group><name>core</name><version>1.0</version>
<purl>pkg:maven/org.example/core@1.0</purl><components><component type="library"><name>inner</name><version>2.0</version>
<cpe>cpe:2.3:a:example:inner:2.0:*:*:*:*:*:*:*</cpe></component></components></component></components></bom>"#;
    let spdx_json = r#"{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"shop","dataLicense":"CC0-1.0",
        "creationInfo":{},"documentNamespace":"https://example.org/1","packages":[{"SPDXID":"SPDXRef-1","name":"core",
        "versionInfo":"1.0","externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl",
        "referenceLocator":"pkg:maven/org.example/core@1.0"}]},{"SPDXID":"SPDXRef-2","name":"inner","versionInfo":"2.0",
        "externalRefs":[{"referenceCategory":"SECURITY","referenceType":"cpe23Type",
        "referenceLocator":"cpe:2.3:a:example:inner:2.0:*:*:*:*:*:*:*"}]}]}"#;
    let spdx_tags = "SPDXVersion: SPDX-2.3\nDocumentName: shop\nPackageName: core\nSPDXID: SPDXRef-1\nPackageVersion: 1.0\n\
        PackageComment: <text>two\nPackageName: not one</text>\n\
        ExternalRef: PACKAGE-MANAGER purl pkg:maven/org.example/core@1.0\nPackageName: inner\nPackageVersion: 2.0\n\
        ExternalRef: SECURITY cpe23Type cpe:2.3:a:example:inner:2.0:*:*:*:*:*:*:*\n";
    let spdx3 = r#"{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"CreationInfo",
        "specVersion":"3.0.1"},{"type":"SpdxDocument","name":"shop"},{"type":"software_Package","spdxId":"urn:1",
        "name":"core","software_packageVersion":"1.0","software_packageUrl":"pkg:maven/org.example/core@1.0"},
        {"type":"software_Package","spdxId":"urn:2","name":"inner","software_packageVersion":"2.0","externalIdentifier":
        [{"type":"ExternalIdentifier","externalIdentifierType":"cpe23",
        "identifier":"cpe:2.3:a:example:inner:2.0:*:*:*:*:*:*:*"}]}]}"#;
    let cases = [
        (cyclonedx_json, Format::CycloneDxJson, "1.5"),
        (cyclonedx_xml, Format::CycloneDxXml, "1.5"),
        (spdx_json, Format::SpdxJson, "2.3"),
        (spdx_tags, Format::SpdxTags, "2.3"),
        (spdx3, Format::Spdx3, "3.0.1"),
    ];
    for (text, format, version) in cases {
        let inventory = read(text);
        assert_eq!((inventory.format, inventory.version.as_deref()), (format, Some(version)));
        assert_eq!(codes(&inventory), [], "{format}");
        let asset = &inventory.assets[0];
        assert_eq!(asset.name, "shop");
        let mut found = asset.components.iter().filter(|c| c.name != "shop");
        let core = found.next().expect("a component");
        assert_eq!(
            core.purl.as_ref().map(ToString::to_string).as_deref(),
            Some("pkg:maven/org.example/core@1.0")
        );
        assert_eq!(core.version.as_deref(), Some("1.0"));
        let inner = found.next().expect("another component");
        assert_eq!(
            (inner.name.as_str(), inner.version.as_deref(), inner.cpes.len()),
            ("inner", Some("2.0"), 1)
        );
        assert_eq!(found.next(), None);
        let stated = matches!(format, Format::CycloneDxJson | Format::CycloneDxXml);
        assert_eq!(asset.exposure, if stated { Exposure::Yes } else { Exposure::Unknown });
    }
}

#[test]
fn a_table_of_assets() {
    let text = "Host;Software Name;Version;PURL;CPE;Internet-facing;Owner;Criticality;Site\n\
        web1;nginx;1.25.1;;cpe:2.3:a:f5:nginx:1.25.1:*:*:*:*:*:*:*;yes;web team;high;Bern\n\
        web1;\"left; right\";;pkg:npm/left@1.0.0;;;;;\n\
        db1;postgresql;16.1;;;no;data team;high;Zug\n\
        db1;;;;;perhaps;other;;Zug\n\
        db1;x;1;;;no;data team;high;Zug;extra\n";
    let inventory = read(text);
    assert_eq!(inventory.format, Format::Table);
    let [web, db] = inventory.assets.as_slice() else { panic!("two assets") };
    assert_eq!(
        (web.name.as_str(), web.exposure, web.owner.as_deref()),
        ("web1", Exposure::Yes, Some("web team"))
    );
    assert_eq!(web.attributes["Site"], "Bern");
    assert_eq!(web.components[1].name, "left; right");
    assert_eq!(web.components[1].version.as_deref(), Some("1.0.0"));
    assert_eq!((db.exposure, db.criticality.as_deref()), (Exposure::No, Some("high")));
    let expected =
        [(Code::Cell, "line 5"), (Code::Cell, "line 5"), (Code::Nameless, "line 5"), (Code::Row, "line 6")];
    assert_eq!(codes(&inventory), expected);
}

/// Every code has a case here or in the tests of its own module.
#[test]
fn every_code_of_an_inventory() {
    let mut seen: BTreeSet<Code> = BTreeSet::new();
    seen.insert(refused(b"<!DOCTYPE bom [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><bom>&b;</bom>"));
    seen.insert(refused(&[0xff, 0xfe]));
    seen.insert(refused(b"{\"a\": 1}"));
    seen.insert(refused(b"colour,weight\nred,1\n"));
    let deep = "<a>".repeat(100_000);
    seen.insert(refused(deep.as_bytes()));
    assert_eq!(refused("[".repeat(100_000).as_bytes()), Code::TooDeep);
    assert_eq!(refused(format!("[{}0]", "0,".repeat(4_000_000)).as_bytes()), Code::TooLarge);
    let wide = read(&format!("product,{}\na,{}\n", ",".repeat(2_000_000), ",x".repeat(2_000)));
    assert_eq!(codes(&wide)[0], (Code::Row, "line 2"));
    let wrong = r#"{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"name":"a","purl":"pkg:npm"},
        {"type":"library","name":"b","version":"1","purl":"pkg:swift/b@1","cpe":"cpe:x"},{"type":"library","name":""}]}"#;
    seen.extend(read(wrong).diagnostics.iter().map(|d| d.code));
    seen.extend(read("host,product,exposure\na,b,maybe,more\n").diagnostics.iter().map(|d| d.code));
    seen.insert(purl_too_large());
    seen.insert(bartizan_product::Range::parse("vers:npm/").expect_err("refused").code());
    seen.insert(bartizan_product::Range::from_native("npm", "^^").expect_err("refused").code());
    let mut many = String::from("host,product,version\n");
    for n in 0..=bartizan_product::inventory::MAX_COMPONENTS {
        writeln!(many, "a,p{n},1").expect("text");
    }
    let inventory = read(&many);
    assert_eq!(inventory.components(), bartizan_product::inventory::MAX_COMPONENTS);
    seen.extend(inventory.diagnostics.iter().map(|d| d.code));
    assert_eq!(seen, Code::ALL.into_iter().collect());
    assert!(Code::ALL.windows(2).all(|w| w[0].as_str() < w[1].as_str()));
}

fn purl_too_large() -> Code {
    bartizan_product::Purl::parse(&"a".repeat(100_000)).expect_err("refused").code()
}

/// A package URL that breaks a rule of its type still says which package it is.
#[test]
fn package_urls_as_tools_write_them() {
    let inventory = read("purl\npkg:golang/stdlib@v1.22.1\npkg:gem/jruby-launcher@1.1.2?Platform=java\n");
    let written: Vec<_> = inventory.assets[0]
        .components
        .iter()
        .filter_map(|c| c.purl.as_ref())
        .map(ToString::to_string)
        .collect();
    assert_eq!(written, ["pkg:golang/stdlib@v1.22.1", "pkg:gem/jruby-launcher@1.1.2?platform=java"]);
    assert_eq!(codes(&inventory), [(Code::PurlType, "line 2")]);
}

#[test]
fn a_list_of_cpe_names() {
    let inventory = read(
        "# ours\ncpe:/a:apache:http_server:2.4.49\ncpe:2.3:o:linux:linux_kernel:6.1:*:*:*:*:*:*:*\nnothing\n",
    );
    assert_eq!((inventory.format, inventory.components()), (Format::CpeList, 2));
    assert_eq!(inventory.assets[0].components[0].name, "http_server");
    assert_eq!(codes(&inventory), [(Code::Cpe, "line 4")]);
}

#[test]
fn the_page_names_every_code_and_reason() {
    let page = include_str!("../../../../docs/inventories.md");
    for word in Code::ALL.iter().map(|c| c.as_str()).chain(ReasonCode::ALL.iter().map(|c| c.as_str())) {
        assert!(page.contains(&format!("\n| `{word}` |")), "{word}");
    }
}
