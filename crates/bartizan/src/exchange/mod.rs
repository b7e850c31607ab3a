//! Wire forms of an [`crate::Analysis`]: `analysis.json`, STIX 2.1, Navigator layer, CSV, Markdown.
