//! The editor of advisories, as somebody without scripts uses it: begun, filled in by the form, judged, released, compared, answered.

use serde_json::Value;

use crate::harness::Answer;
use crate::world::{Asker, World, run};

const NAMES: &str = "  Zoë \"0x7a\" <b>O'Neill</b>  \r\nKim";

/// Where the answer leads.
fn leads(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{answer:?}");
    answer.header("location").expect("a place").to_owned()
}

/// What the newest edition says.
async fn document(world: &World, uuid: &str) -> (i64, Value) {
    let advisory = world.store.advisory(uuid).await.expect("asked").expect("there");
    let body = world.store.advisory_body(advisory.id, advisory.edition).await.expect("asked").expect("there");
    (advisory.edition, serde_json::from_str(&body).expect("JSON"))
}

fn fields(after: &'static str) -> Vec<(&'static str, &'static str)> {
    vec![
        ("after", after),
        ("id", "EX-2026-0001"),
        ("tlp", "CLEAR"),
        ("title", "Gate lets strangers in"),
        ("language", "en"),
        ("cve", "CVE-2026-12345"),
        ("name", "No check of the token"),
        ("description", "The token is read\r\nand never compared."),
        ("weaknesses", "CWE-287"),
        ("vectors", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"),
        ("p0.id", ""),
        ("p0.vendor", "Example Company"),
        ("p0.name", "Gate"),
        ("p0.versions", "vers:npm/>=1.0.0|<1.4.2"),
        ("p0.purl", "pkg:npm/%40example/gate"),
        ("p0.status", "known_affected"),
        ("p1.id", ""),
        ("p1.vendor", "Example Company"),
        ("p1.name", "Gate"),
        ("p1.versions", "1.4.2"),
        ("p1.status", "fixed"),
        ("p2.id", ""),
        ("p2.vendor", ""),
        ("r0.category", "vendor_fix"),
        ("r0.details", "Update to 1.4.2."),
        ("r0.url", "https://www.example.com/gate"),
        ("references", "https://www.example.com/security The vendor's page"),
        ("a0.names", NAMES),
        ("a0.summary", "for *finding* it"),
        ("n0.category", "summary"),
        ("n0.title", "Summary"),
        ("n0.text", "One flaw, one fix."),
        ("summary", "All of it."),
    ]
}

#[test]
fn an_advisory_is_written_by_the_form_and_released() {
    run(async |world| {
        let (ada, cora) = (world.visitor("analyst-first"), world.visitor("coordinator-first"));
        let begun = world.form(ada, "/advisories", &[("id", "EX-2026-0001"), ("title", "Gate")]).await;
        let edit = leads(&begun);
        let uuid = edit.trim_start_matches("/advisories/").trim_end_matches("/edit").to_owned();
        let again = world.form(ada, "/advisories", &[("id", "ex 2026 0001"), ("title", "Other")]).await;
        assert_eq!(again.status, 303, "another file name");
        let again = world.form(ada, "/advisories", &[("id", "ex-2026-0001"), ("title", "Other")]).await;
        assert!(again.status == 422 && again.body.contains("ex-2026-0001.json"), "the same file name");

        assert_eq!(leads(&world.form(ada, &edit, &fields("1")).await), edit);
        let (edition, said) = document(&world, &uuid).await;
        assert_eq!(edition, 2);
        let item = &said["vulnerabilities"][0];
        assert_eq!(item["notes"][0]["text"], "The token is read\nand never compared.");
        assert_eq!(item["product_status"]["known_affected"][0], "CSAFPID-0001");
        assert_eq!(item["scores"][0]["cvss_v3"]["baseScore"], 9.8, "FIRST's calculator");
        assert_eq!(item["remediations"][0]["product_ids"][0], "CSAFPID-0001", "all that are affected");
        assert_eq!(item["cwe"]["name"], "Improper Authentication");
        let names = &said["document"]["acknowledgments"][0]["names"];
        assert_eq!(
            (&names[0], &names[1]),
            (&Value::from("  Zoë \"0x7a\" <b>O'Neill</b>  "), &Value::from("Kim"))
        );
        assert_eq!(said["document"]["references"][0]["summary"], "The vendor's page");
        let page = world.get(ada, &edit).await.body;
        assert!(page.contains("0 errors") || page.contains("schema and tests of CSAF pass"), "{page}");
        assert!(page.contains("CSAFPID-0002") && !page.contains("<b>O'Neill"), "as text");
        // What was typed on an older edition is not kept, and is not lost.
        let late = world.form(ada, &edit, &fields("1")).await;
        assert!(
            late.status == 422
                && late.body.contains("newer edition")
                && late.body.contains("Update to 1.4.2.")
        );
        assert_eq!(document(&world, &uuid).await.0, 2);

        // A document that says more has no form; the form that was open cannot drop what it does not show.
        let mut more = said.clone();
        more["document"]["aggregate_severity"] = serde_json::json!({ "text": "High" });
        let text = more.to_string();
        let path = format!("/advisories/{uuid}/document");
        assert_eq!(leads(&world.form(ada, &path, &[("after", "2"), ("document", &text)]).await), edit);
        let page = world.get(ada, &edit).await.body;
        assert!(page.contains("/document/aggregate_severity") && !page.contains("id=\"vectors\""), "{page}");
        assert_eq!(world.form(ada, &edit, &fields("3")).await.status, 422);
        assert_eq!(document(&world, &uuid).await.1["document"]["aggregate_severity"]["text"], "High");
        let broken = world.form(ada, &path, &[("after", "3"), ("document", "{ <i>no JSON")]).await;
        assert!(
            broken.status == 422 && broken.body.contains("{ &lt;i&gt;no JSON"),
            "what was typed is there"
        );

        // Released now to Shared; its readers find it, take it away, answer.
        let release = format!("/advisories/{uuid}/release");
        let from = format!("from-{}", world.shared.uuid);
        let to = [("after", "3"), ("to", world.shared.uuid.as_str()), (from.as_str(), "")];
        assert_eq!(world.form(ada, &release, &to).await.status, 403, "an analyst does not release");
        assert_eq!(leads(&world.form(cora, &release, &to).await), format!("/advisories/{uuid}"));
        let ben = world.visitor("analyst-second");
        assert!(world.get(ben, "/advisories").await.body.contains("Gate lets strangers in"));
        let page = world.get(ben, &format!("/advisories/{uuid}")).await.body;
        assert!(page.contains("Update to 1.4.2.") && !page.contains("/edit\""), "{page}");
        let away = world.get(ben, &format!("/advisories/{uuid}/files/csaf")).await;
        assert_eq!(away.header("content-disposition"), Some("attachment; filename=\"ex-2026-0001.json\""));
        let said = [("state", "acting"), ("words", "patch on <u>Tuesday</u>")];
        leads(&world.form(ben, &format!("/advisories/{uuid}/receipt"), &said).await);
        let sees = async |asker: &Asker| {
            world.get(asker, &format!("/advisories/{uuid}")).await.body.contains("patch on")
        };
        assert!(sees(ben).await && sees(ada).await);
        assert!(!sees(world.visitor("reader-fifth")).await, "another reader learns nothing of it");
        let compared = world.get(ada, &format!("/advisories/{uuid}/changes?from=2&to=3")).await.body;
        assert!(compared.contains("/document/aggregate_severity") && compared.contains("High"));
        assert_eq!(world.get(ben, &format!("/advisories/{uuid}/changes")).await.status, 404);
        let figures = world.get(ben, "/advisories/metrics").await.body;
        assert!(figures.contains("acting 1"), "{figures}");

        // Withdrawn by the form: its readers see why, its writers write no more.
        let retract = format!("/advisories/{uuid}/retract");
        let reason = [("after", "4"), ("reason", "The flaw is in another product.\r\nSee EX-2026-0007.")];
        assert_eq!(world.form(ada, &retract, &reason).await.status, 403, "an analyst does not withdraw");
        assert!(world.get(cora, &format!("/advisories/{uuid}")).await.body.contains("/retract\""));
        assert_eq!(world.form(cora, &retract, &[("after", "4"), ("reason", "")]).await.status, 422);
        assert_eq!(leads(&world.form(cora, &retract, &reason).await), format!("/advisories/{uuid}"));
        let page = world.get(ben, &format!("/advisories/{uuid}")).await.body;
        assert!(
            page.contains("It was withdrawn.") && page.contains("The flaw is in another product."),
            "{page}"
        );
        let page = world.get(cora, &format!("/advisories/{uuid}")).await.body;
        assert!(
            !page.contains("/retract\"") && !page.contains("/release\"") && !page.contains("/edit\""),
            "{page}"
        );
        assert!(world.get(ben, "/advisories").await.body.contains("Withdrawn: Gate lets strangers in"));
    });
}
