//! What a sentence does with what it speaks of: claims it, denies it, advises against it, refers to it.

use super::phrases::Phrases;
use super::tokens::{Token, tokenize};
use crate::{BlockKind, Document, Region, Span};

/// The part a sentence plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// It says that something happened or is so.
    Claim,
    /// A heading, caption or other label.
    Label,
    /// It says what could happen.
    Hypothetical,
    /// It advises, defends, detects or sells.
    Defensive,
    /// It says that something did not happen.
    Negated,
    /// Furniture, bibliography, "see also".
    Reference,
}

impl Role {
    /// All, in order of their discriminant.
    pub const ALL: [Role; 6] =
        [Self::Claim, Self::Label, Self::Hypothetical, Self::Defensive, Self::Negated, Self::Reference];

    /// Word for readers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Label => "heading or caption",
            Self::Hypothetical => "hypothetical",
            Self::Defensive => "defensive",
            Self::Negated => "negated",
            Self::Reference => "reference",
        }
    }
}

/// Cues by role. A cue is a phrase in any form of its words.
const NEGATED: &[&str] = &[
    "did not",
    "does not",
    "do not",
    "has not",
    "have not",
    "had not",
    "was not",
    "were not",
    "is not",
    "are not",
    "didn't",
    "doesn't",
    "hasn't",
    "haven't",
    "wasn't",
    "weren't",
    "isn't",
    "no evidence",
    "no indication",
    "no sign of",
    "not observed",
    "not been observed",
    "not seen",
    "never",
    "unlike",
    "rather than",
    "instead of",
    "without using",
    "no longer",
    "neither",
    "absence of",
    "ruled out",
    "failed to",
    "lacks",
    "cannot",
    "unable to",
];
const HYPOTHETICAL: &[&str] = &[
    "could",
    "might",
    "would",
    "potentially",
    "in theory",
    "theoretically",
    "hypothetical",
    "for example an attacker",
    "an attacker may",
    "attackers may",
    "adversaries may",
    "an attacker can",
    "threat actors may",
    "if an attacker",
    "if exploited",
    "may allow an attacker",
    "allows an attacker to",
    "successful exploitation",
    "expect",
    "is likely to",
    "are likely to",
    "will likely",
    "may have",
    "possible that",
    "imagine",
    "suppose",
    "what if",
    "the risk of",
    "risk that",
    "concern that",
    "feared",
    "threaten to",
];
const DEFENSIVE: &[&str] = &[
    "mitigate",
    "mitigation",
    "recommend",
    "recommendation",
    "should",
    "we advise",
    "advised to",
    "best practice",
    "organizations can",
    "organisations can",
    "organizations must",
    "defender can",
    "defenders can",
    "ensure that",
    "ensure",
    "make sure",
    "in order to prevent",
    "to prevent",
    "to protect",
    "protect against",
    "protects against",
    "prevents",
    "guard against",
    "defend against",
    "detection rule",
    "detection opportunity",
    "detect and block",
    "detects and blocks",
    "is detected as",
    "are detected as",
    "detected by",
    "blocked by",
    "our product",
    "our customers",
    "our solution",
    "our platform",
    "endpoint protection",
    "customers are protected",
    "hunt for",
    "hunting query",
    "monitor for",
    "look for",
    "alert on",
    "yara rule",
    "sigma rule",
    "snort",
    "suricata",
    "security awareness",
    "awareness training",
    "implement",
    "enforce",
    "be cautious",
    "avoid opening",
    "keep software up to date",
    "apply the patch",
    "patch management",
    "multi factor authentication",
    "least privilege",
    "harden",
    "hardening",
    "contact us",
    "sign up",
    "subscribe",
    "free trial",
    "webinar",
    "download the report",
    "learn how",
];
const REFERENCE: &[&str] = &[
    "see also",
    "read more",
    "more information",
    "further reading",
    "for more details",
    "learn more",
    "as described in",
    "previously reported",
    "previous report",
    "previous blog",
    "earlier blog",
    "refer to",
    "click here",
    "related post",
    "related article",
    "framework",
    "knowledge base",
];
/// A sentence that opens with one of these orders its reader about.
const IMPERATIVES: &[&str] = &[
    "disable",
    "block",
    "restrict",
    "enable",
    "implement",
    "enforce",
    "monitor",
    "apply",
    "patch",
    "update",
    "review",
    "consider",
    "audit",
    "limit",
    "deploy",
    "configure",
    "require",
    "train",
    "educate",
    "ensure",
    "segment",
    "prevent",
    "protect",
    "detect",
    "hunt",
    "identify",
    "avoid",
    "install",
    "back",
    "test",
    "maintain",
    "establish",
    "develop",
    "keep",
    "be",
    "check",
    "verify",
    "set",
    "use",
];
/// A section under a heading with one of these advises.
const DEFENSIVE_SECTIONS: &[&str] = &[
    "mitigation",
    "mitigations",
    "recommendation",
    "recommendations",
    "recommended",
    "remediation",
    "prevention",
    "protection",
    "protections",
    "defense",
    "defence",
    "defend",
    "detection",
    "detections",
    "hunting",
    "best practice",
    "how to protect",
    "how to detect",
    "countermeasure",
    "hardening",
    "what you can do",
    "guidance",
    "security controls",
    "coverage",
    "conclusion and recommendations",
    "response actions",
];
/// A section under a heading with one of these is about something else.
const REFERENCE_SECTIONS: &[&str] = &[
    "references",
    "bibliography",
    "about us",
    "about the author",
    "related",
    "further reading",
    "sources",
    "acknowledgements",
    "contact",
    "disclaimer",
    "additional resources",
    "resources",
    "read more",
    "you may also like",
    "share this",
];

fn index(lists: &[(&[&str], u32)]) -> Phrases {
    let mut phrases = Phrases::default();
    for (list, payload) in lists {
        for phrase in *list {
            phrases.add(phrase, *payload);
        }
    }
    phrases.finish()
}

/// Compiled cues.
#[derive(Debug)]
pub struct Cues {
    cues: Phrases,
    openings: Phrases,
    sections: Phrases,
}

const NEG: u32 = Role::Negated as u32;
const HYP: u32 = Role::Hypothetical as u32;
const DEF: u32 = Role::Defensive as u32;
const REF: u32 = Role::Reference as u32;

/// Tokens after a negation that it reaches.
const REACH: usize = 8;

/// What the cues of one sentence say.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Token ranges under a negation.
    negated: Vec<(usize, usize)>,
    /// Some cue of the role is there.
    pub hypothetical: bool,
    /// Some cue of the role is there.
    pub defensive: bool,
    /// Some cue of the role is there.
    pub reference: bool,
}

impl Reading {
    /// Whether the token stands under a negation.
    pub fn is_negated(&self, token: usize) -> bool {
        self.negated.iter().any(|&(from, to)| (from..to).contains(&token))
    }

    /// Whether anything is negated.
    pub fn negates(&self) -> bool {
        !self.negated.is_empty()
    }
}

impl Cues {
    /// Compiles the lists.
    #[expect(clippy::new_without_default, reason = "compiling lists is work, not a default")]
    pub fn new() -> Self {
        Self {
            cues: index(&[(NEGATED, NEG), (HYPOTHETICAL, HYP), (DEFENSIVE, DEF), (REFERENCE, REF)]),
            openings: index(&[(IMPERATIVES, DEF)]),
            sections: index(&[(DEFENSIVE_SECTIONS, DEF), (REFERENCE_SECTIONS, REF)]),
        }
    }

    /// Reads the cues of one sentence.
    pub fn read(&self, tokens: &[Token], out: &mut Reading) {
        out.negated.clear();
        (out.hypothetical, out.defensive, out.reference) = (false, false, false);
        self.cues.find(tokens, |m| match m.payload {
            NEG => out.negated.push((m.end, m.end + REACH)),
            HYP => out.hypothetical = true,
            DEF => out.defensive = true,
            _ => out.reference = true,
        });
        if tokens.len() > 3 {
            self.openings.find(&tokens[..1], |_| out.defensive = true);
        }
    }

    /// The role that a heading gives to what follows it.
    fn section(&self, text: &str) -> Role {
        let mut tokens = Vec::new();
        tokenize(text, &mut tokens);
        let mut role = Role::Claim;
        if tokens.len() <= 10 {
            self.sections.find(&tokens, |m| {
                role = role.max(if m.payload == REF { Role::Reference } else { Role::Defensive });
            });
        }
        role
    }
}

/// The role of each sentence by its place: heading, section, region.
pub fn places(document: &Document, cues: &Cues) -> Vec<Role> {
    // (heading level, role) of the section we are in; a heading of the same or a higher level ends it.
    let mut section: Option<(u8, Role)> = None;
    let mut out = Vec::with_capacity(document.sentences.len());
    let mut last_block = u32::MAX;
    for sentence in &document.sentences {
        let Some(block) = document.blocks.get(sentence.block as usize) else {
            out.push(Role::Reference);
            continue;
        };
        let text = sentence.span.of(&document.text);
        let level = match block.kind {
            BlockKind::Heading(level) => Some(level),
            BlockKind::Paragraph if sentence.block != last_block => {
                line_heading(text, block.span, sentence.span)
            }
            _ => None,
        };
        last_block = sentence.block;
        if let Some(level) = level {
            if section.is_none_or(|(open, _)| level <= open) {
                section = None;
            }
            let role = cues.section(text);
            if role != Role::Claim && section.is_none() {
                section = Some((level, role));
            }
            out.push(if matches!(block.region, Region::Main | Region::Appendix) {
                Role::Label
            } else {
                Role::Reference
            });
            continue;
        }
        out.push(match (block.region, block.kind) {
            (Region::Furniture | Region::References, _) => Role::Reference,
            (_, BlockKind::Caption) => Role::Label,
            _ => section.map_or(Role::Claim, |(_, role)| role),
        });
    }
    out
}

/// A paragraph that is a heading in all but its mark-up: Markdown kept as text, or one short line without an
/// end. Gives its level; unmarked ones rank lowest but end each other.
fn line_heading(text: &str, block: Span, sentence: Span) -> Option<u8> {
    let hashes = text.bytes().take_while(|&b| b == b'#').count();
    if (1..=6).contains(&hashes) && text.as_bytes().get(hashes) == Some(&b' ') {
        return Some(hashes as u8);
    }
    let whole = block == sentence;
    let words = text.split_ascii_whitespace().take(9).count();
    let starts_upper = text.chars().next().is_some_and(char::is_uppercase);
    (whole
        && (1..=8).contains(&words)
        && starts_upper
        && !text.ends_with(['.', ';', ',', ':', '!', '?', ')', ']']))
    .then_some(7)
}
