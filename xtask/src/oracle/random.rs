//! Random cyber-observables of every type, from a fixed seed.

use anyhow::Result;
use bartizan::learning::SplitMix64;
use bartizan_stix::{Hashes, Id, MarkedSco, RegistryValue, Sco, Tlp};
use std::io::Write;
use std::path::Path;

/// Random parts of observables.
struct Random(SplitMix64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0.number() % n
    }

    fn hex(&mut self, length: usize) -> String {
        (0..length).map(|_| char::from(b"0123456789abcdef"[self.below(16) as usize])).collect()
    }

    fn label(&mut self) -> String {
        let length = 1 + self.below(12);
        (0..length).map(|_| char::from(b'a' + self.below(26) as u8)).collect()
    }

    /// Text with everything that an escape could get wrong.
    fn text(&mut self) -> String {
        const PIECES: [&str; 16] = [
            "a", "Z", " ", "\"", "\\", "/", "'", "\n", "\t", "\u{1}", "\u{7f}", "é", "€", "🐍", "\u{2028}",
            "<&>",
        ];
        let length = 1 + self.below(14);
        (0..length).map(|_| PIECES[self.below(16) as usize]).collect()
    }

    fn hashes(&mut self) -> Hashes {
        let mut out = Hashes::new();
        for (name, length) in [("MD5", 32), ("SHA-1", 40), ("SHA-256", 64), ("SHA-512", 128)] {
            if self.below(2) == 0 {
                out.insert(name, self.hex(length));
            }
        }
        if self.below(4) == 0 {
            out.insert("SSDEEP", format!("3:{}:{}", self.label(), self.label()));
        }
        if self.below(6) == 0 {
            out.insert("TLSH", self.hex(70));
        }
        out
    }

    fn maybe(&mut self) -> Option<String> {
        (self.below(2) == 0).then(|| self.text())
    }

    fn sco(&mut self, n: u32) -> Sco {
        match n % 15 {
            0 => Sco::AutonomousSystem { number: self.0.number() as u32 },
            1 => Sco::Directory { path: self.text() },
            2 => Sco::DomainName { value: format!("{}.{}.example", self.label(), self.label()) },
            3 => Sco::EmailAddr { value: format!("{}@{}.example", self.label(), self.label()) },
            4 => {
                let hashes = self.hashes();
                let name = if hashes.is_empty() { Some(self.text()) } else { self.maybe() };
                let parent = Sco::Directory { path: self.text() }.id().filter(|_| self.below(2) == 0);
                Sco::File { hashes, name, parent_directory_ref: parent }
            }
            5 => Sco::Ipv4Addr { value: std::net::Ipv4Addr::from(self.0.number() as u32).to_string() },
            6 => {
                let high = (u128::from(self.0.number()) << 64) | u128::from(self.0.number());
                Sco::Ipv6Addr { value: std::net::Ipv6Addr::from(high).to_string() }
            }
            7 => {
                let pairs: Vec<String> = (0..6).map(|_| self.hex(2)).collect();
                Sco::MacAddr { value: pairs.join(":") }
            }
            8 => Sco::Mutex { name: self.text() },
            9 => Sco::Software {
                name: self.text(),
                cpe: (self.below(2) == 0)
                    .then(|| format!("cpe:2.3:a:{}:{}:1:*:*:*:*:*:*:*", self.label(), self.label())),
                vendor: self.maybe(),
                version: self.maybe(),
            },
            10 => Sco::Url {
                value: format!("https://{}.example/{}?q={}#f", self.label(), self.label(), self.hex(6)),
            },
            11 => Sco::UserAccount {
                user_id: Some(self.text()),
                account_login: self.maybe(),
                account_type: (self.below(2) == 0).then_some("twitter"),
            },
            12 => Sco::WindowsRegistryKey {
                key: format!("HKEY_LOCAL_MACHINE\\{}", self.text()),
                values: (0..self.below(3)).map(|_| RegistryValue { name: self.text() }).collect(),
            },
            13 => {
                let hashes = self.hashes();
                let serial_number = if hashes.is_empty() { Some(self.hex(20)) } else { self.maybe() };
                Sco::X509Certificate { hashes, serial_number }
            }
            _ => Sco::File {
                hashes: Hashes::from([("SHA-256", self.hex(64))]),
                name: None,
                parent_directory_ref: None,
            },
        }
    }
}

/// Writes them as JSON lines.
pub fn write(out: &Path, count: u32) -> Result<()> {
    let mut random = Random(SplitMix64::new(20_261_123));
    let mut file = std::io::BufWriter::new(std::fs::File::create(out.join("observables.jsonl"))?);
    let marking: Id = Tlp::Clear.marking_id();
    for n in 0..count {
        if let Some(sco) = MarkedSco::new(random.sco(n), marking.clone()) {
            serde_json::to_writer(&mut file, &sco)?;
            file.write_all(b"\n")?;
        }
    }
    Ok(())
}
