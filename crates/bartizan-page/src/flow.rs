//! The flow tab: behaviours in order, as a picture and a list.

use crate::key::Key;
use crate::safe::Markup;
use crate::source::{Quote, Source};
use crate::tables::End;
use bartizan::{Analysis, Evidence, NodeRef};
use bartizan_response::Assessment;
use bartizan_response::flow::{Act, Flow};

/// Size of a box and the gaps between, in units of the picture.
const BOX: (u32, u32) = (212, 52);
const GAP: (u32, u32) = (28, 44);
/// Boxes side by side before a row goes on below.
const ABREAST: usize = 4;
/// Characters of a name that fit a box.
const NAME: usize = 27;

/// Everything of the tab.
#[derive(Debug)]
pub(crate) struct Section {
    pub acts: Vec<ActView>,
    pub edges: usize,
    pub picture: Markup,
}

/// One behaviour.
#[derive(Debug)]
pub(crate) struct ActView {
    pub key: Key,
    pub number: usize,
    pub technique: End,
    pub quote: Option<Quote>,
    /// What comes after it, and the words that say so.
    pub then: Vec<(usize, Quote)>,
    pub ordered: bool,
}

/// Places in the text that the tab links.
pub(crate) fn places(assessment: &Assessment) -> Vec<(Key, Evidence)> {
    let flow = &assessment.flow;
    let acts = flow.acts.iter().enumerate();
    let mut out: Vec<(Key, Evidence)> =
        acts.filter_map(|(i, act)| Some((Key::act(i), *act.evidence.first()?))).collect();
    out.extend(flow.edges.iter().map(|e| (Key::act(e.after as usize), words(e.why.span()))));
    out
}

fn words(span: bartizan::Span) -> Evidence {
    Evidence { span, sentence: span }
}

pub(crate) fn section(analysis: &Analysis, assessment: &Assessment, source: &Source<'_>) -> Section {
    let flow = &assessment.flow;
    let view = |(i, act): (usize, &Act)| ActView {
        key: Key::act(i),
        number: i + 1,
        technique: End::new(analysis, NodeRef::Technique(act.technique)),
        quote: act.evidence.first().map(|e| source.quote(e)),
        then: flow
            .edges
            .iter()
            .filter(|e| e.before as usize == i)
            .map(|e| {
                let span = e.why.span();
                let place = Evidence { span, sentence: analysis.document.sentence_of(span) };
                (e.after as usize + 1, source.quote(&place))
            })
            .collect(),
        ordered: flow.is_ordered(i),
    };
    Section {
        acts: flow.acts.iter().enumerate().map(view).collect(),
        edges: flow.edges.len(),
        picture: picture(flow, analysis),
    }
}

/// Boxes in rows by layer, those without an order last; arrows for what comes before what.
fn picture(flow: &Flow, analysis: &Analysis) -> Markup {
    let mut out = Markup::default();
    let layers = flow.acts.iter().map(|a| a.layer).max().unwrap_or(0);
    let mut at = vec![(0u32, 0u32); flow.acts.len()];
    let mut row = 0;
    let mut place = |members: Vec<usize>| {
        for line in members.chunks(ABREAST) {
            for (column, i) in line.iter().enumerate() {
                if let Some(spot) = at.get_mut(*i) {
                    *spot = (8 + column as u32 * (BOX.0 + GAP.0), 8 + row * (BOX.1 + GAP.1));
                }
            }
            row += 1;
        }
    };
    for layer in 0..=layers {
        let acts = flow.acts.iter().enumerate();
        place(acts.filter(|(i, a)| flow.is_ordered(*i) && a.layer == layer).map(|(i, _)| i).collect());
    }
    place((0..flow.acts.len()).filter(|i| !flow.is_ordered(*i)).collect());
    let width = at.iter().map(|(x, _)| x + BOX.0 + 8).max().unwrap_or(0);
    let height = at.iter().map(|(_, y)| y + BOX.1 + 8).max().unwrap_or(0);
    out.raw("<svg class=\"flowpic\" role=\"group\" aria-label=\"Behaviours in the order of the list below\" viewBox=\"0 0 ");
    out.num(width);
    out.raw(" ");
    out.num(height);
    out.raw("\" width=\"");
    out.num(width);
    out.raw("\" height=\"");
    out.num(height);
    out.raw("\"><defs><marker id=\"fa\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\"><path class=\"fh\" d=\"M0 0l8 4-8 4z\"/></marker></defs>");
    for edge in &flow.edges {
        let (Some(from), Some(to)) = (at.get(edge.before as usize), at.get(edge.after as usize)) else {
            continue;
        };
        out.raw("<path class=\"fe\" marker-end=\"url(#fa)\" d=\"M");
        for (n, mark) in [
            (from.0 + BOX.0 / 2, " "),
            (from.1 + BOX.1, " L"),
            (to.0 + BOX.0 / 2, " "),
            (to.1.saturating_sub(2), ""),
        ] {
            out.num(n);
            out.raw(mark);
        }
        out.raw("\"/>");
    }
    for (i, act) in flow.acts.iter().enumerate() {
        let (Some((x, y)), Some(technique)) = (at.get(i), analysis.techniques.get(act.technique as usize))
        else {
            continue;
        };
        out.raw("<a href=\"#c-f");
        out.num(i as u32);
        out.raw("\"><rect class=\"fb\" x=\"");
        out.num(*x);
        out.raw("\" y=\"");
        out.num(*y);
        out.raw("\" width=\"");
        out.num(BOX.0);
        out.raw("\" height=\"");
        out.num(BOX.1);
        out.raw("\" rx=\"4\"/><text class=\"ft\" x=\"");
        out.num(x + 10);
        out.raw("\" y=\"");
        out.num(y + 21);
        out.raw("\">");
        out.num(i as u32 + 1);
        out.raw(" · ");
        out.text(&technique.id);
        out.raw("</text><text class=\"fx\" x=\"");
        out.num(x + 10);
        out.raw("\" y=\"");
        out.num(y + 39);
        out.raw("\">");
        let short: String = technique.name.chars().take(NAME).collect();
        out.text(&short);
        out.raw(if technique.name.chars().count() > NAME { "…</text></a>" } else { "</text></a>" });
    }
    out.raw("</svg>");
    out
}
