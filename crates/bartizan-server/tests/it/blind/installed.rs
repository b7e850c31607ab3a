//! Two worlds that differ only in what one organisation has installed and decided are the same to everybody else: pages, API, the
//! node's log as far as it is read, the node's figures. Whoever runs the node is somebody else too.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::asked::{self, endpoints, installed, pages};
use super::{all, same, words};
use crate::harness::uuid;
use crate::world::{Asker, World, run};

/// Everybody but who reads, writes or decides for First.
fn others(askers: &[Asker]) -> Vec<Asker> {
    let own =
        |name: &str| name.contains("first") && !name.starts_with("admin") && !name.starts_with("auditor");
    // A token of every scope says what one for reading says.
    let some = |name: &str| !name.contains('/') || name.ends_with("/read,write,manage");
    askers.iter().filter(|a| !own(&a.name) && some(&a.name)).cloned().collect()
}

/// The node's figures, by line. The clock stands still, so that durations are nothing.
async fn figures(world: &World) -> BTreeMap<String, i64> {
    let admin = world.caller("admin-second/read,write,manage");
    let answer = world.get(admin, "/metrics").await;
    assert_eq!(answer.status, 200);
    let lines = answer.body.lines().filter(|line| !line.starts_with('#'));
    let figure = |line: &str| {
        let (name, value) = line.rsplit_once(' ')?;
        Some((name.to_owned(), value.parse::<f64>().ok()? as i64))
    };
    lines.filter_map(figure).collect()
}

/// What came to be different from one time to the next, the size of the database aside: pages of it are of everybody.
fn grown(before: &BTreeMap<String, i64>, after: &BTreeMap<String, i64>) -> BTreeMap<String, i64> {
    let all = after.iter().map(|(name, n)| (name.clone(), n - before.get(name).copied().unwrap_or(0)));
    all.filter(|(name, n)| *n != 0 && !name.contains("database")).collect()
}

async fn post(world: &World, asker: &Asker, path: &str, body: &Value) {
    let answer = world.json(asker, "POST", path, body).await;
    assert_eq!(answer.status, 201, "{path}: {}", answer.body);
}

/// Everything that an operator does; an inventory and something due in it.
async fn operate(world: &World) -> (String, String) {
    let ada = world.caller("coordinator-first/read,write,manage").clone();
    let table = "host,purl,exposed\nhidden1,pkg:npm/gate@1.1.0,no\nhidden2,pkg:npm/secretlib@7,yes\n";
    let inventory = world.bring("coordinator-first", table).await;
    let place = format!("/api/v1/inventories/{inventory}");
    let said = json!({ "title": "Hidden", "assets": { "hidden1": { "exposure": "yes" } } });
    assert_eq!(world.json(&ada, "PATCH", &place, &said).await.status, 200);
    let list: Value = world.get(&ada, &format!("/api/v1/due?inventory={inventory}")).await.json();
    let due = list["items"][0]["id"].as_str().expect("something is due").to_owned();
    let at = |what: &str| format!("/api/v1/due/{due}/{what}");
    post(world, &ada, &at("exceptions"), &json!({ "reason": "Hidden", "until": "2027-06-01T00:00:00Z" }))
        .await;
    post(world, &ada, &at("answers"), &json!({ "point": "ssvc:A:2.0.0", "value": "Y", "reason": "Hidden" }))
        .await;
    post(world, &ada, &at("closures"), &json!({ "how": "mitigated", "evidence": "Hidden" })).await;
    let kind = [("content-type", "text/csv")];
    for table in ["host,purl\nhidden1,pkg:npm/gate@1.2.0\n", table] {
        let answer = world.ask(&ada, "PUT", &place, &kind, table.as_bytes()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    // Something that was there and is gone.
    let gone = world.bring("coordinator-first", "host,purl\nx,pkg:npm/gate@1.0.0\n").await;
    let answer = world.ask(&ada, "DELETE", &format!("/api/v1/inventories/{gone}"), &[], b"").await;
    assert_eq!(answer.status, 204);
    (inventory, due)
}

#[test]
fn what_an_operator_has_and_decides_shows_to_nobody_else() {
    run(async |world| {
        let coming = asked::coming();
        let (visitors, callers) = (others(&world.visitors), others(&world.callers));
        // The log grows by what is asked here: it is looked at apart.
        let log = |path: &asked::Path| path.1.contains("/audit");
        let (mut looked, mut called) = (pages(&world, &coming), endpoints(&world, &coming));
        looked.retain(|path| !log(path));
        called.retain(|path| !log(path));
        let logs = [vec![("GET", "/audit".to_owned())], vec![("GET", "/api/v1/audit?limit=500".to_owned())]];
        words(&world.store).await;
        let before = [all(&world, &visitors, &looked).await, all(&world, &callers, &called).await];
        let first = figures(&world).await;
        let second = figures(&world).await;
        let told = [all(&world, &visitors, &logs[0]).await, all(&world, &callers, &logs[1]).await];
        let third = figures(&world).await;
        let (inventory, due) = operate(&world).await;
        let fourth = figures(&world).await;
        assert_eq!(
            told,
            [all(&world, &visitors, &logs[0]).await, all(&world, &callers, &logs[1]).await],
            "the log"
        );
        assert_eq!(grown(&first, &second), grown(&third, &fourth), "figures tell of nothing");
        same(&world, before, [(&visitors, &looked), (&callers, &called)]).await;
        // Asked for by name it is what never was.
        let (nothing, none) = (uuid(), "0".repeat(32));
        for ((askers, there), absent) in
            [&visitors, &callers].iter().zip(installed(&inventory, &due)).zip(installed(&nothing, &none))
        {
            let there = all(&world, askers, &there).await;
            let absent = all(&world, askers, &absent).await;
            for (mut one, other) in there.into_iter().zip(absent) {
                let ours = |text: &str| text.replace(&inventory, &nothing).replace(&due, &none);
                one.body = ours(&one.body);
                one.headers.iter_mut().for_each(|(_, value)| *value = ours(value));
                assert_eq!(one, other);
            }
        }
        // The test means something only if its own people see it.
        let cora = world.visitor("coordinator-first");
        for path in ["/inventories", "/due?state=closed", &format!("/inventories/{inventory}")] {
            let page = world.get(cora, path).await;
            assert!(
                page.status == 200 && (page.body.contains("Hidden") || page.body.contains("hidden1")),
                "{path}"
            );
        }
    });
}
