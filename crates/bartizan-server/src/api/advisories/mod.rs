//! Advisories: writing, judging, releasing, reading in every format, and what operators say of them.

mod read;
mod shapes;
mod write;

use serde_json::json;

use super::endpoint::{Endpoint, Tags};
use super::shapes::Items;
use bartizan_clearinghouse::advisory::{LONGEST, State};
use shapes::{
    Begun, Changes, Edition, Findings, Line, Metrics, New, NewReceipt, NewRelease, NewWithdrawal, Publisher,
    Publishers, Receipts, Released, SetPublisher, Whole,
};

pub(super) fn list() -> Vec<Endpoint> {
    let mut all = reading();
    all.extend(writing());
    all
}

fn reading() -> Vec<Endpoint> {
    let states: Vec<&str> = State::ALL.iter().map(|state| state.as_str()).collect();
    let number = || json!({ "type": "integer", "minimum": 1 });
    vec![
        Endpoint::get("/advisories", "listAdvisories", "Advisories that you read, or your organisation's.", read::all)
            .with("box", "released (what you read, oldest first) or own (newest first).", json!({ "type": "string", "enum": ["released", "own"], "default": "released" }))
            .with("state", "Of your own: only in this state.", json!({ "type": "string", "enum": states }))
            .paged()
            .gives::<Items<Line>>(),
        Endpoint::get(
            "/advisories/metrics",
            "advisoryMetrics",
            "Figures in three cuts: what anyone may know; for an operator what it reads and said; for an owner its own by tier.",
            read::metrics,
        )
        .gives::<Metrics>()
        .open(),
        Endpoint::get("/advisories/{id}", "getAdvisory", "One advisory, as far as you have it.", read::one)
            .gives::<Whole>()
            .tags(Tags::Given),
        Endpoint::get(
            "/advisories/{id}/formats/{format}",
            "getAdvisoryAs",
            "The newest edition that was released to you as csaf, csaf-2.0, csaf-2.1, vex, openvex, osv, stix or html.",
            read::format,
        )
        .with("number", "OSV: which of the vulnerabilities, from 1.", number())
        .gives_bytes("application/json")
        .tags(Tags::Given),
        Endpoint::get("/advisories/{id}/editions", "listAdvisoryEditions", "All editions, for the owner; oldest first.", read::editions)
            .gives::<Items<Edition>>(),
        Endpoint::get("/advisories/{id}/editions/{number}", "getAdvisoryEdition", "What an edition says, for the owner: CSAF.", read::edition)
            .gives_bytes("application/json")
            .tags(Tags::Given),
        Endpoint::get("/advisories/{id}/changes", "getAdvisoryChanges", "What is different between two editions, for the owner.", read::changes)
            .with("from", "An edition; the one before `to` if it is not named.", number())
            .with("to", "An edition; the newest if it is not named.", number())
            .gives::<Changes>(),
        Endpoint::get("/advisories/{id}/findings", "getAdvisoryFindings", "What would be found in the newest edition, were it released now; for the owner.", read::findings)
            .gives::<Findings>(),
        Endpoint::get("/advisories/{id}/receipts", "listAdvisoryReceipts", "What operators said of it: all of it for its owner, else what your organisation said.", read::receipts)
            .gives::<Receipts>(),
        Endpoint::get("/collections/{id}/advisories.rss", "advisoriesRss", "Advisories of a collection, newest first, as RSS 2.0.", read::rss)
            .gives_bytes("application/rss+xml")
            .tags(Tags::Given),
        Endpoint::get("/publishers", "listPublishers", "Organisations that publish advisories.", read::publishers)
            .gives::<Publishers>(),
    ]
}

fn writing() -> Vec<Endpoint> {
    let number = || json!({ "type": "integer", "minimum": 1 });
    vec![
        Endpoint::post("/advisories", "beginAdvisory", "Begins an advisory of your organisation with a CSAF document.", write::begin)
            .largest(LONGEST + 4096)
            .takes::<New>()
            .gives::<Begun>(),
        Endpoint::post(
            "/advisories/validate",
            "validateAdvisory",
            "Judges a CSAF document by the schema and the tests of the specification. Nothing is kept.",
            write::validate,
        )
        .largest(LONGEST)
        .takes_bytes("application/json")
        .status(200)
        .gives::<Findings>(),
        Endpoint::put("/advisories/{id}/document", "writeAdvisory", "Writes the next edition: a CSAF document. Its tracking is kept by the node.", write::save)
            .largest(LONGEST)
            .takes_bytes("application/json")
            .with("after", "The newest edition that you have seen; 409 if there is a newer one.", number())
            .with("summary", "What changed.", json!({ "type": "string", "maxLength": 1000 }))
            .gives::<Edition>(),
        Endpoint::post(
            "/advisories/{id}/releases",
            "releaseAdvisory",
            "Releases the newest edition to collections, each from a time on. 422 with the findings while a mandatory test fails.",
            write::release,
        )
        .takes::<NewRelease>()
        .gives::<Released>(),
        Endpoint::post(
            "/advisories/{id}/withdrawal",
            "retractAdvisory",
            "Withdraws an advisory: whoever has it has a last edition that says why. It cannot be undone.",
            write::retract,
        )
        .takes::<NewWithdrawal>()
        .gives::<Released>(),
        Endpoint::delete("/advisories/{id}/releases/{collection}", "withdrawAdvisory", "Takes an advisory out of a collection.", write::withdraw)
            .status(204),
        Endpoint::post("/advisories/{id}/receipts", "receiveAdvisory", "Says for your organisation how far it is with an advisory.", write::receive)
            .takes::<NewReceipt>()
            .gives::<Receipts>(),
        Endpoint::put("/publishers/own", "setPublisher", "Lets your organisation publish under this name. The alias stays once it is set.", write::publisher)
            .takes::<SetPublisher>()
            .gives::<Publisher>(),
    ]
}
