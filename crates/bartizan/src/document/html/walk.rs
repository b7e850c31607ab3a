//! From a DOM tree to a flat list of blocks.
//!
//! The walk keeps an explicit stack, so that deep pages cannot overflow the thread's. Every block remembers
//! whether it stands in page furniture and how much of it is links; which blocks make up the report is decided
//! afterwards ([`super::choose`]).

use crate::document::{BlockKind, canonical};
use dom_query::{NodeData, NodeId, NodeRef, Tree};

/// One block of the page, before it is decided what it belongs to.
pub(super) struct Piece {
    pub kind: BlockKind,
    pub text: String,
    /// Links inside: byte range of their words, and the target as written.
    pub links: Vec<(usize, usize, String)>,
    /// Bytes of text that are links.
    pub linked: usize,
    /// Inside `nav`, `footer` and the like.
    pub furniture: bool,
    /// Index into [`Walked::asides`] of the outermost element that looks like furniture by its class only.
    pub aside: Option<usize>,
}

/// The pieces of a page.
#[derive(Default)]
pub(super) struct Walked {
    pub pieces: Vec<Piece>,
    /// Bytes of text in elements that look like furniture by class.
    pub asides: Vec<usize>,
    /// Elements that may hold an article: tag `article` or `main` or not, and the pieces in them.
    pub containers: Vec<Container>,
    /// Bytes of text in all pieces.
    pub size: usize,
}

/// An element and the pieces inside it.
pub(super) struct Container {
    pub declared: bool,
    pub first: usize,
    pub end: usize,
}

/// Walks what lies under `root`.
pub(super) fn walk(tree: &Tree, root: NodeId) -> Walked {
    let mut walker = Walker::default();
    walker.run(tree, root);
    walker.flush();
    walker.settle_tables();
    walker.walked
}

/// An open element.
struct Frame {
    id: NodeId,
    /// Whether it set a block role that ends with it.
    kind: bool,
    block: bool,
    role: Role,
    first: usize,
    size: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Role {
    Plain,
    List,
    Table,
    Row,
    Cell,
    Head,
    Link,
    Furniture,
    Aside(usize),
    Article,
    Pre,
}

#[derive(Default)]
struct Walker {
    walked: Walked,
    text: String,
    links: Vec<(usize, usize, String)>,
    linked: usize,
    frames: Vec<Frame>,
    kinds: Vec<BlockKind>,
    link: Option<(usize, String)>,
    lists: u8,
    pre: usize,
    furniture: usize,
    aside: Option<usize>,
    tables: Vec<Table>,
    /// For each table of the page: whether it only lays the page out.
    layout: Vec<bool>,
}

struct Table {
    number: u16,
    row: u32,
    column: u16,
    rows: u32,
    head: bool,
    /// Paragraph-like children seen in the open cell.
    parts: u32,
}

impl Walker {
    fn run(&mut self, tree: &Tree, root: NodeId) {
        let Some(start) = tree.get(&root).and_then(|n| n.first_child()) else { return };
        let mut node = Some(start);
        while let Some(current) = node {
            let down = self.enter(&current);
            let mut next = if down { current.first_child() } else { None };
            if down && next.is_none() {
                self.leave(current.id);
            }
            let mut at = current;
            while next.is_none() {
                next = at.next_sibling();
                if next.is_some() {
                    break;
                }
                match at.parent() {
                    Some(parent) if parent.id != root => {
                        self.leave(parent.id);
                        at = parent;
                    }
                    _ => return,
                }
            }
            node = next;
        }
    }

    /// Takes in a node; whether to look at its children.
    fn enter(&mut self, node: &NodeRef<'_>) -> bool {
        node.query_or(false, |n| match &n.data {
            NodeData::Text { contents } => {
                self.words(contents);
                false
            }
            NodeData::Element(element) => {
                let attribute = |name: &str| {
                    element.attrs.iter().find(|a| &*a.name.local == name).map(|a| a.value.as_ref())
                };
                self.element(n.id, &element.name.local, &attribute)
            }
            _ => false,
        })
    }

    fn element<'a>(&mut self, id: NodeId, name: &str, attribute: &dyn Fn(&str) -> Option<&'a str>) -> bool {
        match name {
            "script" | "style" | "template" | "noscript" | "iframe" | "object" | "head" | "title"
            | "select" | "button" | "input" | "textarea" | "audio" | "video" | "canvas" | "svg" | "map"
            | "datalist" | "dialog" => return false,
            "br" => {
                if self.pre > 0 {
                    self.text.push('\n');
                } else if matches!(self.kinds.last(), Some(BlockKind::Heading(_))) {
                    self.blank();
                } else {
                    self.flush();
                }
                return false;
            }
            "hr" => {
                self.flush();
                return false;
            }
            "img" | "wbr" => return false,
            _ => {}
        }
        if is_hidden(attribute) {
            return false;
        }
        let block = is_block(name);
        if block {
            self.flush();
        }
        let mut frame = Frame {
            id,
            kind: false,
            block,
            role: Role::Plain,
            first: self.walked.pieces.len(),
            size: self.walked.size,
        };
        let class = || [attribute("class").unwrap_or(""), attribute("id").unwrap_or("")];
        let kind = match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                if let Some(table) = self.tables.last() {
                    self.layout[table.number as usize] = true;
                }
                Some(BlockKind::Heading(name.as_bytes()[1] - b'0'))
            }
            "ul" | "ol" | "dl" | "menu" => {
                self.lists = self.lists.saturating_add(1);
                frame.role = Role::List;
                None
            }
            "li" | "dt" | "dd" => Some(BlockKind::ListItem(self.lists.clamp(1, 16))),
            "pre" | "listing" | "xmp" | "plaintext" => {
                self.pre += 1;
                frame.role = Role::Pre;
                Some(BlockKind::Code)
            }
            "blockquote" => Some(BlockKind::Quote),
            "figcaption" | "caption" => Some(BlockKind::Caption),
            "table" => {
                if let Some(table) = self.tables.last() {
                    self.layout[table.number as usize] = true;
                }
                let presentation = attribute("role").is_some_and(|r| matches!(r, "presentation" | "none"));
                let number = u16::try_from(self.layout.len()).unwrap_or(u16::MAX);
                if number < u16::MAX {
                    self.layout.push(presentation);
                    self.tables.push(Table { number, row: 0, column: 0, rows: 0, head: false, parts: 0 });
                    frame.role = Role::Table;
                }
                None
            }
            "thead" => {
                if let Some(table) = self.tables.last_mut() {
                    table.head = true;
                    frame.role = Role::Head;
                }
                None
            }
            "tr" => {
                if let Some(table) = self.tables.last_mut() {
                    table.row = table.rows;
                    table.rows = table.rows.saturating_add(1);
                    table.column = 0;
                    frame.role = Role::Row;
                }
                None
            }
            "td" | "th" => self.tables.last_mut().map(|table| {
                let column = table.column;
                let wide =
                    attribute("colspan").and_then(|n| n.trim().parse().ok()).unwrap_or(1u16).clamp(1, 1000);
                table.column = table.column.saturating_add(wide);
                table.parts = 0;
                frame.role = Role::Cell;
                let header = name == "th" && table.row == 0 || table.head;
                BlockKind::TableCell { table: table.number, row: table.row, column, header }
            }),
            "p" => {
                if let Some(table) = self.tables.last_mut() {
                    table.parts += 1;
                    if table.parts > 4 {
                        self.layout[table.number as usize] = true;
                    }
                }
                None
            }
            "a" => {
                if self.link.is_none()
                    && let Some(target) = attribute("href").map(str::trim).filter(|t| is_target(t))
                {
                    self.link = Some((self.text.len(), canonical::clean(target).into_owned()));
                    frame.role = Role::Link;
                }
                None
            }
            "article" | "main" => {
                frame.role = Role::Article;
                None
            }
            _ => None,
        };
        if frame.role == Role::Plain && block && name != "body" && name != "html" {
            let role = attribute("role").unwrap_or("");
            if matches!(name, "nav" | "footer") && !self.in_article()
                || name == "nav"
                || matches!(
                    role,
                    "navigation"
                        | "banner"
                        | "contentinfo"
                        | "search"
                        | "menu"
                        | "menubar"
                        | "dialog"
                        | "alertdialog"
                )
            {
                self.furniture += 1;
                frame.role = Role::Furniture;
            } else if self.aside.is_none()
                && (matches!(name, "aside" | "footer")
                    || role == "complementary"
                    || class().iter().any(|c| looks_like_furniture(c)))
            {
                self.walked.asides.push(0);
                let number = self.walked.asides.len() - 1;
                self.aside = Some(number);
                frame.role = Role::Aside(number);
            }
        }
        if let Some(kind) = kind {
            self.kinds.push(kind);
            frame.kind = true;
        }
        self.frames.push(frame);
        true
    }

    fn in_article(&self) -> bool {
        self.frames.iter().rev().any(|f| f.role == Role::Article)
    }

    fn leave(&mut self, id: NodeId) {
        if self.frames.last().is_none_or(|f| f.id != id) {
            return;
        }
        let Some(frame) = self.frames.pop() else { return };
        if frame.block {
            self.flush();
        }
        if frame.kind {
            self.kinds.pop();
        }
        match frame.role {
            Role::List => self.lists = self.lists.saturating_sub(1),
            Role::Table => {
                self.tables.pop();
            }
            Role::Head => {
                if let Some(table) = self.tables.last_mut() {
                    table.head = false;
                }
            }
            Role::Pre => self.pre = self.pre.saturating_sub(1),
            Role::Link => self.close_link(),
            Role::Furniture => self.furniture = self.furniture.saturating_sub(1),
            Role::Aside(number) => {
                self.aside = None;
                if let Some(size) = self.walked.asides.get_mut(number) {
                    *size = self.walked.size - frame.size;
                }
            }
            Role::Plain | Role::Row | Role::Cell | Role::Article => {}
        }
        let end = self.walked.pieces.len();
        if frame.block && end > frame.first {
            let declared = frame.role == Role::Article;
            self.walked.containers.push(Container { declared, first: frame.first, end });
        }
    }

    fn close_link(&mut self) {
        if let Some((start, target)) = self.link.take() {
            let end = self.text.trim_end().len();
            if end > start {
                self.linked += end - start;
                self.links.push((start, end, target));
            } else {
                self.links.push((start.min(end), start.min(end), target));
            }
        }
    }

    /// Appends a text node, with blanks collapsed unless preformatted.
    fn words(&mut self, words: &str) {
        let words = canonical::clean(words);
        if self.pre > 0 {
            self.text.push_str(&words);
            return;
        }
        let mut rest: &str = &words;
        while !rest.is_empty() {
            let solid = rest.bytes().position(|b| b.is_ascii_whitespace()).unwrap_or(rest.len());
            if solid > 0 {
                self.text.push_str(&rest[..solid]);
            } else {
                self.blank();
            }
            let rest_start = solid + rest[solid..].len() - rest[solid..].trim_ascii_start().len();
            if solid > 0 && rest_start > solid {
                self.blank();
            }
            rest = &rest[rest_start..];
        }
    }

    fn blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with(' ') {
            self.text.push(' ');
        }
    }

    /// Ends the block being read.
    fn flush(&mut self) {
        // A link around several blocks goes on in the next one.
        let open = self.link.take();
        if let Some((start, target)) = &open {
            self.link = Some((*start, target.clone()));
            self.close_link();
        }
        let kind = self.kinds.last().copied().unwrap_or(BlockKind::Paragraph);
        let text = if kind == BlockKind::Code {
            let text = self.text.trim_end();
            text[text.len() - text.trim_start_matches('\n').len()..].to_owned()
        } else {
            self.text.trim_end().to_owned()
        };
        if !text.trim().is_empty() {
            self.walked.size += text.len();
            let cut = text.len();
            let links = self.links.drain(..).map(|(s, e, t)| (s.min(cut), e.min(cut), t)).collect();
            self.walked.pieces.push(Piece {
                kind,
                text,
                links,
                linked: self.linked,
                furniture: self.furniture > 0,
                aside: self.aside,
            });
        }
        self.text.clear();
        self.links.clear();
        self.linked = 0;
        self.link = open.map(|(_, target)| (0, target));
    }

    /// Cells of tables that only lay out the page become paragraphs; the others are numbered again.
    fn settle_tables(&mut self) {
        let mut numbers = Vec::with_capacity(self.layout.len());
        let mut next = 0u16;
        for &layout in &self.layout {
            numbers.push((!layout).then_some(next));
            next = next.saturating_add(u16::from(!layout));
        }
        for piece in &mut self.walked.pieces {
            if let BlockKind::TableCell { table, row, column, header } = piece.kind {
                piece.kind = match numbers.get(table as usize).copied().flatten() {
                    Some(table) => BlockKind::TableCell { table, row, column, header },
                    None => BlockKind::Paragraph,
                };
            }
        }
    }
}

/// Whether the page hides the element from everyone. `<details>` is closed, not hidden.
fn is_hidden<'a>(attribute: &dyn Fn(&str) -> Option<&'a str>) -> bool {
    if attribute("hidden").is_some_and(|h| h != "until-found") {
        return true;
    }
    attribute("style").is_some_and(|style| {
        let style: String =
            style.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
        style.contains("display:none") || style.contains("visibility:hidden")
    })
}

fn is_target(target: &str) -> bool {
    let scheme = target.split(':').next().unwrap_or("");
    !target.is_empty()
        && !target.starts_with('#')
        && !matches!(scheme, "javascript" | "data" | "about" | "blob")
}

fn is_block(name: &str) -> bool {
    !matches!(
        name,
        "a" | "abbr"
            | "acronym"
            | "b"
            | "bdi"
            | "bdo"
            | "big"
            | "cite"
            | "code"
            | "data"
            | "del"
            | "dfn"
            | "em"
            | "font"
            | "i"
            | "ins"
            | "kbd"
            | "label"
            | "mark"
            | "nobr"
            | "q"
            | "rp"
            | "rt"
            | "ruby"
            | "s"
            | "samp"
            | "small"
            | "span"
            | "strike"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "tt"
            | "u"
            | "var"
            | "picture"
            | "meter"
            | "output"
    )
}

const WORDS: &[&str] = &[
    "ad",
    "ads",
    "advert",
    "advertisement",
    "banner",
    "breadcrumb",
    "breadcrumbs",
    "bottombar",
    "byline",
    "comment",
    "comments",
    "consent",
    "cookie",
    "cookies",
    "disqus",
    "disclaimer",
    "footer",
    "gdpr",
    "masthead",
    "menu",
    "modal",
    "nav",
    "navbar",
    "navigation",
    "newsletter",
    "overlay",
    "pager",
    "pagination",
    "popup",
    "promo",
    "promoted",
    "related",
    "respond",
    "rss",
    "share",
    "sharing",
    "sharedaddy",
    "shares",
    "sidebar",
    "skip",
    "skyscraper",
    "social",
    "sponsor",
    "sponsored",
    "subscribe",
    "subscription",
    "tagcloud",
    "tags",
    "taglist",
    "teaser",
    "toolbar",
    "topbar",
    "widget",
    "widgets",
    "recommended",
    "outbrain",
    "taboola",
    "dropdown",
    "jp-relatedposts",
    "toc",
    "signup",
    "cta",
];
const PARTS: &[&str] = &[
    "related-post",
    "related_post",
    "relatedpost",
    "related-article",
    "relatedarticle",
    "read-more",
    "readmore",
    "more-from",
    "author-bio",
    "authorbox",
    "author-box",
    "about-author",
    "site-header",
    "site-footer",
    "cookie",
    "comment-",
    "comments-",
    "you-may",
    "also-like",
    "breadcrumb",
    "newsletter",
    "social-",
    "share-",
    "-share",
];

/// Whether a class or id names a part of the page that is not the report. Words are matched whole, so that
/// `recommendations` or `iconic` do not count; the long ones may stand inside others.
pub(super) fn looks_like_furniture(names: &str) -> bool {
    const ARTICLE: &[&str] = &["content", "body", "article", "main", "text", "post", "entry", "story"];
    let holds = |class: &str, words: &[&str]| class.split(['-', '_']).any(|word| words.contains(&word));
    // "article-content sticky-sidebar": one name speaks for the article and not against it.
    let mut classes = names.split_ascii_whitespace();
    if classes.any(|class| {
        let class = class.to_ascii_lowercase();
        holds(&class, ARTICLE) && !holds(&class, WORDS) && !PARTS.iter().any(|part| class.contains(part))
    }) {
        return false;
    }
    names.split_ascii_whitespace().any(|class| {
        let class = class.to_ascii_lowercase();
        // "has-sidebar", "no-comments": about the page, not the element.
        if class.starts_with("has-")
            || class.starts_with("no-")
            || class.starts_with("with-")
            || class.contains(':')
        {
            return false;
        }
        PARTS.iter().any(|part| class.contains(part))
            || class.split(['-', '_']).any(|word| WORDS.contains(&word))
                && !class
                    .split(['-', '_'])
                    .any(|word| matches!(word, "content" | "body" | "article" | "main" | "text"))
    })
}
