//! Editions: one source with marked spans gives every audience its own text, and nothing leaves while something sealed survives.
//!
//! The source is a small Markdown (headings, paragraphs, lists, tables, verbatim) with a front matter and two kinds of marks:
//! `[[label: text]]` or `[[label: text => what lower editions say instead]]` in a line, and `::: label` … `:::` around blocks.
//! Who sees a label is the audience's to say ([`Audience::shows`]); what no mark covers has the label the front matter names under
//! `unmarked`, so that nobody publishes by forgetting.
//!
//! [`Source::edition`] leaves out what the audience may not see. [`check`] then trusts nothing of that: it looks in the finished
//! bytes (text, attributes, links, metadata, file name) for every word, number and name that was sealed ([`Sealed`]), in the ways in
//! which such things survive: another case or width of letters, a number written otherwise, letters spread over tags, percent
//! and character references, base64 and hexadecimal.
//!
//! ```
//! use bartizan_programme::edition::{Audience, Output, Sealed, Source, check};
//! let text = "---\ntitle: Window 7\nunmarked: public\n---\nThe model solved [[classified: 31 of 40 => most]] tasks.\n";
//! let source = Source::parse(text)?;
//! let public = Audience::new("public", "TLP:CLEAR", ["public"]);
//! let edition = source.edition(&public);
//! assert!(edition.text().contains("The model solved most tasks."));
//! let sealed = Sealed::of(&source, &public);
//! assert!(check(&sealed, &[Output::text("edition.md", edition.text().as_bytes())]).is_empty());
//! assert!(!check(&sealed, &[Output::text("edition.md", b"It was 31 tasks.")]).is_empty());
//! # Ok::<(), bartizan_programme::edition::Faults>(())
//! ```

mod blocks;
mod check;
mod fault;
mod html;
mod inline;
mod number;
mod sealed;
mod source;
#[cfg(test)]
mod tests;
mod text;
mod view;
mod views;

pub use check::{Leak, MOST_LEAKS, Output, Place, check};
pub use fault::{Code, Fault, Faults};
pub use inline::{Label, Node};
pub use sealed::{Kind, Release, Sealed, Term};
pub use source::{Block, Line, MOST_BYTES, Part, Source};
pub use view::{Audience, Edition, Shown};
