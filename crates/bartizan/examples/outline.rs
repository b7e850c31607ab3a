//! Prints how a document was read: `cargo run --release --example outline -- FILE...`
use bartizan::{BlockKind, Input, Options, Region, document};

fn main() {
    for path in std::env::args().skip(1) {
        #[allow(clippy::disallowed_methods)]
        let bytes = std::fs::read(&path).expect("a readable file");
        let document = match document::read(&Input::new(path.as_str(), bytes), &Options::default()) {
            Ok(document) => document,
            Err(error) => {
                println!("=== {path}: {error}");
                continue;
            }
        };
        println!("=== {path} {:?} {:#?}", document.format, document.metadata);
        for diagnostic in &document.diagnostics {
            println!("! {} {}", diagnostic.code.as_str(), diagnostic.message);
        }
        let mut sentences = document.sentences.iter().peekable();
        for (index, block) in document.blocks.iter().enumerate() {
            let region = match block.region {
                Region::Main => ' ',
                Region::Appendix => 'A',
                Region::Furniture => 'F',
                Region::References => 'R',
            };
            let kind = match block.kind {
                BlockKind::Heading(n) => format!("H{n}"),
                BlockKind::Paragraph => "P".into(),
                BlockKind::ListItem(n) => format!("L{n}"),
                BlockKind::TableCell { table, row, column, header } => {
                    format!("T{table}:{row},{column}{}", if header { "h" } else { "" })
                }
                BlockKind::Code => "C".into(),
                BlockKind::Caption => "cap".into(),
                BlockKind::Quote => "Q".into(),
            };
            let mut first = true;
            while let Some(s) = sentences.next_if(|s| s.block as usize == index) {
                let label = if std::mem::take(&mut first) { kind.as_str() } else { "" };
                println!("{region} {label:8}| {}", s.span.of(&document.text));
            }
        }
        for link in &document.links {
            println!("link {} {:?}", link.target, link.span.map(|s| s.of(&document.text).to_owned()));
        }
        for reading in &document.readings {
            println!("reading {:?} -> {:?}", reading.span.of(&document.text), reading.text);
        }
    }
}
