//! Rows of the pages.

use bartizan_clearinghouse::access::{Member, PersonId, Role, Roles, Verb};

use super::{Case, Need, Row, advisories, case, cases, doors, installed, looking, reads, row};
use crate::harness::uuid;
use crate::world::{Collection, Kept, World};

pub(super) fn rows(world: &World) -> Vec<Row> {
    let mut rows = doors::doors();
    rows.extend(content(world));
    rows.extend(looking::looking(world));
    rows.extend(installed::pages(world));
    rows.extend(cases::looked(world));
    rows.extend(advisories::pages(world));
    rows.extend(super::scans::pages(world));
    rows.extend(super::programmes::pages(world));
    rows.extend(collections(world));
    rows.extend(administration(world));
    rows.extend(doors::account(world));
    rows
}

/// Only who has signed in sees a page.
pub(super) fn known(path: impl Into<String>, needs: &[Need]) -> Case {
    case(path, &[&[Need::Known], needs].concat())
}

/// Submissions, jobs, reports.
fn content(world: &World) -> Vec<Row> {
    let nothing = uuid();
    let reports = |tail: &str| -> Vec<Case> {
        let one = |kept: &Kept| known(format!("/reports/{}{tail}", kept.id), &[reads(kept)]);
        let gone = known(format!("/reports/{nothing}{tail}"), &[Need::Gone]);
        world.reports.iter().map(one).chain([gone]).collect()
    };
    let reviewed = |tail: &str, pairs: &[(&str, &str)]| -> Vec<Case> {
        let one = |kept: &Kept| {
            let needs = [reads(kept), Need::Content(Verb::Review, kept.audience.clone())];
            known(format!("/reports/{}{tail}", kept.id), &needs).form(pairs).done(&[422])
        };
        let gone = known(format!("/reports/{nothing}{tail}"), &[Need::Gone]).form(pairs);
        world.reports.iter().map(one).chain([gone]).collect()
    };
    // Authorise A, change B: one's own report into another's collection.
    let published = world.reports.iter().flat_map(|kept| {
        [&world.shared, &world.private].map(|c| {
            let needs = [
                reads(kept),
                Need::Content(Verb::Review, kept.audience.clone()),
                Need::Collection(Verb::Review, c.id),
            ];
            let path = format!("/reports/{}/publish", kept.id);
            known(path, &needs).form(&[("collection", &c.uuid)]).done(&[303])
        })
    });
    let files = reports("/files/analysis.json").into_iter().chain(reports("/files/bundle.json"));
    let away = world
        .reports
        .iter()
        .map(|kept| known(format!("/reports/{}/files/report.html", kept.id), &[reads(kept), Need::Gone]));
    let jobs = |tail: &str| -> Vec<Case> {
        let one = |kept: &Kept| known(format!("/jobs/{}{tail}", kept.id), &[reads(kept)]);
        world.jobs.iter().map(one).chain([known(format!("/jobs/999999{tail}"), &[Need::Gone])]).collect()
    };
    let cancelled = world.jobs.iter().map(|kept| {
        let sender = Need::Is(kept.person.expect("a sender"));
        let needs = [Need::Content(Verb::Remove, kept.audience.clone()), sender];
        known(format!("/jobs/{}/cancel", kept.id), &needs).form(&[]).done(&[303])
    });
    let again = world.jobs.iter().map(|kept| {
        let needs =
            [Need::Content(Verb::Add, kept.audience.clone()), Need::Is(kept.person.expect("a sender"))];
        known(format!("/jobs/{}/retry", kept.id), &needs).form(&[]).done(&[303, 409])
    });
    let withdrawn = world.reports.iter().flat_map(|kept| {
        [&world.shared, &world.private].map(|c| {
            let needs = [
                reads(kept),
                Need::Content(Verb::Review, kept.audience.clone()),
                Need::Collection(Verb::Review, c.id),
            ];
            // It asks first.
            known(format!("/reports/{}/withdraw", kept.id), &needs).form(&[("collection", &c.uuid)])
        })
    });
    // Marked as they are: nothing is changed by it.
    let marked = world.reports.iter().map(|kept| {
        let needs = [reads(kept), Need::Mark(kept.audience.clone())];
        let pairs = [("marking", kept.audience.marking.as_str()), ("pap", "")];
        known(format!("/reports/{}/marking", kept.id), &needs).form(&pairs).done(&[303])
    });
    let odd = [("kind", "text"), ("text", "x"), ("marking", "none")];
    vec![
        row("GET", "/", vec![known("/", &[])]),
        row("GET", "/submit", vec![known("/submit", &[Need::Own(Verb::Add)])]),
        row("POST", "/submit", vec![known("/submit", &[Need::Own(Verb::Add)]).multipart(&odd).done(&[422])]),
        row("GET", "/jobs/{id}", jobs("")),
        row("GET", "/jobs/{id}/progress", jobs("/progress")),
        row("POST", "/jobs/{id}/cancel", cancelled.collect()),
        row("GET", "/reports/{id}", reports("")),
        row("POST", "/jobs/{id}/retry", again.collect()),
        row("GET", "/reports/{id}/full", reports("/full")),
        row("GET", "/reports/{id}/full/page", reports("/full/page")),
        row("GET", "/reports/{id}/changes", reports("/changes")),
        row("POST", "/reports/{id}/withdraw", withdrawn.collect()),
        row("POST", "/reports/{id}/marking", marked.collect()),
        row("GET", "/reports/{id}/files/{name}", files.chain(away).collect()),
        row("POST", "/reports/{id}/publish", published.collect()),
        row("GET", "/reports/{id}/review", reports("/review")),
        row("POST", "/reports/{id}/decisions", reviewed("/decisions", &[("act", "nothing")])),
        row("POST", "/reports/{id}/decisions/undo", reviewed("/decisions/undo", &[])),
        row("GET", "/reports/{id}/labels", reports("/labels")),
    ]
}

fn collections(world: &World) -> Vec<Row> {
    let managed = |c: &Collection, tail: &str, pairs: &[(&str, &str)]| {
        let needs = [Need::Collection(Verb::List, c.id), Need::Collection(Verb::Manage, c.id)];
        known(format!("/collections/{}{tail}", c.uuid), &needs).form(pairs)
    };
    let to = |organisation: usize| format!("organisation:{}", world.organisations[organisation].id.0);
    let (second, first, fourth) = (to(1), to(0), to(3));
    let foreign = format!("group:{}", world.foreign.0.0);
    let seen =
        |c: &Collection| known(format!("/collections/{}", c.uuid), &[Need::Collection(Verb::List, c.id)]);
    let gone = known(format!("/collections/{}", uuid()), &[Need::Gone]);
    let on = |c: &Collection, tail: &str, verb: Verb| {
        let needs = [Need::Collection(Verb::List, c.id), Need::Collection(verb, c.id)];
        known(format!("/collections/{}{tail}", c.uuid), &needs)
    };
    let both = |tail: &str, verb: Verb| vec![on(&world.shared, tail, verb), on(&world.private, tail, verb)];
    let file = [("embargo", ""), ("file", "nothing of ours")];
    let upload = both("/objects", Verb::Add).into_iter().map(|c| c.multipart(&file));
    let nobody = |tail: &str| {
        let cases = both(tail, Verb::Manage).into_iter();
        cases.map(|c| c.form(&[("person", "nobody")]).done(&[422])).collect::<Vec<_>>()
    };
    let embargo = |from: &str, until: &str, needs: &[Need]| {
        known(format!("/collections/{}/embargoes", world.shared.uuid), needs)
            .form(&[("from", from), ("until", until)])
            .done(&[422])
    };
    let opened = {
        let needs = [Need::Own(Verb::Manage), Need::Library(Verb::Manage, world.first().id)];
        known(format!("/collections/{}/open", world.closed), &needs).form(&[]).ends()
    };
    vec![
        row("POST", "/collections/{uuid}/objects", upload.collect()),
        row("GET", "/collections/{uuid}/export/{name}", both("/export/bundle.json", Verb::Read)),
        // What is no time is told to anyone; what is no embargo is not there.
        row(
            "POST",
            "/collections/{uuid}/embargoes",
            vec![embargo("1", "soon", &[]), embargo("1", "", &[Need::Gone])],
        ),
        row("POST", "/collections/{uuid}/recipients", nobody("/recipients")),
        row("POST", "/collections/{uuid}/recipients/remove", nobody("/recipients/remove")),
        // It asks first.
        row(
            "POST",
            "/collections/{uuid}/close",
            vec![managed(&world.shared, "/close", &[]), managed(&world.private, "/close", &[])],
        ),
        row("POST", "/collections/{uuid}/open", vec![opened]),
        row("GET", "/collections", vec![known("/collections", &[])]),
        row(
            "POST",
            "/collections",
            vec![known("/collections", &[Need::Own(Verb::Manage)]).form(&[("title", "")]).done(&[422])],
        ),
        row("GET", "/collections/{uuid}", vec![seen(&world.shared), seen(&world.private), gone]),
        row(
            "POST",
            "/collections/{uuid}/grants",
            vec![
                managed(&world.shared, "/grants", &[("to", &second), ("write", "1")]).done(&[303]),
                // A group that the asker does not know of is none.
                managed(&world.shared, "/grants", &[("to", &foreign)]).done(&[422]),
                managed(&world.private, "/grants", &[("to", &fourth)]).done(&[422]),
            ],
        ),
        row(
            "POST",
            "/collections/{uuid}/grants/remove",
            vec![
                managed(&world.shared, "/grants/remove", &[("to", &first)]).done(&[422]),
                managed(&world.private, "/grants/remove", &[("to", &fourth)]).done(&[422]),
            ],
        ),
        row(
            "POST",
            "/collections/{uuid}/public",
            vec![
                managed(&world.shared, "/public", &[("public", "1")]).done(&[303]),
                managed(&world.private, "/public", &[("public", "0")]).done(&[303]),
            ],
        ),
    ]
}

fn administration(world: &World) -> Vec<Row> {
    let directory = world.store.directory();
    let member = |id: PersonId| directory.people[&id].member;
    let runs = Need::Either(Box::new(Need::Node(Verb::Manage)), Box::new(Need::Own(Verb::Manage)));
    let made = |organisation: usize, roles: &[Role]| {
        let of = &world.organisations[organisation];
        let nobody = Member { id: PersonId(0), organisation: of.id, roles: Roles::NONE };
        let mut pairs = vec![("organisation", of.uuid.as_str()), ("name", "X"), ("email", "reader-first")];
        pairs.extend(roles.iter().map(|role| ("role", role.as_str())));
        let needs = [Need::Person(Verb::Manage, nobody, Roles::of(roles))];
        // The name is taken: who may make the person is told so.
        known("/admin/people", &needs).form(&pairs).done(&[422])
    };
    let changed = |tail: &str, more: Option<Role>, done: &'static [u16]| -> Vec<Case> {
        let one = |s: &crate::world::Subject| {
            let member = member(s.id);
            let roles: Vec<&str> = member.roles.iter().map(Role::as_str).collect();
            let after = more.map_or(member.roles, |role| Roles::of(&[role]));
            let pairs: Vec<_> = match more {
                Some(role) => vec![("role", role.as_str())],
                None => roles.iter().map(|role| ("role", *role)).collect(),
            };
            let needs = [Need::Person(Verb::Manage, member, after)];
            known(format!("/admin/people/{}{tail}", s.uuid), &needs).form(&pairs).done(done)
        };
        let gone = known(format!("/admin/people/{}{tail}", uuid()), &[Need::Gone]).form(&[]);
        world.subjects.iter().map(one).chain([gone]).collect()
    };
    let organisation = |tail: &str| {
        let path = format!("/admin/organisations/{}{tail}", world.organisations[4].uuid);
        known(path, &[Need::Node(Verb::Manage)]).form(&[])
    };
    let groups = |tail: &str| -> Vec<Case> {
        let one = |(id, uuid): &(bartizan_clearinghouse::access::GroupId, String)| {
            known(format!("/admin/groups/{uuid}{tail}"), &[Need::Group(Verb::Manage, *id)])
                .form(&[("organisation", "nobody")])
                .done(&[422])
        };
        vec![one(&world.group), one(&world.foreign)]
    };
    vec![
        row("GET", "/admin/people", vec![known("/admin/people", &[runs])]),
        row(
            "POST",
            "/admin/people",
            vec![made(0, &[Role::Reader]), made(0, &[Role::Admin]), made(1, &[Role::Coordinator])],
        ),
        row("POST", "/admin/people/{id}/roles", changed("/roles", None, &[303])),
        row("POST", "/admin/people/{id}/invite", changed("/invite", None, &[200])),
        row("POST", "/admin/people/{id}/disable", changed("/disable", None, &[303])),
        row("POST", "/admin/people/{id}/enable", changed("/enable", None, &[303])),
        row("POST", "/admin/people/{id}/second-factor", changed("/second-factor", None, &[303])),
        row("POST", "/admin/organisations/{id}/disable", vec![organisation("/disable").ends()]),
        row("POST", "/admin/organisations/{id}/enable", vec![organisation("/enable").done(&[303])]),
        row("GET", "/admin/organisations", vec![known("/admin/organisations", &[Need::Node(Verb::Manage)])]),
        row(
            "POST",
            "/admin/organisations",
            vec![
                known("/admin/organisations", &[Need::Node(Verb::Manage)]).form(&[("name", "")]).done(&[422]),
            ],
        ),
        row("GET", "/admin/groups", vec![known("/admin/groups", &[])]),
        row(
            "POST",
            "/admin/groups",
            vec![known("/admin/groups", &[Need::Own(Verb::Manage)]).form(&[("name", "")]).done(&[422])],
        ),
        row("POST", "/admin/groups/{id}/add", groups("/add")),
        row("POST", "/admin/groups/{id}/remove", groups("/remove")),
        row("GET", "/audit", vec![known("/audit", &[Need::Audit(Verb::Read)])]),
        row("POST", "/audit/verify", vec![known("/audit/verify", &[Need::Audit(Verb::Read)]).form(&[])]),
    ]
}
