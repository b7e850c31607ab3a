//! The same thing written in different ways.

use crate::duplicate::normal::{commit, other_path, path, path_in, same_path, same_symbol, symbol, upstream};
use crate::duplicate::*;

#[test]
fn products_are_the_same_by_purl_or_name() {
    let agrees = |a: &str, b: &str| Product::of(a).agrees(&Product::of(b));
    assert!(agrees("pkg:npm/%40acme/box@1.2?arch=x#src", "pkg:npm/@acme/box"));
    assert!(agrees("pkg:npm/%40acme/box@1.2", "Box"));
    assert!(agrees("https://github.com/acme/box.git", "pkg:github/acme/box"));
    assert!(!agrees("pkg:npm/box", "pkg:pypi/box"));
    assert!(!agrees("pkg:npm/%40acme/box", "pkg:npm/box"));
    assert!(!agrees("", "") && !Product::of("").near(&Product::of("")));
    assert!(Product::of("pkg:deb/debian/box").near(&Product::of("pkg:generic/box")));
}

#[test]
fn paths_and_symbols_are_the_same_without_what_is_around_them() {
    let same = |a: &str, b: &str| same_path(&path(a), &path(b));
    assert!(same("a/src/io/open.c", "src/io/open.c"));
    assert!(same("C:\\ci\\box\\src\\io\\open.c:12", "io/open.c"));
    assert!(same("./src/../src/io/open.c:120:7", "/build/box-1.2/src/io/open.c"));
    assert!(!same("src/net/open.c", "src/io/open.c"));
    assert!(!same("open.c", "src/io/open.c"), "a name alone may be any of several files");
    assert!(!same("", ""));
    // Two machines that build it in different places.
    let within = |a: &str, b: &str| same_path(&path_in(a, "box"), &path_in(b, "box"));
    assert!(within("/home/ci/box/src/io/open.c", "D:\\build\\Box-1.2\\src\\io\\open.c"));
    assert!(!within("a/src/io/open.c", "b/src/net/open.c"));
    assert!(!within("modules/a/src/io/open.c", "modules/b/src/io/open.c"));
    let other = |a: &str, b: &str| other_path(&path(a), &path(b));
    assert!(other("src/io/open.c", "src/net/open.c") && other("open.c", "close.c"));
    assert!(!other("open.c", "src/io/open.c") && !other("", "open.c"));
    let same = |a: &str, b: &str| same_symbol(&symbol(a), &symbol(b));
    assert!(same("box::Reader<T>::open(int)", "Reader.open"));
    assert!(same("com.acme.Box#open", "Box.open"));
    assert!(same("box::open::h0123456789abcdef", "open()"));
    assert!(same("static int box_open", "box_open"));
    assert!(!same("Reader::open", "Writer::open"));
    assert!(!same("", ""));
}

#[test]
fn identifiers_are_those_that_name_one_thing() {
    assert_eq!(upstream("ghsa-aaaa-bbbb-cccc").as_deref(), Some("GHSA-AAAA-BBBB-CCCC"));
    assert_eq!(upstream("17"), None);
    assert_eq!(commit("https://example.org/c/0123456789ABCDEF").as_deref(), Some("0123456789ab"));
    assert_eq!(commit("0123456"), None);
    assert_eq!(commit("000000000000"), None);
}

#[test]
fn traces_of_several_languages_are_read() {
    let frames = |text: &str| -> Vec<String> {
        Trace::parse(text).0.iter().map(|frame| format!("{}@{}", frame.function, frame.file)).collect()
    };
    let gdb = "#0  0x00007f in __GI_raise (sig=6) at raise.c:50\n#1  0x0000 in copy (a=0x1, n=<optimized out>) at src/copy.c:12\n#2  open (x=1) at src/open.c:9";
    assert_eq!(frames(gdb), ["copy@copy.c", "open@open.c"]);
    let java = "java.lang.IllegalStateException: x\n\tat com.acme.Box.open(Box.java:12)\n\tat com.acme.Main.run(Main.java:3)\n\tat java.lang.Thread.run(Thread.java:1)";
    assert_eq!(frames(java), ["com.acme.Box.open@Box.java", "com.acme.Main.run@Main.java"]);
    let python = "Traceback (most recent call last):\n  File \"/srv/run.py\", line 3, in serve\n    go()\n  File \"/srv/box.py\", line 9, in unpack\nValueError";
    assert_eq!(frames(python), ["unpack@box.py", "serve@run.py"]);
    let rust = "stack backtrace:\n   0: rust_begin_unwind\n             at /rustc/x/panicking.rs:1:1\n   1: core::panicking::panic\n   2: mybox::open::h0123456789abcdef\n             at ./src/open.rs:7:9";
    assert_eq!(frames(rust), ["mybox.open@open.rs"]);
    let script = "TypeError: x\n    at unpack (/srv/box.js:10:3)\n    at /srv/run.js:1:1";
    assert_eq!(frames(script), ["unpack@box.js", "@run.js"]);
}

#[test]
fn similarity_weighs_by_nearness_to_the_crash() {
    let trace = |names: &[&str]| {
        Trace(names.iter().map(|name| Frame { function: (*name).into(), file: String::new() }).collect())
    };
    let (a, b) = (trace(&["a", "b", "c", "d"]), trace(&["a", "b", "c", "x"]));
    assert!((a.similarity(&a) - 1.0).abs() < 1e-12);
    let top = a.similarity(&b);
    let bottom = a.similarity(&trace(&["x", "b", "c", "d"]));
    assert!(top > bottom && (top - b.similarity(&a)).abs() < 1e-12);
    assert_eq!(a.similarity(&trace(&["p", "q"])), 0.0);
    assert_eq!(a.similarity(&trace(&[])), 0.0);
    // By hand: the first three of four match in place, with weights e^-0.04n.
    let weights: Vec<f64> = (1..=4).map(|n| (-0.04 * f64::from(n)).exp()).collect();
    let expected = weights[..3].iter().sum::<f64>() / weights.iter().sum::<f64>();
    assert!((top - expected).abs() < 1e-12, "{top} {expected}");
    let other = trace(&["p", "q", "r", "s"]);
    assert_eq!(cluster(&[a.clone(), other.clone(), b, other, trace(&[])]), [0, 1, 0, 1, 2]);
    assert_eq!(cluster(&[]), Vec::<usize>::new());
}
