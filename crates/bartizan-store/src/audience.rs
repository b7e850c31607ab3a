//! Audiences as rows: who reads a piece of content.

use bartizan_clearinghouse::access::{Audience, CollectionId, OrganisationId, PersonId};
use bartizan_clearinghouse::pap::Pap;
use bartizan_stix::Tlp;

use crate::error::Error;
use crate::sql::{Row, Tx, values};

/// Rank of a marking in the database: 0 `TLP:CLEAR` to 4 `TLP:RED`.
pub(crate) fn rank(marking: Tlp) -> i64 {
    Tlp::ALL.iter().position(|t| *t == marking).unwrap_or(Tlp::ALL.len()) as i64
}

/// The marking of a rank; what is no rank is the strictest.
pub(crate) fn marking(rank: i64) -> Tlp {
    usize::try_from(rank).ok().and_then(|i| Tlp::ALL.get(i)).copied().unwrap_or(Tlp::Red)
}

/// Rank of a PAP label in the database: 0 for none, 1 `PAP:CLEAR` to 4 `PAP:RED`.
pub(crate) fn pap_rank(pap: Option<Pap>) -> i64 {
    pap.and_then(|pap| Pap::ALL.iter().position(|p| *p == pap)).map_or(0, |i| i as i64 + 1)
}

/// The PAP label of a rank; what is no rank is the strictest.
pub(crate) fn pap(rank: i64) -> Option<Pap> {
    match usize::try_from(rank) {
        Ok(0) => None,
        Ok(rank) => Some(Pap::ALL.get(rank - 1).copied().unwrap_or(Pap::Red)),
        Err(_) => Some(Pap::Red),
    }
}

/// From `id, collection, owner, author, marking, embargo`.
pub(crate) fn read(row: &Row) -> Result<Audience, Error> {
    let some = |number: i64| (number != 0).then_some(number);
    Ok(Audience {
        owner: OrganisationId(row.number(2)?),
        author: some(row.number(3)?).map(PersonId),
        marking: marking(row.number(4)?),
        embargo: some(row.number(5)?),
        collection: some(row.number(1)?).map(CollectionId),
    })
}

/// The number of an audience; a new one is made (and the directory moved) if there is none. The author is kept where the marking
/// asks for it and nowhere else, so that audiences stay few.
pub(crate) async fn number(tx: &mut Tx, audience: &Audience) -> Result<i64, Error> {
    let collection = audience.collection.map_or(0, |c| c.0);
    let owner = audience.owner.0;
    let author = audience.author.filter(|_| audience.marking == Tlp::Red).map_or(0, |p| p.0);
    let marking = rank(audience.marking);
    let embargo = audience.embargo.unwrap_or(0);
    let find = "SELECT id FROM audience
                WHERE collection = $1 AND owner = $2 AND author = $3 AND marking = $4 AND embargo = $5";
    let key = values![collection, owner, author, marking, embargo];
    if let Some(row) = tx.one(find, key).await? {
        return row.number(0);
    }
    // The counter's row is held until the commit: two transactions cannot both find nothing and go on.
    let id = tx.next("audience").await?;
    if let Some(row) = tx.one(find, key).await? {
        return row.number(0);
    }
    let sql = "INSERT INTO audience (id, collection, owner, author, marking, embargo)
               VALUES ($1, $2, $3, $4, $5, $6)";
    tx.run(sql, values![id, collection, owner, author, marking, embargo]).await?;
    tx.next("directory").await?;
    Ok(id)
}
