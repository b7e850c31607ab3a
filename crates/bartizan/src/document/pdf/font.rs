//! Fonts, as far as text needs them: what a code means and how far it moves (ISO 32000-2, 9.5 to 9.10).
//!
//! `ToUnicode` maps and widths are read here. The rest (encodings, glyph names, built-in encodings of font
//! programs, metrics of the fourteen standard fonts) comes from `hayro-font`, which is asked only when those do
//! not answer: parsing a font program is most of the work.

use super::cmap::{Codes, ToUnicode};
use super::stream::{Budget, decode};
use hayro_font::hayro_cmap::BfString;
use hayro_font::{FontCache, FontGlyph, FontQuery, GlyphId, UNITS_PER_EM};
use hayro_syntax::object::{Array, Dict, Name, Number, Object, Stream};
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// The fonts of one document. Only looked up by key, so the order of the map never shows.
pub(super) struct Fonts<'a> {
    known: RefCell<HashMap<(usize, usize), Rc<Font<'a>>>>,
}

impl<'a> Fonts<'a> {
    pub(super) fn new() -> Self {
        Self { known: RefCell::default() }
    }

    /// The font of a dictionary.
    pub(super) fn get(&self, dict: &Dict<'a>, budget: &Budget) -> Rc<Font<'a>> {
        // The bytes behind a dictionary do not move while the document is open.
        let key = (dict.data().as_ptr().addr(), dict.data().len());
        if let Some(font) = self.known.borrow().get(&key) {
            return Rc::clone(font);
        }
        let font = Rc::new(Font::new(dict, budget));
        self.known.borrow_mut().insert(key, Rc::clone(&font));
        font
    }
}

/// One code of a shown string.
pub(super) struct Shown<'t> {
    /// Its text; empty if it has none.
    pub(super) text: &'t str,
    /// Advance in thousandths of the font size.
    pub(super) width: f64,
    /// Whether word spacing applies: the single-byte code 32.
    pub(super) spaced: bool,
}

/// A font.
pub(super) struct Font<'a> {
    /// Whether its name or descriptor says bold.
    pub(super) bold: bool,
    /// Whether all glyphs are equally wide, by its name or descriptor.
    pub(super) mono: bool,
    /// Whether text runs downward.
    pub(super) vertical: bool,
    kind: Kind<'a>,
    to_unicode: Option<ToUnicode>,
    /// Symbol fonts put bullets and arrows on codes of the private use area.
    symbol: bool,
}

/// Text and width of a code, once it was asked for.
type Known = Option<(Box<str>, f64)>;

enum Kind<'a> {
    Simple { widths: Widths, program: Program<'a>, cache: RefCell<Vec<Known>> },
    Composite { codes: Codes, widths: Vec<(u32, u32, f64)>, default: f64 },
}

struct Widths {
    first: u32,
    list: Vec<Option<f64>>,
    missing: Option<f64>,
    /// Thousandths of the font size in one unit; 1 but for Type 3.
    scale: f64,
}

/// The font as `hayro-font` reads it, loaded when first asked for.
struct Program<'a> {
    dict: Dict<'a>,
    sound: bool,
    loaded: OnceCell<Option<hayro_font::Font<'a>>>,
}

impl<'a> Program<'a> {
    fn get(&self) -> Option<&hayro_font::Font<'a>> {
        self.loaded
            .get_or_init(|| {
                let fonts: hayro_font::FontResolverFn = Arc::new(|query| {
                    Some(match query {
                        FontQuery::Standard(font) => font.get_font_data(),
                        FontQuery::Fallback(query) => query.pick_standard_font().get_font_data(),
                    })
                });
                let maps: hayro_font::CMapResolverFn = Arc::new(|_| None);
                self.sound.then(|| FontCache::new().font(&self.dict, &fonts, &maps)).flatten()
            })
            .as_ref()
    }

    fn text(&self, code: u8) -> Option<String> {
        let text = match self.get()?.glyph(GlyphId::NOTDEF, u32::from(code)) {
            FontGlyph::Outline(glyph) => glyph.as_unicode(),
            FontGlyph::Type3(glyph) => glyph.as_unicode(),
        };
        Some(match text? {
            BfString::Char(c) => c.to_string(),
            BfString::String(s) => s,
        })
    }
}

impl<'a> Font<'a> {
    fn new(dict: &Dict<'a>, budget: &Budget) -> Self {
        let to_unicode = dict
            .get::<Stream<'_>>(b"ToUnicode")
            .and_then(|s| decode(&s, budget))
            .map(|bytes| ToUnicode::parse(&bytes));
        let composite = dict.get::<Name<'_>>(b"Subtype").is_some_and(|n| n.as_ref() == b"Type0");
        let descendant = composite
            .then(|| dict.get::<Array<'_>>(b"DescendantFonts")?.iter::<Dict<'_>>().next())
            .flatten()
            .unwrap_or_else(|| dict.clone());
        let descriptor = descendant.get::<Dict<'_>>(b"FontDescriptor").unwrap_or_default();
        let name =
            dict.get::<Name<'_>>(b"BaseFont").map(|n| n.as_str().to_ascii_lowercase()).unwrap_or_default();
        let has = |words: &[&str]| words.iter().any(|w| name.contains(w));
        let flags = descriptor.get::<u32>(b"Flags").unwrap_or(0);
        let kind = if composite {
            composite_kind(dict, &descendant, budget)
        } else {
            simple_kind(dict, &descriptor, budget)
        };
        Self {
            bold: has(&["bold", "black", "heavy", "demi", "cmbx"]) || flags & 1 << 18 != 0,
            mono: flags & 1 != 0 || has(&["courier", "mono", "consol", "menlo", "typewriter", "cmtt"]),
            vertical: matches!(&kind, Kind::Composite { codes, .. } if codes.vertical),
            symbol: has(&["symbol", "wingdings", "dingbat"]),
            kind,
            to_unicode,
        }
    }

    /// Calls `each` for every code of a shown string.
    pub(super) fn show(&self, bytes: &[u8], mut each: impl FnMut(Shown<'_>)) {
        match &self.kind {
            Kind::Simple { widths, program, cache } => {
                for &code in bytes {
                    let mut cache = cache.borrow_mut();
                    let Some(slot) = cache.get_mut(usize::from(code)) else { continue };
                    let (text, width) = slot.get_or_insert_with(|| {
                        let text = self
                            .mapped(u32::from(code))
                            .or_else(|| program.text(code).and_then(|t| self.spelt(&t)))
                            .unwrap_or_else(|| match code {
                                0x20..=0x7E => char::from(code).to_string(),
                                _ => String::new(),
                            });
                        (text.into(), widths.get(code).unwrap_or_else(|| advance(program, code)))
                    });
                    each(Shown { text, width: *width, spaced: code == 32 });
                }
            }
            Kind::Composite { codes, widths, default } => {
                let mut at = 0;
                while let Some(rest) = bytes.get(at..).filter(|r| !r.is_empty()) {
                    let (code, len) = codes.next(rest);
                    at += len;
                    let cid = codes.cid(code, len);
                    let found = widths.partition_point(|w| w.0 <= cid);
                    let width = found
                        .checked_sub(1)
                        .and_then(|i| widths.get(i))
                        .filter(|w| cid <= w.1)
                        .map_or(*default, |w| w.2);
                    let own = codes.unicode.then(|| char::from_u32(code)).flatten().map(String::from);
                    let text = self.mapped(code).or(own).unwrap_or_default();
                    each(Shown { text: &text, width, spaced: code == 32 && len == 1 });
                }
            }
        }
    }

    /// The text that the `ToUnicode` map gives.
    fn mapped(&self, code: u32) -> Option<String> {
        let (text, offset) = self.to_unicode.as_ref()?.get(code)?;
        let mut text = text.to_owned();
        if offset > 0 {
            let last = text.pop()?;
            text.push(char::from_u32(u32::from(last).checked_add(offset)?)?);
        }
        self.spelt(&text)
    }

    /// Private use and control characters as what they stand for; nothing if that is nothing.
    fn spelt(&self, text: &str) -> Option<String> {
        let spelt: String = text
            .chars()
            .filter_map(|c| match c {
                '\u{F000}'..='\u{F0FF}' if self.symbol => Some('\u{2022}'),
                '\u{F020}'..='\u{F07E}' => char::from_u32(c as u32 - 0xF000),
                '\u{F0A7}' | '\u{F0B7}' => Some('\u{2022}'),
                '\u{FFFD}' | '\u{FFFF}' | '\u{FFFE}' | '\0' => None,
                '\t' | '\n' | '\r' | '\u{A0}' => Some(' '),
                c if c.is_control() => None,
                c => Some(c),
            })
            .collect();
        (!spelt.is_empty()).then_some(spelt)
    }
}

impl Widths {
    fn get(&self, code: u8) -> Option<f64> {
        let at = u32::from(code).checked_sub(self.first);
        at.and_then(|at| *self.list.get(at as usize)?)
            .or(if self.list.is_empty() { None } else { self.missing })
            .map(|w| w * self.scale)
    }
}

/// The advance where the font dictionary has no widths: one of the standard fonts.
fn advance(program: &Program<'_>, code: u8) -> f64 {
    let width = program.get().map_or(0.0, |font| font.code_advance(u32::from(code)).x);
    let width = width * 1000.0 / f64::from(UNITS_PER_EM);
    // A font that cannot say is taken for half an em wide, so that letters stay apart.
    if width > 0.0 { width } else { 500.0 }
}

fn simple_kind<'a>(dict: &Dict<'a>, descriptor: &Dict<'a>, budget: &Budget) -> Kind<'a> {
    let first = dict.get::<i64>(b"FirstChar").unwrap_or(0);
    let last = dict.get::<i64>(b"LastChar").unwrap_or(255);
    let list: Vec<_> = dict
        .get::<Array<'_>>(b"Widths")
        .map(|a| a.iter::<Object<'_>>().take(256).map(|o| o.into_number().map(number)).collect())
        .unwrap_or_default();
    let type3 = dict.get::<Name<'_>>(b"Subtype").is_some_and(|n| n.as_ref() == b"Type3");
    let scale = if type3 {
        let matrix = dict.get::<Array<'_>>(b"FontMatrix");
        let a = matrix.and_then(|m| m.iter::<Number>().next()).map_or(0.001, number);
        (a * 1000.0).abs()
    } else {
        1.0
    };
    // What the font crate would decode or count up to is measured first: it has no caps of its own.
    let measured = [&b"FontFile"[..], b"FontFile2", b"FontFile3"]
        .iter()
        .filter_map(|key| descriptor.get::<Stream<'_>>(key))
        .all(|stream| decode(&stream, budget).is_some());
    let counts = (0..=255).contains(&first) && (first..=first + 65_536).contains(&last);
    Kind::Simple {
        widths: Widths {
            first: first.clamp(0, 256) as u32,
            list,
            missing: descriptor.get::<f32>(b"MissingWidth").map(f64::from),
            scale,
        },
        program: Program {
            dict: dict.clone(),
            sound: measured && (counts || !dict.contains_key(b"Widths")),
            loaded: OnceCell::new(),
        },
        cache: RefCell::new(vec![None; 256]),
    }
}

fn composite_kind<'a>(dict: &Dict<'a>, descendant: &Dict<'a>, budget: &Budget) -> Kind<'a> {
    let codes = match dict.get::<Object<'_>>(b"Encoding") {
        Some(Object::Stream(stream)) => {
            decode(&stream, budget).map_or_else(|| Codes::predefined(b""), |bytes| Codes::parse(&bytes))
        }
        Some(Object::Name(name)) => Codes::predefined(&name),
        _ => Codes::predefined(b"Identity-H"),
    };
    let default = descendant.get::<f32>(b"DW").map_or(1000.0, f64::from);
    let mut widths = Vec::new();
    if codes.vertical {
        return Kind::Composite { codes, widths, default: 1000.0 };
    }
    // `c [w1 w2 …]` and `first last w`, mixed (9.7.4.3).
    let mut pending: Vec<u32> = Vec::new();
    let array = descendant.get::<Array<'_>>(b"W");
    for object in array.iter().flat_map(|a| a.iter::<Object<'_>>()).take(200_000) {
        match (object, pending.as_slice()) {
            (Object::Array(list), &[first]) => {
                for (i, w) in list.iter::<Number>().take(65_536).enumerate() {
                    let cid = first.saturating_add(i as u32);
                    widths.push((cid, cid, number(w)));
                }
                pending.clear();
            }
            (Object::Number(w), &[first, last]) => {
                widths.push((first, last, number(w)));
                pending.clear();
            }
            (Object::Number(n), _) => pending.push(number(n).clamp(0.0, f64::from(u32::MAX)) as u32),
            _ => pending.clear(),
        }
        if widths.len() > 200_000 {
            break;
        }
    }
    widths.sort_by_key(|w| w.0);
    Kind::Composite { codes, widths, default }
}

fn number(n: Number) -> f64 {
    let n = n.as_f64();
    if n.is_finite() { n } else { 0.0 }
}
