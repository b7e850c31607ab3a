//! Public facts about vulnerabilities: as an administrator brought them, else as the pack of knowledge has them.

use std::sync::Arc;

use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::due::KevCatalogue;
use bartizan_clearinghouse::priority;
use bartizan_clearinghouse::{time, token};
use bartizan_response::risk::epss::{self, Epss};
use bartizan_store::{FactArrival, FactKind, NewFactFile};

use crate::app::App;
use crate::sharing::{Acting, Wrong};

/// Largest file, in bytes.
pub(crate) const LARGEST: usize = 64 << 20;

/// The facts of a moment.
#[derive(Clone)]
pub(crate) struct Catalogues {
    pub(crate) kev: Arc<KevCatalogue>,
    pub(crate) epss: Option<Arc<Epss>>,
    /// Digests of the files, for what is computed from them.
    keys: [String; 2],
    /// When EPSS is from, microseconds since 1970.
    pub(crate) epss_dated: i64,
}

impl Catalogues {
    pub(super) fn key(&self) -> String {
        self.keys.join(" ")
    }

    /// What was looked at: name, of when in microseconds since 1970, how many vulnerabilities.
    pub(crate) fn shown(&self) -> Vec<(String, i64, u64)> {
        let mut all = vec![("KEV".to_owned(), self.kev.dated, self.kev.added.len() as u64)];
        all.extend(self.epss.as_ref().map(|epss| ("EPSS".to_owned(), self.epss_dated, epss.count() as u64)));
        all
    }

    pub(super) fn epss_of(&self, cve: &str) -> Option<priority::Epss> {
        let found = self.epss.as_ref()?.of(cve)?;
        let (score, percentile) = (f64::from(found.probability), f64::from(found.percentile));
        Some(priority::Epss { score, percentile, date: self.epss_dated })
    }
}

/// What there is of a kind, for people.
pub(crate) struct Kept {
    pub(crate) kind: FactKind,
    /// `file` or `pack`.
    pub(crate) from: &'static str,
    /// Of when it is, microseconds since 1970.
    pub(crate) dated: i64,
    pub(crate) entries: u64,
    pub(crate) digest: String,
    /// When it was brought, microseconds since 1970; none for what came with the program.
    pub(crate) brought: Option<i64>,
}

/// The most files that are told of.
const TOLD: i64 = 50;

/// The files that were brought, newest first.
pub(crate) async fn brought(app: &App) -> Result<Vec<FactArrival>, Wrong> {
    Ok(app.store.facts_brought(TOLD).await?)
}

fn day(text: &str) -> Option<i64> {
    time::parse(&format!("{text}T00:00:00Z"))
}

fn pack(app: &App) -> KevCatalogue {
    let dated = app.pack.sources().iter().find(|source| source.name == "CISA KEV").and_then(|s| day(s.date));
    KevCatalogue::of(app.pack.kev_list().iter().map(|entry| (entry.cve, entry.added)), dated.unwrap_or(0))
}

/// The catalogues, each the newer of what was brought and what the pack has.
pub(crate) async fn catalogues(app: &App) -> Result<Catalogues, Wrong> {
    let file = app.store.facts(FactKind::Kev).await?;
    let kev_key = file.as_ref().map_or_else(|| "pack".to_owned(), |f| f.digest.clone());
    let kev = match app.due.kev(&kev_key) {
        Some(kev) => kev,
        None => {
            let own = pack(app);
            let brought = match file.filter(|f| f.dated >= own.dated) {
                Some(_) => {
                    app.store.facts_body(FactKind::Kev).await?.and_then(|b| KevCatalogue::read(&b).ok())
                }
                None => None,
            };
            let kev = Arc::new(brought.unwrap_or(own));
            app.due.keep_kev(kev_key.clone(), &kev);
            kev
        }
    };
    let file = app.store.facts(FactKind::Epss).await?;
    let epss_key = file.as_ref().map(|f| f.digest.clone()).unwrap_or_default();
    let epss = match (&file, app.due.epss(&epss_key)) {
        (None, _) => None,
        (Some(_), Some(epss)) => Some(epss),
        (Some(_), None) => {
            let body = app.store.facts_body(FactKind::Epss).await?.unwrap_or_default();
            let epss = epss::parse(&body).ok().map(Arc::new);
            if let Some(epss) = &epss {
                app.due.keep_epss(epss_key.clone(), epss);
            }
            epss
        }
    };
    let epss_dated = file.map_or(0, |f| f.dated);
    Ok(Catalogues { kev, epss, keys: [kev_key, epss_key], epss_dated })
}

/// What there is, for whoever is on the node.
pub(crate) async fn kept(app: &App) -> Result<Vec<Kept>, Wrong> {
    let mut all = Vec::new();
    for kind in FactKind::ALL {
        if let Some(file) = app.store.facts(kind).await? {
            let entries = u64::try_from(file.entries).unwrap_or_default();
            let (dated, digest, brought) = (file.dated, file.digest, Some(file.kept));
            all.push(Kept { kind, from: "file", dated, entries, digest, brought });
        } else if kind == FactKind::Kev {
            let own = pack(app);
            let entries = u64::try_from(own.added.len()).unwrap_or_default();
            let digest = String::new();
            all.push(Kept { kind, from: "pack", dated: own.dated, entries, digest, brought: None });
        }
    }
    Ok(all)
}

/// Keeps a file that an administrator brings. Half a catalogue would say of the rest that it is not in it: then nothing is kept.
pub(crate) async fn keep(
    app: &App,
    acting: &Acting<'_>,
    kind: FactKind,
    bytes: &[u8],
) -> Result<Kept, Wrong> {
    acting.must(Verb::Manage, &Thing::Node, "Whoever runs the node brings the facts.")?;
    let (dated, entries) = match kind {
        FactKind::Kev => {
            let kev = KevCatalogue::read(bytes).map_err(|fault| Wrong::Unfit(fault.to_string()))?;
            (kev.dated, kev.added.len())
        }
        FactKind::Epss => {
            let epss = epss::parse(bytes).map_err(Wrong::Unfit)?;
            if let Some(fault) = epss.faults.first() {
                return Err(Wrong::Unfit(format!("{fault} [{}]", fault.code.as_str())));
            }
            let day_ = epss.date.and_then(|date| day(&date.to_string()));
            (day_.ok_or_else(|| Wrong::Unfit("the file does not say its day".into()))?, epss.count())
        }
    };
    if dated > acting.now.saturating_add(2 * 86_400_000_000) {
        return Err(Wrong::Unfit("the file says that it is from the future".into()));
    }
    let digest = token::digest_bytes(bytes);
    let new = NewFactFile {
        kind,
        dated,
        digest: &digest,
        entries: i64::try_from(entries).unwrap_or(i64::MAX),
        body: bytes,
    };
    if !app.store.keep_facts(&acting.by(), &new).await? {
        return Err(Wrong::Unfit("the file that is there is newer; it stays".into()));
    }
    let entries = u64::try_from(entries).unwrap_or_default();
    Ok(Kept { kind, from: "file", dated, entries, digest, brought: Some(acting.now) })
}
