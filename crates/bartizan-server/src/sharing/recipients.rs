//! Whom a collection names as recipients of what is TLP:RED in it.

use bartizan_clearinghouse::access::{PersonId, Thing, Verb};
use bartizan_store::PersonEntry;

use super::{Acting, Wrong};
use crate::app::App;

const REFUSED: &str = "Only a coordinator of its owner names recipients.";

/// The persons named, by name; only for who runs the collection.
pub(crate) fn named<'d>(acting: &Acting<'d>, address: &str) -> Result<Vec<&'d PersonEntry>, Wrong> {
    let entry = acting.collection(address)?;
    acting.must(Verb::Manage, &Thing::Collection(&entry.access), REFUSED)?;
    let mut people: Vec<_> =
        entry.access.named.iter().filter_map(|id| acting.directory.people.get(id)).collect();
    people.sort_by(|a, b| a.shown.cmp(&b.shown).then(a.member.id.cmp(&b.member.id)));
    Ok(people)
}

/// Names a person, or no longer. By identifier, or by sign-in name those whose entry the asker sees: that a person of another
/// organisation is there is not told to who cannot say their identifier.
pub(crate) async fn name(
    app: &App,
    acting: &Acting<'_>,
    address: &str,
    whom: &str,
    named: bool,
) -> Result<PersonId, Wrong> {
    let entry = acting.collection(address)?;
    acting.must(Verb::Manage, &Thing::Collection(&entry.access), REFUSED)?;
    let whom = whom.trim();
    let sees = |p: &PersonEntry| acting.may(Verb::List, &Thing::Person(p.member, p.member.roles));
    let found = acting
        .directory
        .people
        .values()
        .find(|p| p.uuid == whom || (p.name == whom.to_lowercase() && sees(p)));
    let reads = |p: &&PersonEntry| !p.closed && entry.access.rights(p.member.organisation).read;
    let none = "Nobody of that name or identifier belongs to an organisation that reads this collection.";
    // Whoever is named can be taken away, wherever their organisation went.
    let person = found.filter(|p| if named { reads(p) } else { entry.access.named.contains(&p.member.id) });
    let person = person.ok_or_else(|| Wrong::Unfit(none.into()))?;
    app.store.name_recipient(&acting.by(), entry.access.id, person.member.id, named).await?;
    Ok(person.member.id)
}
