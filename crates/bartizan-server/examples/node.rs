//! A node with two organisations and four collections, for tools that try a TAXII server:
//! `node DATABASE [ADDRESS]` prints what it made as one line of JSON and serves until it is stopped.
//!
//! First's `ada` reads and writes `shared`, only reads `read-only`, only writes `write-only`; Second's `ben` sees `public` alone.
//! Everybody's password is `correct horse battery staple`.

use std::sync::Arc;

use bartizan_clearinghouse::access::{Rights, Role, Roles};
use bartizan_server::{App, Config, Surroundings, System, hash_password, serve};
use bartizan_stix::Tlp;
use bartizan_store::{Action, NewCollection, NewGrant, NewPerson, Store};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let database = arguments.next().ok_or("name a database")?;
    let listen = arguments.next().unwrap_or_else(|| "127.0.0.1:0".to_owned()).parse()?;
    let store = Store::open(&database).await?;
    let uuid = || {
        let mut bytes = [0; 16];
        System.fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    };
    let by = Action { actor: "system", now: System.now() };
    let mut made = serde_json::Map::new();
    if store.directory().organisations.is_empty() {
        let first = store.add_organisation(&by, &uuid(), "First", None).await?;
        let second = store.add_organisation(&by, &uuid(), "Second", None).await?;
        let phc = hash_password("correct horse battery staple", &System);
        for (name, organisation) in [("ada", first), ("ben", second)] {
            let new = NewPerson {
                uuid: &uuid(),
                organisation,
                name,
                shown: name,
                roles: Roles::of(&[Role::Analyst, Role::Coordinator]),
                password: phc.as_deref(),
            };
            store.add_person(&by, &new).await?;
        }
        for (alias, owner, read, write, public) in [
            ("shared", first, true, true, false),
            ("read-only", first, true, false, false),
            ("write-only", second, false, true, false),
            ("none", second, false, false, false),
            ("public", second, true, false, true),
        ] {
            let new = NewCollection {
                uuid: &uuid(),
                alias: Some(alias),
                owner,
                title: alias,
                description: "For trying a TAXII server.",
                marking: Tlp::Green,
                public,
            };
            let id = store.add_collection(&by, &new).await?;
            let rights = Rights { read, write };
            store.grant(&by, id, NewGrant::Organisation(first), rights).await?;
        }
    }
    for entry in store.directory().collections.values() {
        made.insert(entry.alias.clone().unwrap_or_default(), entry.uuid.clone().into());
    }
    let pack = bartizan_knowledge::Pack::built_in();
    let app = App::new(store, Config::local(listen), pack, Arc::new(System));
    let ready = |address: std::net::SocketAddr| {
        made.insert("url".into(), format!("http://{address}/taxii2/").into());
        println!("{}", serde_json::Value::Object(made));
    };
    serve(app, ready, async {
        let _ = tokio::signal::ctrl_c().await;
    })
    .await?;
    Ok(())
}
