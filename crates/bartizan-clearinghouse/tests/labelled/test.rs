//! The test part: nothing was set on it.

use super::material::{Kind, Material};

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
