//! What an operator has to do, by when and why: the join of what is installed with what advisories say, with the exposure of each
//! asset and the facts about each vulnerability.
//!
//! [`Notice::read`] takes from a CSAF document what matters here; [`Notices`] is the index over many of them; [`Notices::list`] joins
//! it with inventories. Nothing is guessed: what cannot be told is [`Verdict::Unknown`](bartizan_product::matching::Verdict), and what
//! is not known about a vulnerability leaves the exact set of dates (see [`crate::priority`]). A list is computed for whoever asks and
//! kept nowhere.
//!
//! ```
//! use bartizan_clearinghouse::due::{Estate, Notice, Notices, Published};
//! use bartizan_product::inventory::{Defaults, Inventory};
//!
//! let csaf = r#"{"document": {"title": "Gate", "publisher": {"name": "CERT", "namespace": "https://cert.example"},
//!   "tracking": {"id": "C-1", "version": "1", "initial_release_date": "2026-06-01T00:00:00Z"}},
//!   "product_tree": {"full_product_names": [{"name": "gate 1.0.0", "product_id": "P1",
//!     "product_identification_helper": {"purl": "pkg:npm/gate@1.0.0"}}]},
//!   "vulnerabilities": [{"cve": "CVE-2026-1", "product_status": {"known_affected": ["P1"]}}]}"#;
//! let notices = Notices::new(vec![Notice::read("a1", csaf)?.into()]);
//! let table = b"host,purl,exposed\nweb1,pkg:npm/gate@1.0.0,yes\n";
//! let assets = Inventory::read(table, &Defaults::default())?.assets;
//! let estates = [Estate { inventory: "i1".into(), dated: 0, assets: &assets }];
//! let items = notices.list(&estates, &Published::default());
//! assert_eq!((items.len(), &*items[0].asset, &*items[0].vulnerability), (1, "web1", "CVE-2026-1"));
//! // Neither KEV nor automation nor impact is known: anything from three days with forensics to sixty days.
//! assert_eq!(items[0].decision.keys(), ["60D", "14D", "3D", "3DF"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod csaf;
mod facts;
mod fault;
mod index;
mod item;
mod kept;
mod kev;
mod list;
mod notice;
mod product;
mod standing;

#[cfg(test)]
mod tests;

pub use facts::Published;
pub use fault::{Code, Fault};
pub use index::Notices;
pub use item::{Because, Item, Place};
pub use kept::{Change, Edit, Holding, differences, from_kept, to_kept};
pub use kev::KevCatalogue;
pub use list::Estate;
pub use notice::{Hole, Notice, Remedy, RemedyKind, Trouble};
pub use standing::{Closure, Exception, How, Standing, State, state};
