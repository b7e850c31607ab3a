//! Link annotations (ISO 32000-2, 12.5.6.5).

use super::group::Group;
use super::line::{Line, Word};
use super::matrix::Matrix;
use super::metadata::text_string;
use hayro_syntax::object::{Array, Dict, Name, Number, String as PdfString};

/// Most annotations of one page that are looked at.
const MOST: usize = 2_000;
/// Longest target.
const LONGEST: usize = 8 << 10;

/// A link's target and where on the page it is.
pub(super) struct Target {
    pub(super) uri: String,
    x0: f64,
    y0: f64,
    x1: f64,
    y1: f64,
}

impl Target {
    /// Whether the area touches the box of an upright group.
    pub(super) fn meets(&self, group: &Group) -> bool {
        let (top, bottom) = group.height();
        self.x0 < group.x1 && self.x1 > group.x0 && self.y0 < top && self.y1 > bottom
    }

    /// Whether the baseline of an upright line runs through the area.
    pub(super) fn touches(&self, line: &Line) -> bool {
        let middle = line.y + 0.3 * line.size;
        line.angle == 0 && (self.y0..self.y1).contains(&middle) && line.x0 < self.x1 && line.x1 > self.x0
    }

    /// Whether the middle of a word lies in the area.
    pub(super) fn covers(&self, word: &Word) -> bool {
        (self.x0..self.x1).contains(&(f64::from(word.x0 + word.x1) / 2.0))
    }
}

/// The web links of a page, in the upright space that `matrix` leads to.
pub(super) fn targets(page: &Dict<'_>, matrix: Matrix) -> Vec<Target> {
    let annotations = page.get::<Array<'_>>(b"Annots");
    let mut out = Vec::new();
    for annotation in annotations.iter().flat_map(|a| a.iter::<Dict<'_>>()).take(MOST) {
        let link = annotation.get::<Name<'_>>(b"Subtype").is_some_and(|n| n.as_ref() == b"Link");
        let action = annotation.get::<Dict<'_>>(b"A");
        let Some(uri) = action.filter(|_| link).and_then(|a| a.get::<PdfString<'_>>(b"URI")) else {
            continue;
        };
        let uri = text_string(&uri);
        let uri = uri.trim();
        let corners: Vec<f64> = annotation
            .get::<Array<'_>>(b"Rect")
            .map(|a| a.iter::<Number>().take(4).map(|n| n.as_f64()).collect())
            .unwrap_or_default();
        let (&[ax, ay, bx, by], false) = (corners.as_slice(), uri.is_empty() || uri.len() > LONGEST) else {
            continue;
        };
        let ((ax, ay), (bx, by)) = (matrix.apply(ax, ay), matrix.apply(bx, by));
        out.push(Target {
            uri: uri.chars().filter(|c| !c.is_control()).collect(),
            x0: ax.min(bx),
            y0: ay.min(by),
            x1: ax.max(bx),
            y1: ay.max(by),
        });
    }
    out
}
