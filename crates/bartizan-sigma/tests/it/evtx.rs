//! Windows event logs, written here byte by byte as [MS-EVEN6] and libyal's description have them.

use bartizan_sigma::events::evtx::{CHUNK, events};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A chunk in the making.
struct Chunk(Vec<u8>);

impl Chunk {
    fn new() -> Self {
        let mut bytes = vec![0; 512];
        bytes[..8].copy_from_slice(b"ElfChnk\0");
        Self(bytes)
    }

    fn u16(&mut self, number: u16) {
        self.0.extend(number.to_le_bytes());
    }

    fn u32(&mut self, number: u32) {
        self.0.extend(number.to_le_bytes());
    }

    fn utf16(&mut self, text: &str) {
        text.encode_utf16().for_each(|unit| self.u16(unit));
    }

    fn here(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(0)
    }

    /// A name where it is used first.
    fn name(&mut self, text: &str) {
        self.u32(self.here() + 4);
        self.u32(0);
        self.u16(0);
        self.u16(text.encode_utf16().count() as u16);
        self.utf16(text);
        self.u16(0);
    }

    fn text(&mut self, text: &str) {
        self.0.extend([0x05, 0x01]);
        self.u16(text.encode_utf16().count() as u16);
        self.utf16(text);
    }

    fn element(&mut self, name: &str, attributes: &[(&str, &str)], inside: impl FnOnce(&mut Self)) {
        self.0.push(if attributes.is_empty() { 0x01 } else { 0x41 });
        self.u16(0xffff);
        self.u32(0);
        self.name(name);
        if !attributes.is_empty() {
            self.u32(0);
        }
        for (name, value) in attributes {
            self.0.push(0x06);
            self.name(name);
            self.text(value);
        }
        self.0.push(0x02);
        inside(self);
        self.0.push(0x04);
    }

    /// A record around what `inside` writes.
    fn record(&mut self, inside: impl FnOnce(&mut Self)) {
        let start = self.0.len();
        self.u32(0x2a2a);
        self.0.extend([0; 20]);
        self.0.extend([0x0f, 1, 1, 0]);
        inside(self);
        self.0.push(0x00);
        let size = u32::try_from(self.0.len() - start + 4).unwrap_or(0);
        self.u32(size);
        self.0[start + 4..start + 8].copy_from_slice(&size.to_le_bytes());
        self.0[start + 8] = 7;
    }

    /// A template with a body, filled with values of a type each.
    fn template(&mut self, body: impl FnOnce(&mut Self), values: &[(u8, &[u8])]) {
        self.0.extend([0x0c, 1, 1, 0, 0, 0]);
        self.u32(self.here() + 4);
        self.u32(0);
        self.0.extend([0; 16]);
        let size = self.0.len();
        self.u32(0);
        let start = self.0.len();
        self.0.extend([0x0f, 1, 1, 0]);
        body(self);
        self.0.push(0x00);
        let length = u32::try_from(self.0.len() - start).unwrap_or(0);
        self.0[size..size + 4].copy_from_slice(&length.to_le_bytes());
        self.u32(values.len() as u32);
        for (kind, bytes) in values {
            self.u16(bytes.len() as u16);
            self.0.extend([*kind, 0]);
        }
        values.iter().for_each(|(_, bytes)| self.0.extend(*bytes));
    }

    fn read(mut self) -> Vec<Result<Value, String>> {
        let free = self.here().to_le_bytes();
        self.0[48..52].copy_from_slice(&free);
        self.0.resize(CHUNK, 0);
        read(&self.0)
    }
}

fn read(chunk: &[u8]) -> Vec<Result<Value, String>> {
    let mut found = Vec::new();
    let done: Result<(), ()> = events(chunk, &mut |event| {
        found.push(event.map_err(|e| e.message().to_owned()));
        Ok(())
    });
    assert!(done.is_ok());
    found
}

fn substitution(chunk: &mut Chunk, number: u16, kind: u8) {
    chunk.0.push(0x0d);
    chunk.u16(number);
    chunk.0.push(kind);
}

#[test]
fn elements_attributes_templates_and_types() {
    let mut chunk = Chunk::new();
    let values: [(u8, &[u8]); 4] =
        [(0x06, &[1, 0]), (0x15, &[0, 0, 0, 0, 0, 0, 0, 0x80]), (0x81, b"a\0\0\0b\0\0\0"), (0x00, b"")];
    chunk.record(|c| {
        c.template(
            |c| {
                c.element("Event", &[("xmlns", "x")], |c| {
                    c.element("System", &[], |c| {
                        c.element("EventID", &[("Qualifiers", "5")], |c| substitution(c, 0, 0x06));
                        c.element("Keywords", &[], |c| substitution(c, 1, 0x15));
                    });
                    c.element("EventData", &[], |c| {
                        c.element("Data", &[("Name", "Image")], |c| c.text("C:\\Ü & <x>"));
                        c.element("Data", &[("Name", "Empty")], |c| substitution(c, 3, 0x01));
                        c.element("Data", &[], |c| substitution(c, 2, 0x81));
                        c.element("Data", &[], |c| c.text("c"));
                    });
                });
            },
            &values,
        );
    });
    let expected = json!({"Event": {"#attributes": {"xmlns": "x"},
        "System": {"EventID": {"#attributes": {"Qualifiers": "5"}, "#text": 1}, "Keywords": "0x8000000000000000"},
        "EventData": {"Image": "C:\\Ü & <x>", "Empty": "", "Data": ["a", "b", "c"]}}});
    assert_eq!(chunk.read(), [Ok(expected)]);
}

#[test]
fn a_bad_record_costs_only_itself() {
    let mut chunk = Chunk::new();
    chunk.record(|c| c.0.push(0x33));
    chunk.record(|c| c.element("Event", &[], |_| {}));
    let found = chunk.read();
    assert!(found[0].as_ref().is_err_and(|e| e.contains("record 7")), "{found:?}");
    assert_eq!(found[1], Ok(json!({"Event": null})));
    assert!(read(&[1; CHUNK])[0].is_err());
    assert_eq!(read(&[0; CHUNK]), []);
}

#[test]
fn a_template_inside_itself_ends() {
    // Its body uses the definition that stands around it.
    let mut chunk = Chunk::new();
    chunk.record(|c| {
        let definition = c.here() + 10;
        c.template(
            |c| {
                for _ in 0..4 {
                    c.0.extend([0x0c, 1, 1, 0, 0, 0]);
                    c.u32(definition);
                    c.u32(0);
                }
            },
            &[],
        );
    });
    assert!(chunk.read()[0].is_err());
}

#[test]
fn deep_nesting_ends() {
    fn nest(chunk: &mut Chunk, left: u32) {
        chunk.element("a", &[], |c| {
            if left > 0 {
                nest(c, left - 1);
            }
        });
    }
    let mut chunk = Chunk::new();
    chunk.record(|c| nest(c, 500));
    assert_eq!(chunk.read()[0].as_ref().err().map(|e| e.contains("too deep")), Some(true));
}

proptest! {
    /// Whatever stands in a chunk, nothing panics and every record is told once.
    #[test]
    fn any_bytes(changes in proptest::collection::vec((512_usize..900, any::<u8>()), 1..20)) {
        let mut chunk = Chunk::new();
        chunk.record(|c| c.template(|c| c.element("Event", &[("a", "b")], |c| {
            substitution(c, 0, 0x01);
            substitution(c, 1, 0x21);
        }), &[(0x01, b"x\0"), (0x21, &[0x0f, 1, 1, 0, 0])]));
        chunk.0.resize(CHUNK, 0);
        for (at, byte) in changes {
            chunk.0[at] = byte;
        }
        prop_assert!(read(&chunk.0).len() <= CHUNK / 24);
    }

    /// Nor in a line of syslog, nor in CSV.
    #[test]
    fn any_line(line in "\\PC{0,80}") {
        use bartizan_sigma::events::{csv, syslog};
        let _ = syslog::event(&line);
        let _ = syslog::event(&format!("<13>1 {line}"));
        let _ = syslog::event(&format!("type=EXECVE msg=audit({line}"));
        let mut record = csv::Record::new(csv::delimiter(&line));
        record.push(&line);
        if let Ok(header) = csv::Header::new(record.take()) {
            record.push(&line);
            let _ = header.event(record.take());
        }
    }
}
