//! One name: what it is, who reports on it and in which words, what is named with it.

mod export;
mod history;
mod related;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_knowledge::Pack;
use bartizan_store::{NameCount, NamedIn, ReportId, RuleFilter, name_key};
use bartizan_workbench::{Mention, Name, Named, Piece};

use super::home::{count, marking};
use super::html;
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;

pub(super) use export::export;

/// Reports on a page.
const PAGE: usize = 25;
/// Names beside it.
const BESIDE: usize = 40;
/// Rules shown.
const RULES: usize = 20;
/// Other names shown.
const ALIASES: usize = 60;

/// `GET /names/{kind}/{name}`
pub(super) async fn show(
    State(app): State<App>,
    Path((kind, name)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    reader(&visit)?;
    let query = query.unwrap_or_default();
    let after = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "after");
    let before = after.and_then(|(_, value)| value.parse().ok()).map(ReportId);
    let readable = visit.readable();
    let known = known(app.pack, &kind, &name);
    let counted = app.store.name(&readable, &kind, &name).await.map_err(|e| visit.stop(&e))?;
    if counted.is_none() && known.is_none() {
        return Err(Stop::not_found(visit.shell));
    }
    let found = app.store.named_in(&readable, &kind, &name, before, PAGE + 1).await;
    let mut found = found.map_err(|e| visit.stop(&e))?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let beside = app.store.named_beside(&readable, &kind, &name, BESIDE).await.map_err(|e| visit.stop(&e))?;
    let days = app.store.name_days(&readable, &kind, &name).await.map_err(|e| visit.stop(&e))?;
    let history::History { seen, months } = history::history(&days);
    let relations = related::related(&app, &visit, &kind, &name, &found).await?;
    let below = below(&app, &visit, &readable, &kind, &name).await?;
    let mentions: Vec<Mention> = found.iter().map(|n| mention(&visit, n)).collect();
    let mut shell = visit.shell.clone();
    // What is counted here says something of every report that is counted, not only of those on this page.
    shell.marking = counted.iter().map(|c| c.marking).max().unwrap_or(shell.marking);
    let Known { id, shown, aliases } = known.unwrap_or_default();
    let said = counted.as_ref().map(|c| c.shown.clone()).unwrap_or_default();
    let name_of = name.clone();
    let page = Name {
        shown: if shown.is_empty() { said } else { shown },
        name,
        id: id.clone(),
        aliases,
        description: String::new(),
        seen,
        months: if months.len() > 1 { months } else { Vec::new() },
        mentions,
        found: counted.as_ref().map_or(0, |c| count(c.reports)),
        next: more.then(|| found.last().map(|n| n.report.id.0.to_string())).flatten(),
        related: below.into_iter().chain(beside.iter().map(link)).collect(),
        rules: rules(&app, &visit, &readable, &kind, &id).await?,
        exports: match &counted {
            Some(_) => [("CSV", "csv"), ("STIX 2.1", "stix")]
                .map(|(label, form)| {
                    (label.to_owned(), format!("{}/export/{form}", super::graph::href(&kind, &name_of)))
                })
                .into(),
            None => Vec::new(),
        },
        relations,
        may_copy: kind == "indicator",
        kind,
        shell,
    };
    Ok(html(page.render()))
}

/// Goes on if the visitor reads the library.
pub(super) fn reader(visit: &Visit) -> Result<(), Stop> {
    match visit.principal.organisation.map(Thing::Library) {
        Some(own) => visit.must(Verb::Read, &own, "Your roles do not include reading the library."),
        None => Err(Stop::not_found(visit.shell.clone())),
    }
}

/// Sub-techniques that reports name: the board counts them with the technique.
async fn below(
    app: &App,
    visit: &Visit,
    readable: &[i64],
    kind: &str,
    name: &str,
) -> Result<Vec<Named>, Stop> {
    if kind != "technique" || name.contains('.') {
        return Ok(Vec::new());
    }
    let counted = app.store.technique_counts(readable, false).await.map_err(|e| visit.stop(&e))?;
    let start = format!("{}.", name_key(kind, name).to_uppercase());
    let some = counted.into_iter().filter(|(id, _)| id.starts_with(&start));
    let title = |id: &str| app.pack.technique(id).map(|t| t.name).unwrap_or_default();
    Ok(some
        .map(|(id, n)| Named {
            kind: kind.to_owned(),
            shown: format!("{id} {}", title(&id)),
            name: id,
            reports: count(n),
        })
        .collect())
}

/// Rules that would see a technique, with where they are found.
async fn rules(
    app: &App,
    visit: &Visit,
    readable: &[i64],
    kind: &str,
    id: &str,
) -> Result<Vec<(String, String)>, Stop> {
    if kind != "technique" {
        return Ok(Vec::new());
    }
    let filter = RuleFilter { technique: Some(id), ..RuleFilter::default() };
    let found = app.store.rules(readable, &filter, RULES).await.map_err(|e| visit.stop(&e))?;
    let place =
        |title: &str| form_urlencoded::Serializer::new(String::new()).append_pair("q", title).finish();
    Ok(found.into_iter().map(|(_, r)| (r.title.clone(), format!("/rules?{}", place(&r.title)))).collect())
}

/// A name with its page.
pub(super) fn link(name: &NameCount) -> Named {
    Named {
        kind: name.kind.clone(),
        name: address(&name.kind, &name.value, &name.shown),
        shown: name.shown.clone(),
        reports: count(name.reports),
    }
}

/// A name as in an address: what is exact stays so, a technique is its id, the others are as people write them.
pub(super) fn address(kind: &str, value: &str, shown: &str) -> String {
    match kind {
        "indicator" => value.to_owned(),
        "technique" => value.to_uppercase(),
        _ => if name_key(kind, shown) == value { shown } else { value }.to_owned(),
    }
}

fn mention(visit: &Visit, found: &NamedIn) -> Mention {
    let NamedIn { report, named } = found;
    let letters: Vec<char> = named.sentence.chars().collect();
    let place = |at: i64| usize::try_from(at).unwrap_or_default().min(letters.len());
    let (from, to) = (place(named.hit.0), place(named.hit.1).max(place(named.hit.0)));
    let piece = |from: usize, to: usize, hit| Piece { text: letters[from..to].iter().collect(), hit };
    Mention {
        report: report.uuid.clone(),
        title: report.title.clone(),
        byline: [&report.publisher, &report.published]
            .into_iter()
            .filter(|text| !text.is_empty())
            .cloned()
            .collect(),
        sentence: vec![piece(0, from, false), piece(from, to, true), piece(to, letters.len(), false)],
        sure: named.sure.clone(),
        review: String::new(),
        marking: marking(visit, report),
    }
}

/// What the knowledge pack says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Known {
    id: String,
    shown: String,
    aliases: Vec<String>,
}

fn known(pack: &'static Pack, kind: &str, name: &str) -> Option<Known> {
    let key = name_key(kind, name);
    if kind == "technique" {
        let technique = pack.technique(&key.to_uppercase())?;
        let shown = format!("{} {}", technique.id, technique.name);
        return Some(Known { id: technique.id.to_owned(), shown, aliases: Vec::new() });
    }
    let entries = pack.entries();
    let entry = entries.iter().position(|e| e.kind.as_str() == kind && name_key(kind, e.name) == key)?;
    let spelled = pack.names().iter().filter(|n| usize::try_from(n.entry) == Ok(entry));
    let entry = &entries[entry];
    let aliases = spelled.map(|n| n.text).filter(|text| *text != entry.name).take(ALIASES);
    Some(Known {
        id: entry.id.unwrap_or_default().to_owned(),
        shown: entry.name.to_owned(),
        aliases: aliases.map(str::to_owned).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pack_knows_other_names() {
        let pack = Pack::built_in();
        let group = known(pack, "actor", "apt29").expect("a group");
        assert_eq!(group.id, "G0016");
        assert!(group.aliases.iter().any(|a| a == "Cozy Bear"), "{:?}", group.aliases);
        assert_eq!(known(pack, "technique", "t1059.001").expect("a technique").shown, "T1059.001 PowerShell");
        assert_eq!(known(pack, "indicator", "apt29"), None);
        assert_eq!(known(pack, "nonsense", "apt29"), None);
    }
}
