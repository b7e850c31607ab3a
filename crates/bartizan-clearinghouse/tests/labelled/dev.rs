//! The dev part.

use super::material::{Kind, Material};

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
