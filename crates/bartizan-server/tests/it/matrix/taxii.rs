//! Rows of TAXII.

use bartizan_clearinghouse::access::Verb;

use super::{Case, Need, Row, case, reads, row};
use crate::harness::uuid;
use crate::world::{Kept, World};

/// A collection's object is not there for anyone, if the collection is and the object may not be read.
fn object(world: &World, kept: &Kept, tail: &str, verbs: &[Verb]) -> Case {
    let (address, id) = place(world, kept);
    let mut needs: Vec<Need> = verbs.iter().map(|verb| Need::Collection(*verb, id)).collect();
    needs.push(Need::Seen(Box::new(reads(kept)), id));
    needs.extend(
        verbs.iter().filter(|v| **v == Verb::Remove).map(|verb| Need::Content(*verb, kept.audience.clone())),
    );
    case(format!("/taxii2/root/collections/{address}/objects/{}{tail}", kept.id), &needs)
}

fn place<'w>(world: &'w World, kept: &Kept) -> (&'w str, bartizan_clearinghouse::access::CollectionId) {
    let id = kept.audience.collection.expect("a collection");
    let found = if id == world.shared.id { &world.shared } else { &world.private };
    (&found.uuid, id)
}

/// Without the slash at the end it is the same endpoint: some objects are enough.
fn each(tail: &str) -> usize {
    if tail.ends_with('/') { 1 } else { 4 }
}

pub(super) fn rows(world: &World) -> Vec<Row> {
    let both = [&world.shared, &world.private];
    let on = |tail: &str, verb: Verb| {
        let address = |c: &crate::world::Collection| format!("/taxii2/root/collections/{}{tail}", c.uuid);
        let mut cases: Vec<_> =
            both.iter().map(|c| case(address(c), &[Need::Collection(verb, c.id)])).collect();
        let nothing = format!("/taxii2/root/collections/{}{tail}", uuid());
        cases.push(case(nothing, &[Need::Known, Need::Gone]));
        cases
    };
    let added = || {
        let mut cases = on("/objects/", Verb::Add);
        cases.truncate(2);
        let tool =
            format!(r#"{{"objects":[{{"type":"tool","id":"tool--{}","spec_version":"2.1"}}]}}"#, uuid());
        cases.into_iter().map(|c| c.taxii(tool.clone()).done(&[202])).collect::<Vec<_>>()
    };
    let objects = |tail: &str| -> Vec<Case> {
        let elsewhere = world.objects.last().expect("an object");
        let some = world.objects.iter().step_by(each(tail));
        let mut cases: Vec<_> = some.map(|o| object(world, o, tail, &[Verb::Read])).collect();
        // Another collection's object, asked for in this one.
        let crossed =
            format!("/taxii2/root/collections/{}/objects/{}{tail}", world.shared.uuid, elsewhere.id);
        cases.push(case(crossed, &[Need::Collection(Verb::Read, world.shared.id), Need::Gone]));
        cases
    };
    let removed = |slash: &str| -> Vec<Case> {
        // Of a version that is not there: nothing is lost for the next asker.
        let tail = format!("{slash}?match[version]=2001-01-01T00:00:00Z");
        let elsewhere = world.objects.last().expect("an object");
        let verbs = [Verb::Read, Verb::Remove];
        let some = world.objects.iter().step_by(each(slash));
        let mut cases: Vec<_> = some.map(|o| object(world, o, &tail, &verbs)).collect();
        let crossed =
            format!("/taxii2/root/collections/{}/objects/{}{tail}", world.shared.uuid, elsewhere.id);
        let [read, remove] = verbs.map(|verb| Need::Collection(verb, world.shared.id));
        cases.push(case(crossed, &[read, remove, Need::Gone]));
        cases
    };
    let receipt = |slash: &str| {
        let path = format!("/taxii2/root/status/{}{slash}", world.receipt.0);
        vec![case(path, &[Need::Only(world.receipt.1)])]
    };
    vec![
        row("GET", "/taxii2/", vec![case("/taxii2/", &[Need::Nothing])]),
        row("GET", "/taxii2", vec![case("/taxii2", &[Need::Nothing])]),
        row("GET", "/taxii2/root/", vec![case("/taxii2/root/", &[Need::Nothing])]),
        row("GET", "/taxii2/root", vec![case("/taxii2/root", &[Need::Nothing])]),
        row("GET", "/taxii2/{*rest}", vec![case("/taxii2/other/", &[Need::Gone])]),
        row("GET", "/taxii2/root/status/{status}/", receipt("/")),
        row("GET", "/taxii2/root/status/{status}", receipt("")),
        row("GET", "/taxii2/root/collections/", vec![case("/taxii2/root/collections/", &[Need::Known])]),
        row("GET", "/taxii2/root/collections", vec![case("/taxii2/root/collections", &[Need::Known])]),
        row("GET", "/taxii2/root/collections/{collection}/", on("/", Verb::List)),
        row("GET", "/taxii2/root/collections/{collection}", on("", Verb::List)),
        row("GET", "/taxii2/root/collections/{collection}/manifest/", on("/manifest/", Verb::Read)),
        row("GET", "/taxii2/root/collections/{collection}/manifest", on("/manifest", Verb::Read)),
        row("GET", "/taxii2/root/collections/{collection}/objects/", on("/objects/", Verb::Read)),
        row("GET", "/taxii2/root/collections/{collection}/objects", on("/objects", Verb::Read)),
        row("POST", "/taxii2/root/collections/{collection}/objects/", added()),
        row("POST", "/taxii2/root/collections/{collection}/objects", added()),
        row("GET", "/taxii2/root/collections/{collection}/objects/{object}/", objects("/")),
        row("GET", "/taxii2/root/collections/{collection}/objects/{object}", objects("")),
        row("DELETE", "/taxii2/root/collections/{collection}/objects/{object}/", removed("/")),
        row("DELETE", "/taxii2/root/collections/{collection}/objects/{object}", removed("")),
        row("GET", "/taxii2/root/collections/{collection}/objects/{object}/versions/", objects("/versions/")),
        row("GET", "/taxii2/root/collections/{collection}/objects/{object}/versions", objects("/versions")),
    ]
}
