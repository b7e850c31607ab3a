//! A thousand seeded secrets: none is in a lower edition, and wherever one is put back, the check refuses.

use bartizan_programme::edition::{Audience, Output, Sealed, Source, check};

/// xorshift64*: the same secrets at each run.
struct Seeds(u64);

impl Seeds {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % below as u64).unwrap_or(0)
    }

    fn word(&mut self) -> String {
        let (heads, tails) = (
            ["br", "k", "m", "qu", "st", "v", "z", "dr", "pl", "t"],
            ["a", "e", "i", "o", "u", "or", "en", "ix", "al", "um"],
        );
        (0..3).map(|_| format!("{}{}", heads[self.next(10)], tails[self.next(10)])).collect()
    }

    fn name(&mut self) -> String {
        let word = self.word();
        format!("{}{}", word[..1].to_uppercase(), &word[1..])
    }

    /// A secret of one of the kinds of a window.
    fn secret(&mut self) -> String {
        match self.next(8) {
            0 => format!("{} {}", self.name(), self.name()),
            1 => format!("{}-{}b_{}.safetensors", self.word(), 3 + self.next(90), self.word()),
            2 => format!("{}", 10_000 + self.next(9_000_000)),
            3 => format!("{}.{}", 11 + self.next(88), 1 + self.next(9)),
            4 => format!("{}.{}.example", self.word(), self.word()),
            5 => format!("{:016x}", self.next(usize::MAX)),
            6 => format!("{} {} {} {}", self.word(), self.word(), self.word(), self.word()),
            _ => format!("{} of {}", 201 + self.next(300), 601 + self.next(300)),
        }
    }
}

/// A source with a secret in every place that a source has.
fn source_with(secrets: &[String]) -> String {
    let mut body = String::new();
    let mark = |secret: &String| format!("[[classified: {secret}]]");
    for (index, secret) in secrets.iter().enumerate() {
        let text = match index % 8 {
            0 => format!("The window went as planned, said {} about it.\n", mark(secret)),
            1 => format!("- it was seen by {}\n- it was seen by others\n", mark(secret)),
            2 => format!("| task | answer |\n|---|---|\n| reading | {} |\n", mark(secret)),
            3 => format!("::: classified\nNobody below reads that {secret} was there.\n:::\n"),
            4 => format!("## About {}\n\nWords below the heading.\n", mark(secret)),
            5 => format!("```\nrun --with {}\n```\n", mark(secret)),
            6 => format!("See [the log](https://logs.example/{}) for more.\n", mark(secret)),
            _ => format!("Counted were {} in all.\n", format_args!("[[classified: {secret} => several]]")),
        };
        body.push_str(&text);
        body.push('\n');
    }
    format!(
        "---\ntitle: A window [[classified: {}]]\nauthors: [[classified: {}]]\nunmarked: public\n---\n{body}",
        secrets[0], secrets[1]
    )
}

/// An unpadded base64 of ASCII, by hand: the oracle should not be the library the check uses.
fn base64(text: &str) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits =
            chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        (0..=chunk.len())
            .for_each(|place| out.push(char::from(alphabet[(bits >> (18 - 6 * place) & 63) as usize])));
    }
    out
}

#[test]
fn none_of_a_thousand_secrets_survives_and_each_is_found_when_put_back() {
    let mut seeds = Seeds(0x5eed_0001);
    let public = Audience::new("public", "TLP:CLEAR", ["public"]);
    let (mut seeded, mut planted) = (0, 0);
    let mut missed = Vec::new();
    for _ in 0..40 {
        let secrets: Vec<String> = (0..25).map(|_| seeds.secret()).collect();
        seeded += secrets.len();
        let source = Source::parse(&source_with(&secrets)).unwrap_or_else(|faults| panic!("{faults}"));
        let edition = source.edition(&public);
        let (text, html) = (edition.text(), edition.html());
        let sealed = Sealed::of(&source, &public);
        let name = format!("{}.html", edition.file_stem());
        let clean = check(
            &sealed,
            &[Output::text(&name, html.as_bytes()), Output::text("report-public.md", text.as_bytes())],
        );
        assert!(clean.is_empty(), "{clean:?}");
        for secret in &secrets {
            for output in [&text, &html, &name] {
                assert!(!output.to_lowercase().contains(&secret.to_lowercase()), "{secret} survives");
            }
            let leaks = [
                text.replacen("as planned", &format!("as planned by {secret}"), 1),
                html.replacen("<title>", &format!("<title>{} ", secret.to_uppercase()), 1),
                html.replacen("<p>", &format!("<p data-x=\"{secret}\">"), 1),
                html.replacen(
                    "</p>",
                    &format!("<a href=\"https://x.example/{}\">x</a></p>", secret.replace(' ', "%20")),
                    1,
                ),
                html.replacen("</p>", &format!(" {}<b>{}</b></p>", &secret[..2], &secret[2..]), 1),
                format!("{text}\n{}", base64(secret)),
            ];
            for (way, leak) in leaks.iter().enumerate() {
                // Four digits in base64 are six characters, which many words are.
                if way == 5 && secret.len() < 6 {
                    continue;
                }
                planted += 1;
                if check(&sealed, &[Output::text(&name, leak.as_bytes())]).is_empty() {
                    missed.push((way, secret.clone()));
                }
            }
            planted += 1;
            if check(&sealed, &[Output::text(&format!("{secret}.html"), b"")]).is_empty() {
                missed.push((6, secret.clone()));
            }
        }
    }
    println!("{seeded} secrets, {planted} put back, {} missed", missed.len());
    assert!(missed.is_empty(), "{missed:?}");
}
