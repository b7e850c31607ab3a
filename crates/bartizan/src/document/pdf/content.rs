//! Running a page's content streams for the glyphs they show (ISO 32000-2, 8.2 to 9.4).

use super::font::{Font, Fonts};
use super::lexer::{Lexer, Token};
use super::matrix::Matrix;
use super::stream::{Budget, decode};
use hayro_syntax::object::{Array, Dict, Name, Object, Stream};
use hayro_syntax::page::Resources;
use std::rc::Rc;

/// Most operands kept for one operator.
const OPERANDS: usize = 1 << 18;
/// Deepest nesting of saved graphics states.
const STATES: usize = 512;
/// Deepest nesting of form XObjects. Real files stay below ten.
const FORMS: usize = 28;
/// Most glyphs of one page; a page of a phone book has about 20,000.
const GLYPHS: usize = 400_000;
/// Longest replacement text of marked content.
const ACTUAL: usize = 256;

/// A shown glyph in the page's upright space (x to the right, y up, points).
#[derive(Clone, Debug)]
pub(super) struct Glyph {
    /// Origin.
    pub(super) x: f64,
    /// Origin.
    pub(super) y: f64,
    /// Where the next glyph would stand.
    pub(super) end_x: f64,
    /// Where the next glyph would stand.
    pub(super) end_y: f64,
    /// Height of the font.
    pub(super) size: f64,
    /// Degrees counter-clockwise from left-to-right, 0 to 359.
    pub(super) angle: u16,
    /// Whether the font is bold.
    pub(super) bold: bool,
    /// Whether the font has one width.
    pub(super) mono: bool,
    /// Start of its text in [`Shown::text`].
    pub(super) start: u32,
    /// Bytes of text.
    pub(super) len: u16,
}

/// What a page shows.
#[derive(Default)]
pub(super) struct Shown {
    /// Glyphs in the order of the content stream.
    pub(super) glyphs: Vec<Glyph>,
    /// The text of all glyphs.
    pub(super) text: String,
    /// Share of the page that images cover, at most 1 each.
    pub(super) images: f64,
    /// Curves drawn: letters turned into outlines have about ten each.
    pub(super) curves: usize,
    /// Codes for which no font gives a text.
    pub(super) unmapped: usize,
    /// Whether forms were nested deeper than the limit.
    pub(super) too_deep: bool,
    /// Whether a cap ended the page early.
    pub(super) cut: bool,
}

#[derive(Clone)]
struct State<'a> {
    matrix: Matrix,
    font: Option<Rc<Font<'a>>>,
    size: f64,
    char_space: f64,
    word_space: f64,
    scale: f64,
    leading: f64,
    rise: f64,
}

/// Runs content streams.
pub(super) struct Runner<'r, 'a> {
    fonts: &'r Fonts<'a>,
    budget: &'r Budget,
    state: State<'a>,
    saved: Vec<State<'a>>,
    text_matrix: Matrix,
    line_matrix: Matrix,
    /// Where each open marked content began, and its replacement text.
    marked: Vec<Option<(usize, String)>>,
    page_area: f64,
    bounds: [f64; 4],
    out: Shown,
}

impl<'r, 'a> Runner<'r, 'a> {
    /// A runner for a page whose upright space is reached by `matrix` and has the given size.
    pub(super) fn new(
        fonts: &'r Fonts<'a>,
        budget: &'r Budget,
        matrix: Matrix,
        width: f64,
        height: f64,
    ) -> Self {
        let state = State {
            matrix,
            font: None,
            size: 1.0,
            char_space: 0.0,
            word_space: 0.0,
            scale: 1.0,
            leading: 0.0,
            rise: 0.0,
        };
        Self {
            fonts,
            budget,
            state,
            saved: Vec::new(),
            text_matrix: Matrix::IDENTITY,
            line_matrix: Matrix::IDENTITY,
            marked: Vec::new(),
            page_area: (width * height).max(1.0),
            bounds: [-0.02 * width, -0.02 * height, 1.02 * width, 1.02 * height],
            out: Shown::default(),
        }
    }

    /// What was shown.
    pub(super) fn finish(self) -> Shown {
        self.out
    }

    /// Runs `content` with `resources`; `depth` counts the forms around it.
    pub(super) fn run(&mut self, content: &[u8], resources: &Resources<'a>, depth: usize) {
        let floor = self.saved.len();
        let mut lexer = Lexer::new(content);
        let mut operands: Vec<Token<'_>> = Vec::new();
        while let Some(token) = lexer.next_token() {
            let Token::Word(word) = token else {
                if operands.len() < OPERANDS {
                    operands.push(token);
                }
                continue;
            };
            if word == b"BI" {
                lexer.skip_inline_image();
            } else if matches!(word, b"true" | b"false" | b"null") {
                continue;
            } else {
                self.operator(word, &operands, resources, depth, floor);
            }
            operands.clear();
            if self.out.glyphs.len() >= GLYPHS || self.out.text.len() >= 8 * GLYPHS {
                self.out.cut = true;
                break;
            }
        }
        self.saved.truncate(floor);
    }

    fn operator(
        &mut self,
        word: &[u8],
        operands: &[Token<'_>],
        resources: &Resources<'a>,
        depth: usize,
        floor: usize,
    ) {
        let n = |i: usize| match operands.get(i) {
            Some(Token::Number(n)) if n.is_finite() => *n,
            _ => 0.0,
        };
        let numbers = operands.iter().filter(|t| matches!(t, Token::Number(_))).count();
        let matrix = || (numbers >= 6).then(|| Matrix::new(n(0), n(1), n(2), n(3), n(4), n(5)));
        match word {
            b"q" if self.saved.len() < floor + STATES => self.saved.push(self.state.clone()),
            b"Q" if self.saved.len() > floor => {
                if let Some(state) = self.saved.pop() {
                    self.state = state;
                }
            }
            b"cm" => {
                if let Some(m) = matrix() {
                    self.state.matrix = m.then(self.state.matrix);
                }
            }
            b"BT" => {
                self.text_matrix = Matrix::IDENTITY;
                self.line_matrix = Matrix::IDENTITY;
            }
            b"Tf" => {
                let Some(Token::Name(name)) = operands.first() else { return };
                self.state.size = n(1);
                self.state.font =
                    resources.fonts.get::<Dict<'_>>(name).map(|dict| self.fonts.get(&dict, self.budget));
            }
            b"gs" => {
                let Some(Token::Name(name)) = operands.first() else { return };
                let Some(gs) = resources.ext_g_states.get::<Dict<'_>>(name) else { return };
                let Some(font) = gs.get::<Array<'_>>(b"Font") else { return };
                let mut parts = font.iter::<Object<'_>>();
                if let (Some(Object::Dict(dict)), Some(Object::Number(size))) = (parts.next(), parts.next()) {
                    self.state.font = Some(self.fonts.get(&dict, self.budget));
                    self.state.size = size.as_f64();
                }
            }
            b"Tc" => self.state.char_space = n(0),
            b"Tw" => self.state.word_space = n(0),
            b"Tz" => self.state.scale = n(0) / 100.0,
            b"TL" => self.state.leading = n(0),
            b"Ts" => self.state.rise = n(0),
            b"Td" => self.next_line(n(0), n(1)),
            b"TD" => {
                self.state.leading = -n(1);
                self.next_line(n(0), n(1));
            }
            b"T*" => self.next_line(0.0, -self.state.leading),
            b"Tm" => {
                if let Some(m) = matrix() {
                    self.text_matrix = m;
                    self.line_matrix = m;
                }
            }
            b"Tj" => self.show_all(operands),
            b"TJ" => self.show_all(operands),
            b"'" => {
                self.next_line(0.0, -self.state.leading);
                self.show_all(operands);
            }
            b"\"" => {
                self.state.word_space = n(0);
                self.state.char_space = n(1);
                self.next_line(0.0, -self.state.leading);
                self.show_all(operands.get(2..).unwrap_or(&[]));
            }
            b"c" | b"v" | b"y" => self.out.curves += 1,
            b"BMC" => self.mark(None),
            b"BDC" => self.mark(actual_text(operands, resources)),
            b"EMC" => self.unmark(),
            b"Do" => {
                let Some(Token::Name(name)) = operands.first() else { return };
                if let Some(stream) = resources.x_objects.get::<Stream<'_>>(name) {
                    self.external(&stream, resources, depth);
                }
            }
            _ => {}
        }
    }

    fn next_line(&mut self, x: f64, y: f64) {
        self.line_matrix = Matrix::new(1.0, 0.0, 0.0, 1.0, x, y).then(self.line_matrix);
        self.text_matrix = self.line_matrix;
    }

    fn external(&mut self, stream: &Stream<'a>, resources: &Resources<'a>, depth: usize) {
        let dict = stream.dict();
        match dict.get::<Name<'_>>(b"Subtype").as_deref() {
            Some(b"Image") => {
                let share = self.state.matrix.area() / self.page_area;
                self.out.images += share.clamp(0.0, 1.0);
            }
            Some(b"Form") => {
                if depth >= FORMS {
                    self.out.too_deep = true;
                    return;
                }
                // The budget is spent for each use, so forms that use forms many times come to an end.
                let Some(content) = decode(stream, self.budget) else { return };
                if !self.budget.spend(content.len() + 64) {
                    return;
                }
                let own = dict.get::<Dict<'_>>(b"Resources").map(Resources::new);
                let outer = self.state.clone();
                let text = (self.text_matrix, self.line_matrix);
                if let Some(m) = dict.get::<Array<'_>>(b"Matrix").and_then(|a| Matrix::read(&a)) {
                    self.state.matrix = m.then(self.state.matrix);
                }
                self.run(&content, own.as_ref().unwrap_or(resources), depth + 1);
                self.state = outer;
                (self.text_matrix, self.line_matrix) = text;
            }
            _ => {}
        }
    }

    fn mark(&mut self, actual: Option<String>) {
        if self.marked.len() < 4096 {
            self.marked.push(actual.map(|text| (self.out.glyphs.len(), text)));
        }
    }

    /// Ends marked content; its replacement text goes to the first glyph inside, which then spans all of them.
    fn unmark(&mut self) {
        let Some(Some((from, actual))) = self.marked.pop() else { return };
        let Some(inside) = self.out.glyphs.get_mut(from..) else { return };
        let Some((first, rest)) = inside.split_first_mut() else { return };
        // Text over several lines would lose its shape.
        if rest.iter().any(|g| (g.y - first.y).abs() > first.size || g.angle != first.angle) {
            return;
        }
        if let Some(last) = rest.last() {
            (first.end_x, first.end_y) = (last.end_x, last.end_y);
        }
        first.start = self.out.text.len() as u32;
        first.len = actual.len() as u16;
        self.out.text.push_str(&actual);
        self.out.glyphs.truncate(from + 1);
    }

    fn show_all(&mut self, operands: &[Token<'_>]) {
        for operand in operands {
            match operand {
                Token::String(bytes) => self.show(bytes),
                Token::Number(n) => {
                    let move_by = -n / 1000.0 * self.state.size;
                    let vertical = self.state.font.as_ref().is_some_and(|f| f.vertical);
                    let (x, y) = if vertical { (0.0, move_by) } else { (move_by * self.state.scale, 0.0) };
                    self.text_matrix = Matrix::new(1.0, 0.0, 0.0, 1.0, x, y).then(self.text_matrix);
                }
                _ => {}
            }
        }
    }

    fn show(&mut self, bytes: &[u8]) {
        let Some(font) = self.state.font.clone() else { return };
        let State { size, char_space, word_space, scale, rise, .. } = self.state;
        let out = &mut self.out;
        let (page, bounds) = (self.state.matrix, self.bounds);
        let text_matrix = &mut self.text_matrix;
        font.show(bytes, |shown| {
            let advance =
                shown.width / 1000.0 * size + char_space + if shown.spaced { word_space } else { 0.0 };
            let (x, y) = if font.vertical { (0.0, -advance) } else { (advance * scale, 0.0) };
            let next = Matrix::new(1.0, 0.0, 0.0, 1.0, x, y).then(*text_matrix);
            let full = text_matrix.then(page);
            let (x0, y0) = full.apply(0.0, rise);
            let (x1, y1) = next.then(page).apply(0.0, rise);
            *text_matrix = next;
            let finite = [x0, y0, x1, y1].iter().all(|v| v.is_finite());
            let inside = x0 >= bounds[0] && y0 >= bounds[1] && x0 <= bounds[2] && y0 <= bounds[3];
            if shown.text.is_empty() {
                out.unmapped += usize::from(shown.width > 0.0);
                return;
            }
            if !finite || !inside || out.glyphs.len() >= GLYPHS {
                return;
            }
            let angle = if font.vertical { full.angle() + 270.0 } else { full.angle() };
            out.glyphs.push(Glyph {
                x: x0,
                y: y0,
                end_x: x1,
                end_y: y1,
                size: (full.height() * size.abs()).clamp(0.1, 10_000.0),
                angle: (angle.round() as i64).rem_euclid(360) as u16,
                bold: font.bold,
                mono: font.mono,
                start: out.text.len() as u32,
                len: shown.text.len().min(ACTUAL) as u16,
            });
            out.text.push_str(if shown.text.len() <= ACTUAL { shown.text } else { "" });
        });
    }
}

/// The replacement text of marked content, inline or by name (14.9.4).
fn actual_text(operands: &[Token<'_>], resources: &Resources<'_>) -> Option<String> {
    let key = operands.iter().position(|t| matches!(t, Token::Name(n) if n == b"ActualText"));
    let bytes = match key.and_then(|at| operands.get(at + 1)) {
        Some(Token::String(bytes)) => bytes.clone(),
        _ => match operands {
            [_, Token::Name(name)] => {
                let properties = resources.properties.get::<Dict<'_>>(name)?;
                properties.get::<hayro_syntax::object::String<'_>>(b"ActualText")?.as_bytes().to_vec()
            }
            _ => return None,
        },
    };
    let text = super::metadata::text_string(&bytes);
    (!text.is_empty() && text.len() <= ACTUAL).then_some(text)
}
