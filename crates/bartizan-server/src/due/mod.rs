//! The due list of an organisation: computed for whoever asks, from its inventories, the advisories that the asker reads, and public
//! facts. It is kept nowhere but in memory.

pub(crate) mod cache;
mod dates;
pub(crate) mod facts;
mod hunt;
mod notes;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bartizan_clearinghouse::access::{OrganisationId, PersonId, Verb};
use bartizan_clearinghouse::due::{
    Closure, Estate, Exception, Item, Notice, Notices, Published, Standing, State, state,
};
use bartizan_clearinghouse::priority::{Epss, NOT_LISTED_HOLDS, Said};
use bartizan_clearinghouse::token;
use bartizan_product::inventory::Asset;
use bartizan_store::AdvisoryQuestion;

use crate::app::App;
use crate::inventories::{self, Opened};
use crate::sharing::{Acting, Wrong};
use cache::{Computed, Edition};

pub(crate) use dates::ics;
pub(crate) use facts::{
    Catalogues, Kept, LARGEST as LARGEST_FACTS, brought, catalogues, keep as keep_facts, kept,
};
pub(crate) use hunt::{Rule, hunt};
pub(crate) use notes::{Decided, answer, close, except};
pub(crate) use table::csv;

/// Advisories that are asked for at once.
const PAGE: i64 = 1_000;

/// What somebody decided, and when.
#[derive(Clone)]
pub(crate) struct Word<T> {
    pub(crate) said: T,
    pub(crate) person: PersonId,
    pub(crate) at: i64,
}

/// A line of the list.
pub(crate) struct Line {
    /// Its place among the items, or among those that are gone.
    place: Result<usize, usize>,
    pub(crate) state: State,
    pub(crate) exception: Option<Word<Exception>>,
    pub(crate) closure: Option<Word<Closure>>,
}

impl Line {
    /// The newer document does not have it any more, and nobody has closed it.
    pub(crate) fn proposed(&self) -> bool {
        self.place.is_err() && self.state != State::Closed
    }
}

/// The list.
pub(crate) struct List {
    computed: Arc<Computed>,
    pub(crate) inventories: Vec<Opened>,
    pub(crate) lines: Vec<Line>,
    /// What was decided about items that are neither here nor in the edition before.
    pub(crate) past: Vec<Decided>,
    pub(crate) catalogues: Catalogues,
}

impl List {
    pub(crate) fn item(&self, line: &Line) -> &Item {
        match line.place {
            Ok(at) => &self.computed.items[at],
            Err(at) => &self.computed.gone[at],
        }
    }

    pub(crate) fn inventory(&self, item: &Item) -> &Opened {
        &self.inventories[item.estate]
    }

    pub(crate) fn notices(&self) -> &[Arc<Notice>] {
        self.computed.notices.notices()
    }

    /// A line by the name of its item.
    pub(crate) fn find(&self, id: &str) -> Option<&Line> {
        self.lines.iter().find(|line| self.item(line).id == id)
    }

    /// What shows that an item is gone, in words for the evidence of a closure.
    pub(crate) fn evidence(&self, item: &Item) -> String {
        let Opened { entry, holding } = self.inventory(item);
        let digest = holding.digest.get(..16).unwrap_or_default();
        format!("not in edition {} of the inventory, SHA-256 {digest}…", entry.edition)
    }
}

/// The list of the asker's organisation.
pub(crate) async fn list(app: &App, acting: &Acting<'_>) -> Result<List, Wrong> {
    let own = inventories::own(acting, Verb::Read)?;
    let inventories = inventories::all(app, acting).await?;
    let catalogues = catalogues(app).await?;
    let (answers, answered) = notes::answers(app, own).await?;
    let advisories = advisories(app, acting).await?;
    let key = key(own, &inventories, &advisories, &catalogues, &answered, acting.now);
    let computed = match app.due.list(&key) {
        Some(computed) => computed,
        None => {
            let (mut now, mut before) = (Vec::new(), Vec::new());
            for opened in &inventories {
                now.push(inventories::assets(app, opened).await?);
                let Opened { entry, holding } = opened;
                let former = match entry.edition {
                    1 => None,
                    number => Some(inventories::read_assets(app, entry, number - 1).await?),
                };
                before.push(former.map_or_else(Vec::new, |assets| holding.edited(assets.to_vec())));
            }
            let notices = index(app, &advisories).await?;
            let names: Vec<(String, i64)> =
                inventories.iter().map(|o| (o.entry.uuid.clone(), o.entry.changed)).collect();
            let (facts, at) = (catalogues.clone(), acting.now);
            let work = move || compute(notices, &names, [&now, &before], &facts, &answers, at);
            let computed = tokio::task::spawn_blocking(work).await.map_err(|e| {
                tracing::error!(error = %e, "computing a due list ended");
                Wrong::Unfit("The list could not be computed.".into())
            })?;
            let computed = Arc::new(computed);
            app.due.keep_list(key, &computed);
            computed
        }
    };
    standing(app, own, acting.now, computed, inventories, catalogues).await
}

/// Everything that a list depends on.
fn key(
    own: OrganisationId,
    inventories: &[Opened],
    advisories: &[(Edition, i64)],
    catalogues: &Catalogues,
    answered: &str,
    now: i64,
) -> String {
    use std::fmt::Write;
    let mut text = format!("{} {answered} {}", own.0, catalogues.key());
    // A catalogue says less when it is old.
    let stale = now.saturating_sub(catalogues.kev.dated) > NOT_LISTED_HOLDS;
    let _ = write!(text, " {stale}");
    for opened in inventories {
        let _ = write!(text, " {}/{}", opened.entry.uuid, opened.entry.revision);
    }
    for ((uuid, edition), _) in advisories {
        let _ = write!(text, " {uuid}/{edition}");
    }
    token::digest(&text)
}

/// The advisories that the asker reads, by edition, each with its number in the store.
async fn advisories(app: &App, acting: &Acting<'_>) -> Result<Vec<(Edition, i64)>, Wrong> {
    let directory = acting.directory;
    let collections = directory.collections.keys().copied();
    let mut audiences: Vec<i64> =
        collections.flat_map(|id| directory.readable(acting.principal, Some(id), acting.now)).collect();
    audiences.sort_unstable();
    audiences.dedup();
    let (mut all, mut after) = (Vec::new(), 0);
    loop {
        let asked = AdvisoryQuestion {
            audiences: &audiences,
            now: acting.now,
            after,
            limit: PAGE,
            ..AdvisoryQuestion::default()
        };
        let found = app.store.released_advisories(&asked).await?;
        let Some(last) = found.last() else { return Ok(all) };
        after = last.id;
        all.extend(found.into_iter().map(|a| ((a.uuid, a.edition), a.id)));
    }
}

/// The index over these advisories. Each edition is parsed once, whoever reads it.
async fn index(app: &App, advisories: &[(Edition, i64)]) -> Result<Arc<Notices>, Wrong> {
    let keys: Vec<Edition> = advisories.iter().map(|(key, _)| key.clone()).collect();
    let name =
        token::digest(&keys.iter().map(|(uuid, n)| format!("{uuid}/{n}")).collect::<Vec<_>>().join(" "));
    if let Some(index) = app.due.index(&name) {
        return Ok(index);
    }
    let mut known = app.due.notices(&keys);
    let mut bodies = Vec::new();
    for (place, (key, id)) in advisories.iter().enumerate() {
        if known[place].is_none() {
            bodies.push((place, key.clone(), app.store.advisory_body(*id, key.1).await?.unwrap_or_default()));
        }
    }
    let built = tokio::task::spawn_blocking(move || {
        let mut new = Vec::new();
        for (place, key, body) in bodies {
            match Notice::read(&key.0, &body) {
                Ok(notice) => {
                    let notice = Arc::new(notice);
                    known[place] = Some(Arc::clone(&notice));
                    new.push((key, notice));
                }
                Err(e) => tracing::error!(error = %e, advisory = key.0, "an advisory cannot be read"),
            }
        }
        (Arc::new(Notices::new(known.into_iter().flatten().collect())), new)
    });
    let (index, new) = built.await.map_err(|e| {
        tracing::error!(error = %e, "reading advisories ended");
        Wrong::Unfit("The advisories could not be read.".into())
    })?;
    app.due.keep_notices(new, &keys);
    app.due.keep_index(name, &index);
    Ok(index)
}

fn compute(
    notices: Arc<Notices>,
    names: &[(String, i64)],
    [now, before]: [&[Vec<Asset>]; 2],
    catalogues: &Catalogues,
    answers: &BTreeMap<String, Vec<Said>>,
    at: i64,
) -> Computed {
    let epss = |cve: &str| -> Option<Epss> { catalogues.epss_of(cve) };
    let published =
        Published { now: at, kev: Some(&catalogues.kev), epss: Some(&epss), answers: Some(answers) };
    let estates = |all: &[Vec<Asset>]| {
        let all = names.iter().zip(all);
        let estates = all.map(|((uuid, changed), assets)| (uuid.clone(), *changed, assets.clone()));
        estates.collect::<Vec<_>>()
    };
    let list = |all: &[Vec<Asset>]| {
        let owned = estates(all);
        let estates: Vec<Estate<'_>> = owned
            .iter()
            .map(|(inventory, dated, assets)| Estate { inventory: inventory.clone(), dated: *dated, assets })
            .collect();
        notices.list(&estates, &published)
    };
    let items = list(now);
    let there: BTreeSet<&str> = items.iter().map(|item| item.id.as_str()).collect();
    let gone = list(before).into_iter().filter(|item| !there.contains(item.id.as_str())).collect();
    Computed { notices, items, gone }
}

/// The list with what was decided.
async fn standing(
    app: &App,
    own: OrganisationId,
    now: i64,
    computed: Arc<Computed>,
    inventories: Vec<Opened>,
    catalogues: Catalogues,
) -> Result<List, Wrong> {
    let (exceptions, closures) = notes::decided(app, own).await?;
    let said = Standing {
        exceptions: exceptions.iter().map(|(id, d)| (id.clone(), (d.word.said.clone(), d.word.at))).collect(),
        closures: closures.iter().map(|(id, d)| (id.clone(), (d.word.said.clone(), d.word.at))).collect(),
    };
    let mut lines = Vec::with_capacity(computed.items.len());
    let mut seen = BTreeSet::new();
    let all = computed.items.iter().enumerate().map(|(at, item)| (Ok(at), item));
    for (place, item) in all.chain(computed.gone.iter().enumerate().map(|(at, item)| (Err(at), item))) {
        let uploaded = inventories[item.estate].holding.uploaded;
        // No document shows what is gone: whatever closed it is believed.
        let uploaded = if place.is_err() { i64::MIN } else { uploaded };
        seen.insert(item.id.as_str());
        lines.push(Line {
            place,
            state: state(item, &said, uploaded, now),
            exception: exceptions.get(&item.id).map(|d| d.word.clone()),
            closure: closures.get(&item.id).map(|d| d.word.clone()),
        });
    }
    let past = closures.iter().filter(|(id, _)| !seen.contains(id.as_str()));
    let past =
        past.map(|(id, d)| Decided { item: id.clone(), subject: d.subject.clone(), word: d.word.clone() });
    let past = past.collect();
    Ok(List { computed, inventories, lines, past, catalogues })
}
