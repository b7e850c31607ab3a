//! The decision.

use bartizan_stix::Tlp;

use crate::pap::Pap;

use super::{
    Audience, Collection, Group, Member, OrganisationId, Principal, Role, Roles, Scope, Thing, Verb,
};

/// May they or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// They may.
    Allow,
    /// They may not.
    Deny(Refusal),
}

impl Decision {
    /// Whether they may.
    pub fn allowed(self) -> bool {
        self == Self::Allow
    }
}

/// Why not, in the order of what may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The asker may not know that it exists.
    Unknown,
    /// The asker knows of it and may not do this.
    Forbidden,
    /// Nobody may without showing who they are.
    SignIn,
}

const CONTENT: [Role; 4] = [Role::Reader, Role::Analyst, Role::Reviewer, Role::Coordinator];
const WRITERS: [Role; 3] = [Role::Analyst, Role::Reviewer, Role::Coordinator];
const REVIEWERS: [Role; 2] = [Role::Reviewer, Role::Coordinator];

/// Whether a principal may do this with that, now (microseconds since 1970).
pub fn decide(principal: &Principal, verb: Verb, thing: &Thing<'_>, now: i64) -> Decision {
    let knows = knows(principal, thing, now);
    if !knows {
        return Decision::Deny(if principal.known() { Refusal::Unknown } else { Refusal::SignIn });
    }
    if principal.scopes.has(needs(verb)) && may(principal, verb, thing) {
        return Decision::Allow;
    }
    Decision::Deny(if principal.known() { Refusal::Forbidden } else { Refusal::SignIn })
}

/// What a token has to be for, so that this may be done with it.
pub fn needs(verb: Verb) -> Scope {
    match verb {
        Verb::List | Verb::Read | Verb::Forward => Scope::Read,
        Verb::Add | Verb::Remove | Verb::Review | Verb::Act => Scope::Write,
        Verb::Manage => Scope::Manage,
    }
}

/// Whether the principal may know that the thing exists.
fn knows(p: &Principal, thing: &Thing<'_>, now: i64) -> bool {
    match thing {
        Thing::Content { audience, collection }
        | Thing::Use { audience, collection, .. }
        | Thing::Marking { audience, collection, .. } => reads(p, audience, *collection, now),
        Thing::Collection(c) => sees_collection(p, c),
        Thing::Library(owner) => own(p, *owner),
        Thing::Group(group) => sees_group(p, group),
        // Who is on the node is known to everybody who is.
        Thing::Organisation(_) => p.known(),
        Thing::Person(person, _) => p.roles.has(Role::Admin) || own(p, person.organisation),
        Thing::Token(owner, _) => p.person == Some(*owner),
        // The door is to be found; what was handed in is between the two.
        Thing::Desk(owner, open) => p.known() && (*open || own(p, *owner)),
        // In a case under embargo it is for who is read in, as the case is; who sent it has it anyway.
        Thing::Submission { desk, sender, person, case } => {
            let taken = own(p, *desk) && case.is_none_or(|case| case.keeps_report(p));
            let sent = own(p, *sender) && case.is_none_or(|case| case.sent_report(p, *person));
            (taken || sent) && p.roles.any(&CONTENT)
        }
        // What one operator does about an advisory is nothing to the others.
        Thing::Receipt { owner, operator } => (own(p, *owner) || own(p, *operator)) && p.roles.any(&CONTENT),
        // Nobody else, whatever they run: it is a list of where somebody can be attacked.
        Thing::Inventory(owner) => own(p, *owner) && p.roles.any(&CONTENT),
        Thing::Case(case) => case.knows(p),
        // Whose scan it is, whose targets they are, and who keeps them apart; nobody else, whatever they scan themselves.
        Thing::ScanIntent { desk, scanner, owners } => {
            coordinates(p, *desk)
                || p.roles.any(&CONTENT) && (own(p, *scanner) || owners.iter().any(|owner| own(p, *owner)))
        }
        Thing::ScanRange { owner, desk } => coordinates(p, *desk) || own(p, *owner) && p.roles.any(&CONTENT),
        Thing::Programme(_) => p.known(),
        Thing::Window { window, matter, of } => window.knows(p, *matter, *of),
        Thing::Edition(edition) => edition.knows(p),
        Thing::Audit => p.roles.any(&[Role::Auditor, Role::Admin]),
        Thing::Node => p.known(),
    }
}

/// Whether the principal, who knows of it, may do it.
fn may(p: &Principal, verb: Verb, thing: &Thing<'_>) -> bool {
    match (thing, verb) {
        // Only what states its PAP label is used.
        (Thing::Use { audience, pap, .. }, Verb::Forward | Verb::Act) => uses(verb, audience.marking, *pap),
        (_, Verb::Forward | Verb::Act) => false,
        (Thing::Use { .. } | Thing::Marking { .. }, Verb::List | Verb::Read) => true,
        (Thing::Use { .. }, _) => false,
        (Thing::Marking { audience, after, freer, .. }, _) => marks(p, audience, after, *freer),

        (Thing::Content { .. }, Verb::List | Verb::Read) => true,
        (Thing::Content { audience, collection }, Verb::Add | Verb::Remove) => {
            removes(p, audience, *collection)
        }
        (Thing::Content { audience, .. }, Verb::Review) => own(p, audience.owner) && p.roles.any(&REVIEWERS),
        (Thing::Content { audience, .. }, Verb::Manage) => {
            own(p, audience.owner) && p.roles.has(Role::Coordinator)
        }

        (Thing::Collection(_), Verb::List) => true,
        (Thing::Collection(c), Verb::Read) => reads_collection(p, c),
        (Thing::Collection(c), Verb::Add | Verb::Remove) => p.roles.any(&WRITERS) && writes_collection(p, c),
        (Thing::Collection(c), Verb::Review) => p.roles.any(&REVIEWERS) && writes_collection(p, c),
        (Thing::Collection(c), Verb::Manage) => own(p, c.owner) && p.roles.has(Role::Coordinator),

        (Thing::Library(_), Verb::List | Verb::Read) => p.roles.any(&CONTENT),
        (Thing::Library(_), Verb::Add | Verb::Remove) => p.roles.any(&WRITERS),
        (Thing::Library(_), Verb::Review) => p.roles.any(&REVIEWERS),
        // New collections and groups of the own organisation.
        (Thing::Library(_), Verb::Manage) => p.roles.has(Role::Coordinator),

        (Thing::Group(_), Verb::List | Verb::Read) => true,
        (Thing::Group(group), _) => own(p, group.owner) && p.roles.has(Role::Coordinator),

        (Thing::Organisation(_), Verb::List | Verb::Read) => true,
        (Thing::Organisation(_), _) => p.roles.has(Role::Admin),

        (Thing::Person(..), Verb::List | Verb::Read) => true,
        (Thing::Person(person, after), _) => changes_person(p, person, *after),

        (Thing::Token(..), Verb::List | Verb::Read) => true,
        // Nothing makes or ends what may do more than itself.
        (Thing::Token(_, scopes), _) => p.scopes.covers(*scopes),

        (Thing::Desk(..), Verb::List | Verb::Read) => true,
        (Thing::Desk(_, open), Verb::Add) => *open && p.roles.any(&WRITERS),
        (Thing::Desk(owner, _), _) => own(p, *owner) && p.roles.has(Role::Coordinator),

        (Thing::Submission { .. }, Verb::List | Verb::Read) => true,
        // Whose desk it is decides, and opens its files; who sent it has sent it.
        (Thing::Submission { desk, .. }, Verb::Review) => own(p, *desk) && p.roles.any(&REVIEWERS),
        (Thing::Submission { .. }, _) => false,

        (Thing::ScanIntent { .. }, Verb::List | Verb::Read) => true,
        (Thing::ScanIntent { scanner, .. }, Verb::Add) => own(p, *scanner) && p.roles.any(&WRITERS),
        // The button for stopping is within everybody's reach who is concerned.
        (Thing::ScanIntent { desk, scanner, owners }, Verb::Remove) => {
            let concerned = own(p, *scanner) || owners.iter().any(|owner| own(p, *owner));
            coordinates(p, *desk) || concerned && p.roles.any(&WRITERS)
        }
        (Thing::ScanIntent { owners, .. }, Verb::Review) => {
            owners.iter().any(|owner| own(p, *owner)) && p.roles.any(&REVIEWERS)
        }
        (Thing::ScanIntent { desk, .. }, Verb::Manage) => coordinates(p, *desk),

        (Thing::ScanRange { .. }, Verb::List | Verb::Read) => true,
        (Thing::ScanRange { owner, .. }, Verb::Add | Verb::Remove) => {
            own(p, *owner) && p.roles.has(Role::Coordinator)
        }
        (Thing::ScanRange { desk, .. }, Verb::Review) => coordinates(p, *desk),
        (Thing::ScanRange { .. }, _) => false,

        (Thing::Receipt { .. }, Verb::List | Verb::Read) => true,
        (Thing::Receipt { operator, .. }, Verb::Add) => own(p, *operator) && p.roles.any(&WRITERS),
        (Thing::Receipt { .. }, _) => false,

        (Thing::Inventory(_), Verb::List | Verb::Read) => true,
        (Thing::Inventory(_), Verb::Add | Verb::Remove) => p.roles.any(&WRITERS),
        // To live with a risk for a while is a decision.
        (Thing::Inventory(_), Verb::Review) => p.roles.any(&REVIEWERS),
        (Thing::Inventory(_), Verb::Manage) => p.roles.has(Role::Coordinator),

        (Thing::Case(case), _) => case.may(p, verb),

        (Thing::Programme(_), Verb::List | Verb::Read) => true,
        (Thing::Programme(owner), Verb::Manage) => coordinates(p, *owner),
        (Thing::Programme(_), _) => false,
        (Thing::Window { window, .. }, _) => window.may(p, verb),
        (Thing::Edition(_), _) => matches!(verb, Verb::List | Verb::Read),

        (Thing::Audit, Verb::List | Verb::Read) => p.roles.any(&[Role::Auditor, Role::Admin]),
        // Nobody changes the audit log.
        (Thing::Audit, _) => false,

        (Thing::Node, Verb::List) => true,
        (Thing::Node, _) => p.roles.has(Role::Admin),
    }
}

/// What PAP lets one do (MISP's taxonomy): RED nothing that shows outside, AMBER only what is passive, GREEN and CLEAR more. TLP:RED is
/// for the eyes of persons: no program takes it elsewhere.
fn uses(verb: Verb, marking: Tlp, pap: Option<Pap>) -> bool {
    let most = if verb == Verb::Act { Pap::Green } else { Pap::Amber };
    pap.is_none_or(|pap| pap <= most) && (verb != Verb::Forward || marking != Tlp::Red)
}

/// Stricter, or under embargo for longer: whoever writes for its owner. Freer, or sooner: whoever reviews for its owner.
fn marks(p: &Principal, before: &Audience, after: &Audience, freer: bool) -> bool {
    let sooner = after.embargo.unwrap_or(i64::MIN) < before.embargo.unwrap_or(i64::MIN);
    let freer = freer || sooner || after.marking < before.marking;
    // Owner, author and place are not what a marking changes.
    let same = before.owner == after.owner && before.collection == after.collection;
    same && own(p, before.owner) && p.roles.any(if freer { &REVIEWERS } else { &WRITERS })
}

fn own(p: &Principal, organisation: OrganisationId) -> bool {
    p.organisation == Some(organisation)
}

fn coordinates(p: &Principal, desk: OrganisationId) -> bool {
    own(p, desk) && p.roles.has(Role::Coordinator)
}

/// Whether the marking, the embargo and the collection let the principal read.
fn reads(p: &Principal, audience: &Audience, collection: Option<&Collection>, now: i64) -> bool {
    let named = p.person.is_some()
        && (p.person == audience.author
            || collection.is_some_and(|c| p.person.is_some_and(|person| c.named.contains(&person))));
    let owner = own(p, audience.owner);
    if p.known() && !p.roles.any(&CONTENT) {
        return false;
    }
    if audience.embargo.is_some_and(|until| now < until) && !owner {
        return false;
    }
    // Named recipients only: not even the rest of the owner's organisation.
    if audience.marking == Tlp::Red {
        let passes = owner || collection.is_some_and(|c| passes(p, c, Tlp::Red));
        return named && passes;
    }
    if owner {
        return true;
    }
    // An audience that names a collection is only read through that collection.
    match (audience.collection, collection) {
        (Some(id), Some(c)) if c.id == id => passes(p, c, audience.marking),
        _ => false,
    }
}

/// Whether a collection gives content of this marking to the principal.
fn passes(p: &Principal, c: &Collection, marking: Tlp) -> bool {
    let member = p.organisation.is_some_and(|o| c.rights(o).read);
    let client = p.client_of.is_some_and(|o| c.rights(o).read);
    match marking {
        Tlp::Clear => c.public || member || client,
        Tlp::Green | Tlp::Amber => member || client,
        Tlp::AmberStrict | Tlp::Red => member,
    }
}

fn reads_collection(p: &Principal, c: &Collection) -> bool {
    if p.known() && !p.roles.any(&CONTENT) {
        return false;
    }
    passes(p, c, Tlp::Clear)
}

fn writes_collection(p: &Principal, c: &Collection) -> bool {
    p.organisation.is_some_and(|o| c.rights(o).write)
}

fn sees_collection(p: &Principal, c: &Collection) -> bool {
    let runs = own(p, c.owner) && p.roles.any(&[Role::Coordinator, Role::Admin]);
    runs || reads_collection(p, c) || (p.roles.any(&WRITERS) && writes_collection(p, c))
}

/// Content is taken back by who added it, or by who runs the collection.
fn removes(p: &Principal, audience: &Audience, collection: Option<&Collection>) -> bool {
    let added = own(p, audience.owner) && p.roles.any(&WRITERS);
    match collection {
        None => added,
        Some(c) => writes_collection(p, c) && (added || (own(p, c.owner) && p.roles.has(Role::Coordinator))),
    }
}

/// Membership of a group is known to its members, who runs it, and nobody else.
fn sees_group(p: &Principal, group: &Group) -> bool {
    own(p, group.owner) || p.organisation.is_some_and(|o| group.members.contains(&o))
}

/// Nobody gives a role they do not have, nor changes somebody who has one; only the node's admin reaches beyond the own
/// organisation.
fn changes_person(p: &Principal, person: &Member, after: Roles) -> bool {
    if p.roles.has(Role::Admin) {
        return true;
    }
    own(p, person.organisation)
        && p.roles.has(Role::Coordinator)
        && p.roles.covers(person.roles)
        && p.roles.covers(after)
}
