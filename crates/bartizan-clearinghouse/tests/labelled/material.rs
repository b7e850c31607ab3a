//! What the three parts of the labelled set are made of. No part shares a project, a name of code or a sentence with another.
//! Slots: `{f}` function, `{p}` path, `{v}` a variable, `{b}` another, `{c}` a function that is called, `{n}` a number.

/// A kind of flaw: its weakness and one of the same family, and how it is told.
pub struct Kind {
    pub cwe: u32,
    pub family: u32,
    pub crashes: bool,
    pub titles: [&'static str; 2],
    pub texts: [&'static str; 2],
    pub foreign: &'static [(&'static str, &'static str)],
}

/// One part: train, dev or test.
pub struct Material {
    pub projects: &'static [(&'static str, &'static str)],
    pub folders: &'static [&'static str],
    pub files: &'static [&'static str],
    pub verbs: &'static [&'static str],
    pub nouns: &'static [&'static str],
    pub variables: &'static [&'static str],
    pub before: &'static [&'static str],
    pub after: &'static [&'static str],
    pub kinds: &'static [Kind],
}

pub const TRAIN: Material = Material {
    projects: &[
        ("pkg:generic/larkd", "larkd"),
        ("pkg:npm/quartz-store", "quartz-store"),
        ("pkg:cargo/mimir", "mimir"),
        ("pkg:pypi/oakmail", "oakmail"),
        ("pkg:generic/libfen", "libfen"),
    ],
    folders: &["src/net", "src/core", "lib/codec", "modules/auth"],
    files: &["frame.c", "session.c", "decode.c", "table.c", "policy.c"],
    verbs: &["frame", "decode", "resize", "verify", "drain"],
    nouns: &["header", "chunk", "entry", "cookie", "window", "digest"],
    variables: &[
        "payload_len",
        "rx_buf",
        "hdr_size",
        "sess_ptr",
        "row_id",
        "tmp_name",
        "user_key",
        "chunk_off",
        "maxRows",
        "queryText",
        "basePath",
        "refCount",
    ],
    before: &[
        "We received the following from one of our members and pass it on unchanged.",
        "Forwarded on behalf of the finder, who asked us to keep their wording.",
    ],
    after: &[
        "Please confirm receipt to our desk; we track this under an internal number.",
        "We have not verified this ourselves.",
    ],
    kinds: &[
        Kind {
            cwe: 787,
            family: 122,
            crashes: true,
            titles: ["Out-of-bounds write in {f}", "Memory corruption when a crafted packet arrives"],
            texts: [
                "The function {f} in {p} copies {v} bytes into {b} without checking the bound. After {n} bytes the heap is overwritten by {c}().",
                "While parsing untrusted input, {c}() is handed {v} although {b} holds only {n} bytes. The write happens inside {f} ({p}).",
            ],
            foreign: &[(
                "Schreibzugriff außerhalb des Puffers",
                "Die Funktion {f} in {p} kopiert {v} ungeprüft nach {b}. Nach {n} Bytes überschreibt {c}() den Heap.",
            )],
        },
        Kind {
            cwe: 416,
            family: 825,
            crashes: true,
            titles: ["Use after free in {f}", "Dangling object reachable on disconnect"],
            texts: [
                "{f} in {p} keeps {v} after {c}() has released it. A second request then reads {b}, which points into freed memory of {n} bytes.",
                "When a peer disconnects early, {c}() frees {b}; {f} ({p}) goes on using {v}. The freed block has {n} bytes.",
            ],
            foreign: &[(
                "Zugriff nach Freigabe",
                "{f} in {p} verwendet {v} weiter, nachdem {c}() den Speicher freigegeben hat; {b} zeigt auf {n} freie Bytes.",
            )],
        },
        Kind {
            cwe: 22,
            family: 23,
            crashes: false,
            titles: ["Path traversal through {v}", "Files outside the root can be read"],
            texts: [
                "{f} ({p}) joins {v} to {b} without resolving dots. {c}() then opens any file; {n} requests were enough to map the disk.",
                "A remote user chooses {v}. Since {f} in {p} trusts it, {c}() leaves the folder in {b}. Shown with {n} requests.",
            ],
            foreign: &[(
                "Lesen beliebiger Dateien",
                "In {p} hängt {f} den Wert {v} an {b} an. {c}() öffnet damit jede Datei; {n} Anfragen genügten.",
            )],
        },
        Kind {
            cwe: 89,
            family: 943,
            crashes: false,
            titles: ["SQL injection in {f}", "Database contents leak through the search field"],
            texts: [
                "{f} in {p} puts {v} into the statement {b} unescaped, and {c}() runs it. We read {n} rows of another tenant.",
                "By a quote in {v} the query of {f} ({p}) is changed; {c}() executes {b}. {n} rows came back that are not ours.",
            ],
            foreign: &[(
                "Einschleusen von SQL",
                "{f} in {p} setzt {v} ungefiltert in {b} ein, das {c}() ausführt. Wir lasen {n} fremde Zeilen.",
            )],
        },
    ],
};
