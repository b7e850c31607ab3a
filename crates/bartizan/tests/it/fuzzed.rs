//! What the fuzzer found (`fuzz/README.md`), kept as short as it was understood.

use bartizan::{Analysis, Analyzer, Input, ObservableKind, Options};
use bartizan_knowledge::Pack;
use std::sync::OnceLock;

fn analyze(name: &str, text: &str) -> Analysis {
    static ANALYZER: OnceLock<Analyzer> = OnceLock::new();
    let analyzer = ANALYZER.get_or_init(|| Analyzer::new(Pack::built_in()));
    analyzer.analyze(&Input::new(name, text), &Options::default()).unwrap()
}

fn values(text: &str, kind: ObservableKind) -> Vec<String> {
    let analysis = analyze("a.txt", text);
    analysis.observables.into_iter().filter(|o| o.kind == kind).map(|o| o.value).collect()
}

/// Names of packages are ASCII (PEP 508, npm's `package.json`): a longer character is no name and cuts no text.
#[test]
fn a_package_that_starts_with_a_wide_character() {
    for word in ["İİİcron.d/x", "é", "—", "🐍@1", "@é/x"] {
        for tool in ["npm install", "pip3 install"] {
            let text = format!("They ran {tool} {word} twice.");
            assert!(values(&text, ObservableKind::Npm).is_empty(), "{text}");
            assert!(values(&text, ObservableKind::Pypi).is_empty(), "{text}");
        }
    }
    assert_eq!(values("They ran npm install @evil/x@1.2.0.", ObservableKind::Npm), ["@evil/x"]);
}

/// A name that runs over a tab or a line is a quotation gone wrong.
#[test]
fn a_name_with_control_characters() {
    for text in ["It made the mutex \"G\t  lobal\\a1\" once.", "It made the mutex \"Glo\nbal_1\" once."] {
        assert!(
            values(text, ObservableKind::Mutex).iter().all(|v| !v.contains(char::is_control)),
            "{text:?}"
        );
    }
    for cue in ["service named", "task named", "named pipe"] {
        let analysis = analyze("a.md", &format!("```\nA {cue} \"Upd\tx\" is there.\n```\n"));
        for o in analysis.observables {
            assert!(!o.value.contains(char::is_control), "{o:?}");
        }
    }
}

/// `\\.\pipe\` is where pipes are, not the name of one.
#[test]
fn a_pipe_without_a_name() {
    for text in
        ["It opened the named pipe \"\\\\.\\pipe\\\" twice.", "It opened the named pipe \\\\.\\pipe\\ twice."]
    {
        assert!(values(text, ObservableKind::Pipe).is_empty(), "{text}");
    }
    assert_eq!(values("It opened the named pipe \"\\\\.\\pipe\\ab1\" twice.", ObservableKind::Pipe), ["ab1"]);
}

/// `sc create` with a blank or broken name.
#[test]
fn a_service_without_a_name() {
    for text in [
        "It ran sc create \"  \" once.",
        "```\nsc create a\tb c\n```\n",
        "It ran sc create \"a\u{b}b\" once.",
    ] {
        for o in analyze("a.md", text).observables {
            assert!(
                !o.value.trim().is_empty()
                    && (o.kind == ObservableKind::CommandLine || !o.value.contains(char::is_control)),
                "{o:?}"
            );
        }
    }
}

/// The first word of a text has none before it.
#[test]
fn a_text_that_starts_with_as() {
    analyze("a.txt", "as SnakeLoader");
    analyze("a.txt", "as XyzRAT uses it");
}
