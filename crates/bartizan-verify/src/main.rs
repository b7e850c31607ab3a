//! `bartizan-custody`: checks a folder of evidence. It reads files and nothing else: no network, no settings, no database.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use bartizan_custody::{Trusted, verify};
use bartizan_verify::{open, report, text};

const HELP: &str = "Checks evidence against its manifest.jsonl: every file named once and there, with its length and SHA-256, nothing else beside
them, the chain whole, every signature good and by a key that you give, closed.

Usage: bartizan-custody verify FOLDER --key KEY [--key KEY …] [--json]
       bartizan-custody verify FILE.tar --key KEY …     a tar file, not compressed; nothing is unpacked

  --key KEY   a key that may vouch: Ed25519, 64 hexadecimal digits; from whoever signed, by a way that is not this folder
  --json      the verdict as JSON

Exit codes: 0 it holds; 1 something is wrong; 2 the arguments are wrong; 66 the folder or its manifest cannot be read.

Examples:
  bartizan-custody verify window-7 --key 3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29
  bartizan-custody verify window-7.tar --key 3b6a… --key d75a… --json
";

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let (mut folder, mut keys, mut machine, mut verb) = (None, Vec::new(), false, false);
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--help" | "-h") => return say(HELP, 0),
            Some("--version" | "-V") => {
                return say(concat!("bartizan-custody ", env!("CARGO_PKG_VERSION"), "\n"), 0);
            }
            Some("--json") => machine = true,
            Some("--key") => match arguments.next().and_then(|key| key.into_string().ok()) {
                Some(key) => keys.push(key),
                None => return usage("--key needs a key"),
            },
            Some("verify") if !verb => verb = true,
            Some(word) if word.starts_with('-') => return usage("there is no such option"),
            _ if verb && folder.is_none() => folder = Some(PathBuf::from(argument)),
            _ => return usage("give verify, one folder or tar file, and its keys"),
        }
    }
    let Some(folder) = folder.filter(|_| verb && !keys.is_empty()) else {
        return usage("give verify, one folder or tar file, and its keys");
    };
    let Some(trusted) = Trusted::parse(keys.iter().map(String::as_str)) else {
        return usage("a key is 64 hexadecimal digits in small letters");
    };
    let (manifest, mut files) = match open(&folder) {
        Ok(opened) => opened,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{}: {error}", folder.display());
            return ExitCode::from(66);
        }
    };
    let verdict = verify(&manifest, &mut *files, &trusted);
    let told = if machine { format!("{}\n", report(&verdict)) } else { text(&verdict) };
    say(&told, u8::from(!verdict.holds()))
}

fn usage(what: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "{what}; bartizan-custody --help");
    ExitCode::from(2)
}

/// Whoever reads may have left: that is no failure of the check.
fn say(text: &str, code: u8) -> ExitCode {
    let _ = std::io::stdout().write_all(text.as_bytes());
    ExitCode::from(code)
}
