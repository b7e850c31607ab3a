//! Review: the text of a report beside its claims, each to be accepted, rejected, moved or added to.

mod claim;
mod from;
mod source;
mod wire;

pub use claim::{Act, Claim, ClaimKind, Decision};
pub use wire::{Answer, Decide};

use claim::{provenance, tag};

use crate::report::Tally;
use crate::shell::{Choice, Shell};
use crate::time::Moment;
use askama::Template;
use bartizan::exchange::offsets::CodePoints;
use bartizan::{Block, Evidence, Span};
use bartizan_page::Markup;
use bartizan_stix::Tlp;

/// `GET /reports/{id}/review`. Decisions come as [`Decide`], by form or as JSON, to `POST /reports/{id}/decisions`,
/// which answers JSON with [`Answer`] and a form with a redirect to `/reports/{id}/review`;
/// `POST /reports/{id}/decisions/undo` takes back this person's last decision and answers alike.
#[derive(Clone, Debug)]
pub struct Review {
    /// What stands around the page.
    pub shell: Shell,
    /// Id of the report.
    pub id: String,
    /// Title.
    pub title: String,
    /// Marking.
    pub marking: Tlp,
    /// Whether this person may decide; else the page only shows.
    pub may_decide: bool,
    /// Canonical text of the report.
    pub text: String,
    /// Its language, as a plain tag; may be empty.
    pub language: String,
    /// Blocks of the text, in order.
    pub blocks: Vec<Block>,
    /// Where the text names addresses, claimed or not, in bytes: their dots are drawn in brackets.
    pub addresses: Vec<Span>,
    /// Claims, in the order to review them in.
    pub claims: Vec<Claim>,
    /// Techniques that can be added: id and name.
    pub techniques: Vec<(String, String)>,
    /// Reasons for a rejection, most common first: what is sent and what is read.
    pub reasons: Vec<Choice>,
    /// Who said that the whole text was looked at, and when. A form posts `act=complete`.
    pub complete: Option<(String, Moment)>,
    /// What undo would take back, in words; empty where there is nothing.
    pub undo: String,
    /// Why the last form came back.
    pub problem: Option<String>,
}

impl Review {
    /// How many claims were decided, and how.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for claim in &self.claims {
            match claim.decision.as_ref().map(|d| d.act) {
                None => tally.open += 1,
                Some(Act::Accepted | Act::Edited) => tally.accepted += 1,
                Some(Act::Rejected) => tally.rejected += 1,
                Some(Act::Added) => tally.added += 1,
            }
        }
        tally
    }

    /// The page as HTML.
    pub fn render(&self) -> String {
        crate::page::written(&Page {
            shell: &self.shell,
            view: self,
            href: crate::href::report(&self.id),
            tally: self.tally(),
            kinds: self.kinds(),
            points: CodePoints::new(&self.text),
            addresses: source::Addresses::new(self),
            source: source::markup(self),
            island: wire::island(self),
        })
    }

    fn kinds(&self) -> Vec<(&'static str, &'static str, usize)> {
        ClaimKind::ALL
            .into_iter()
            .map(|k| (k.as_str(), k.label(), self.claims.iter().filter(|c| c.kind == k).count()))
            .filter(|(_, _, n)| *n > 0)
            .collect()
    }
}

#[derive(Template)]
#[template(path = "review.html")]
struct Page<'a> {
    shell: &'a Shell,
    view: &'a Review,
    href: String,
    tally: Tally,
    kinds: Vec<(&'static str, &'static str, usize)>,
    points: CodePoints<'a>,
    addresses: source::Addresses<'a>,
    source: Markup,
    island: Markup,
}

impl Page<'_> {
    fn here(&self) -> &'static str {
        "review"
    }

    fn part(&self) -> &'static str {
        ""
    }

    /// Whether there are so many claims that the rarer forms of readers without scripts are left out.
    fn is_long(&self) -> bool {
        self.view.claims.len() > 300
    }

    /// The place of a piece of evidence in the page, in code points.
    fn place(&self, evidence: &Evidence) -> u32 {
        self.points.at(evidence.span.start)
    }

    /// The words of a piece of evidence, for a form field.
    fn words(&self, evidence: &Evidence) -> String {
        self.addresses.words(evidence.span)
    }

    /// The sentence of a piece of evidence in three parts: before, the words, after.
    fn quote(&self, evidence: &Evidence) -> [Markup; 3] {
        const AROUND: u32 = 90;
        const MOST: u32 = 240;
        let text = &self.view.text;
        let Evidence { span, sentence } = *evidence;
        let around = if sentence.contains(span) { sentence } else { span };
        let floor =
            |at: u32| (0..4).map(|back| at.saturating_sub(back)).find(|a| text.is_char_boundary(*a as usize));
        let from = floor(span.start.saturating_sub(AROUND)).unwrap_or(span.start).max(around.start);
        let last = floor(span.end.min(span.start.saturating_add(MOST))).unwrap_or(span.end);
        let to = floor(span.end.saturating_add(AROUND)).unwrap_or(span.end).min(around.end).max(last);
        let part = |start: u32, end: u32, front: bool, back: bool| {
            let mut out = Markup::default();
            out.raw(if front { "…" } else { "" });
            self.addresses.write(&mut out, Span { start, end });
            out.raw(if back { "…" } else { "" });
            out
        };
        [
            part(from, span.start, from > around.start, false),
            part(span.start, last, false, last < span.end),
            part(last.max(span.end), to.max(span.end), false, to.max(span.end) < around.end),
        ]
    }
}
