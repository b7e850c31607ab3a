//! The page of public facts: everybody looks at it, whoever runs the node brings newer ones by its form.

use serde_json::{Value, json};

use crate::harness::Answer;
use crate::matrix::multipart;
use crate::world::{Asker, Shows, World, run};

async fn bring(world: &World, asker: &Asker, kind: &str, file: &str) -> Answer {
    let mut pairs = vec![("kind".to_owned(), kind.to_owned()), ("file".to_owned(), file.to_owned())];
    if let Shows::Cookie(_, csrf) = &asker.shows {
        pairs.push(("csrf".into(), csrf.clone()));
    }
    let (media, body) = multipart(&pairs);
    world.ask(asker, "POST", "/facts", &[("content-type", &media)], body.as_bytes()).await
}

#[test]
fn facts_are_brought_by_who_runs_the_node_and_seen_by_all() {
    run(async |world| {
        let (admin, reader) = (world.visitor("admin-second"), world.visitor("reader-first"));
        let kev = |day: &str, all: &Value| {
            json!({ "dateReleased": format!("{day}T09:00:00Z"), "vulnerabilities": all }).to_string()
        };
        let all = json!([{ "cveID": "CVE-2020-0001", "dateAdded": "2026-01-01" }, { "cveID": "CVE-2020-0002", "dateAdded": "2026-01-02" }]);
        let page = world.get(reader, "/facts").await;
        assert!(page.status == 200 && page.body.contains("KEV") && !page.body.contains("Bring newer facts"));
        assert_eq!(bring(&world, reader, "kev", &kev("2026-11-29", &all)).await.status, 403);
        let form = world.get(admin, "/facts").await.body;
        assert!(form.contains("Bring newer facts") && form.contains("multipart/form-data"), "{form}");
        for (kind, file, why) in [
            ("kev", "{}".to_owned(), "It was not taken"),
            ("colours", kev("2026-11-29", &all), "KEV or EPSS"),
            ("epss", "<script>".to_owned(), "It was not taken"),
        ] {
            let answer = bring(&world, admin, kind, &file).await;
            assert!(answer.status == 422 && answer.body.contains(why), "{kind}: {}", answer.body);
            assert!(!answer.body.contains("<script>\""), "{}", answer.body);
        }
        let taken = bring(&world, admin, "kev", &kev("2026-11-29", &all)).await;
        assert_eq!((taken.status, taken.header("location")), (303, Some("/facts")));
        let older = bring(&world, admin, "kev", &kev("2026-11-28", &all)).await;
        assert!(older.status == 422 && older.body.contains("newer; it stays"), "{}", older.body);
        let page = world.get(reader, "/facts").await.body;
        assert!(page.contains("2026-11-29") && page.contains("admin-second"), "{page}");
        let list = world.get(world.caller("reader-first/read"), "/api/v1/facts").await.json();
        let brought: &Value = &list["brought"][0];
        assert_eq!((&brought["entries"], &brought["kind"]), (&json!(2), &json!("kev")));
    });
}
