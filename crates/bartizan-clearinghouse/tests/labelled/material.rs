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

pub const DEV: Material = Material {
    projects: &[
        ("pkg:generic/pelican-proxy", "pelican-proxy"),
        ("pkg:maven/org.tern/tern-web", "tern-web"),
        ("pkg:golang/example.org/heron", "heron"),
        ("pkg:generic/libstork", "libstork"),
        ("pkg:gem/finch", "finch"),
    ],
    folders: &["daemon/io", "engine", "server/http", "common/util"],
    files: &["stream.cpp", "upload.cpp", "index.cpp", "token.cpp", "cache.cpp"],
    verbs: &["read", "store", "expand", "match", "flush"],
    nouns: &["Stream", "Token", "Bucket", "Segment", "Filter", "Label"],
    variables: &[
        "byteCount",
        "outBuffer",
        "declaredSize",
        "ownerRef",
        "filterExpr",
        "uploadName",
        "rootDir",
        "segOffset",
        "poolSlot",
        "hash_seed",
        "req_ctx",
        "item_list",
    ],
    before: &[
        "Dear colleagues, a researcher in our country contacted us about the matter below.",
        "This came to our hotline; the text is the researcher's.",
    ],
    after: &["Kindly let us know which embargo you propose.", "Our own product teams are not informed yet."],
    kinds: &[
        Kind {
            cwe: 125,
            family: 126,
            crashes: true,
            titles: ["Heap over-read in {f}", "Remote peers can read process memory"],
            texts: [
                "{f} trusts {v} from the wire. In {p} the loop reads {n} bytes past {b}, and {c}() sends them back.",
                "An attacker states a larger length than sent. {p}: {f} passes {v} on, {c}() copies {n} bytes from behind {b}.",
            ],
            foreign: &[(
                "Lecture hors limites du tas",
                "{f} accepte {v} sans contrôle. Dans {p}, la boucle lit {n} octets au-delà de {b} et {c}() les renvoie.",
            )],
        },
        Kind {
            cwe: 415,
            family: 763,
            crashes: true,
            titles: ["Double free in {f}", "Crash on malformed upload, allocator state damaged"],
            texts: [
                "On the error path of {f} ({p}) both {c}() and the caller release {v}. {b} is then handed out twice; block of {n} bytes.",
                "A malformed upload makes {c}() free {v} before {f} does it again in {p}. The pool gives {b} ({n} bytes) to two owners.",
            ],
            foreign: &[(
                "Double libération mémoire",
                "Sur le chemin d'erreur de {f} ({p}), {c}() et l'appelant libèrent {v}. {b} est attribué deux fois, bloc de {n} octets.",
            )],
        },
        Kind {
            cwe: 78,
            family: 77,
            crashes: false,
            titles: ["Command injection via {v}", "Arbitrary programs start through the converter"],
            texts: [
                "{f} in {p} builds a shell line from {v} and {b}; {c}() runs it. A semicolon is enough. Timeout of {n} ms observed.",
                "With a crafted {v} one leaves the quotes that {f} ({p}) puts around {b}. {c}() then starts what one likes within {n} ms.",
            ],
            foreign: &[(
                "Injection de commandes",
                "{f} dans {p} assemble une commande avec {v} et {b}, exécutée par {c}(). Un point-virgule suffit ; délai de {n} ms.",
            )],
        },
        Kind {
            cwe: 918,
            family: 441,
            crashes: false,
            titles: ["Server-side request forgery in {f}", "Internal services reachable from outside"],
            texts: [
                "{v} decides where {f} ({p}) connects. Through {c}() we reached {b} on port {n} of the internal network.",
                "The address in {v} is not restricted: {f} in {p} hands it to {c}(), which opened port {n} behind {b}.",
            ],
            foreign: &[(
                "Falsification de requête côté serveur",
                "{v} décide de la cible de {f} ({p}). Par {c}() nous avons atteint {b} sur le port {n} du réseau interne.",
            )],
        },
    ],
};

pub const TEST: Material = Material {
    projects: &[
        ("pkg:generic/granite-ftp", "granite-ftp"),
        ("pkg:npm/%40basalt/render", "render"),
        ("pkg:cargo/gneiss-tls", "gneiss-tls"),
        ("pkg:pypi/marble-admin", "marble-admin"),
        ("pkg:generic/libslate", "libslate"),
        ("pkg:nuget/Schist.Core", "schist.core"),
    ],
    folders: &["sys/transport", "app/views", "crypto/x509", "kernel/fs", "plugins/import"],
    files: &["handshake.rs", "render.rs", "inode.rs", "archive.rs", "ledger.rs", "quota.rs"],
    verbs: &["parse", "commit", "unpack", "renew", "attach", "lookup"],
    nouns: &["cert", "volume", "record", "ticket", "layer", "cursor", "grant"],
    variables: &[
        "ext_len",
        "scratch_area",
        "claimed_total",
        "inode_ref",
        "ticket_body",
        "entry_name",
        "dest_root",
        "cursor_pos",
        "slab_index",
        "orderClause",
        "templateSrc",
        "grantScope",
        "tenantId",
        "leaf_der",
    ],
    before: &[
        "Sirs, the attached analysis was made by an independent party and we relay it under its conditions.",
        "For your attention: one of the participants of our programme supplied this finding.",
        "Relayed by the national team; author named below.",
    ],
    after: &[
        "We would be glad to hear about the schedule you have in mind.",
        "Reference of our side follows by separate mail.",
        "The author wishes to be named as given.",
    ],
    kinds: &[
        Kind {
            cwe: 190,
            family: 680,
            crashes: true,
            titles: [
                "Integer overflow in {f} leads to a short allocation",
                "Oversized length field breaks the allocator",
            ],
            texts: [
                "Multiplying {v} by the element size wraps in {f}, file {p}. {b} gets too little room and {c}() writes beyond it from {n} elements on.",
                "If a length field above {n} is sent, {c}() runs over {b}. The cause: {f} ({p}) computes the size from {v} in 32 bits.",
            ],
            foreign: &[
                (
                    "Desbordamiento de enteros",
                    "Al multiplicar {v} en {f}, archivo {p}, el resultado se desborda. {b} queda corto y {c}() escribe fuera a partir de {n} elementos.",
                ),
                (
                    "整数オーバーフローによるヒープ破壊",
                    "{p} の {f} で {v} の乗算が桁あふれし、{b} の確保が不足する。{n} 要素以上で {c}() が範囲外へ書き込む。",
                ),
            ],
        },
        Kind {
            cwe: 476,
            family: 690,
            crashes: true,
            titles: ["Null pointer dereference in {f}", "Anonymous clients can stop the service"],
            texts: [
                "If {c}() fails, {v} stays empty and {f} in {p} reads {b} through it. The process ends after {n} such requests.",
                "The service dies on the {n}th request without credentials: nobody looks at what {c}() returns, {v} is empty, {f} ({p}) touches {b}.",
            ],
            foreign: &[
                (
                    "Desreferencia de puntero nulo",
                    "Si {c}() falla, {v} queda vacío y {f} en {p} lee {b}. El proceso termina tras {n} peticiones.",
                ),
                (
                    "ヌルポインタ参照によるサービス停止",
                    "{c}() が失敗すると {v} が空のまま、{p} の {f} が {b} を読む。{n} 回の要求で停止する。",
                ),
            ],
        },
        Kind {
            cwe: 502,
            family: 915,
            crashes: false,
            titles: ["Unsafe deserialization of {v}", "Uploaded projects run code of their author"],
            texts: [
                "{f} ({p}) hands {v} to {c}(), which instantiates any class. With {b} set we ran a program {n} times.",
                "An imported project file may name classes; {c}() creates them as soon as {f} in {p} sees {v}. {b} was ours after {n} tries.",
            ],
            foreign: &[
                (
                    "Deserialización insegura",
                    "{f} ({p}) entrega {v} a {c}(), que crea cualquier clase. Con {b} ejecutamos un programa {n} veces.",
                ),
                (
                    "信頼できないデータの逆シリアル化",
                    "{p} の {f} が {v} を {c}() に渡し、任意のクラスが生成される。{b} を使い {n} 回実行できた。",
                ),
            ],
        },
        Kind {
            cwe: 639,
            family: 285,
            crashes: false,
            titles: ["Missing ownership check in {f}", "Customers can open each other's documents"],
            texts: [
                "{f} in {p} takes {v} from the request and does not compare it with {b}. {c}() returned {n} records of others.",
                "Counting {v} upwards shows what belongs to others: {n} records came from {c}(), as {f} ({p}) never asks for {b}.",
            ],
            foreign: &[
                (
                    "Falta de control de propiedad",
                    "{f} en {p} toma {v} de la petición y no lo compara con {b}. {c}() devolvió {n} registros ajenos.",
                ),
                (
                    "所有者確認の欠如",
                    "{p} の {f} は要求の {v} を {b} と照合しない。{c}() から他者の記録 {n} 件が返った。",
                ),
            ],
        },
    ],
};
