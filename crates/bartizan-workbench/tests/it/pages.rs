//! Holds for every page: with realistic values, with none, with hostile ones.

use crate::fixture::{self, Manner};
use dom_query::{Document as Dom, Selection};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Every page of the gallery, made once.
static PAGES: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let plain = fixture::pages(Manner::Plain).into_iter().chain(fixture::empty_pages());
    let hostile = fixture::pages(Manner::Hostile).into_iter();
    let hostile = hostile.map(|(n, html)| (format!("{n} (hostile)"), html));
    plain.map(|(n, html)| (n.to_owned(), html)).chain(hostile).collect()
});

/// Runs `look` over every page.
fn every(look: impl Fn(&str, &Dom, &str)) {
    for (name, html) in PAGES.iter() {
        look(name, &Dom::from(html.as_str()), html);
    }
}

fn attributes(dom: &Dom, name: &str) -> Vec<String> {
    let chosen = dom.select(&format!("[{name}]"));
    chosen.iter().filter_map(|e| e.attr(name).map(|v| v.to_string())).collect()
}

fn attr(element: &Selection<'_>, name: &str) -> String {
    element.attr(name).map(|v| v.to_string()).unwrap_or_default()
}

#[test]
fn values_are_never_markup() {
    every(|name, dom, html| {
        for script in dom.select("script").iter() {
            let (src, kind) = (attr(&script, "src"), attr(&script, "type"));
            assert!(
                src.starts_with("/assets/") || kind == "application/json",
                "{name}: a script without src"
            );
        }
        for tag in [
            "style",
            "[style]",
            "img",
            "iframe:not([sandbox])",
            "iframe[srcdoc]",
            "iframe[sandbox*=same-origin]",
            "object",
            "embed",
            "base",
            "applet",
            "math",
            "[srcset]",
        ] {
            assert_eq!(dom.select(tag).length(), 0, "{name}: {tag}");
        }
        for element in dom.select("body *").iter() {
            for attribute in element.attrs() {
                assert!(!attribute.name.local.starts_with("on"), "{name}: {}", attribute.name.local);
            }
        }
        assert!(!html.contains('\u{202e}'), "{name}: a direction override");
    });
}

#[test]
fn hostile_values_are_there_as_text() {
    for (name, html) in fixture::pages(Manner::Hostile) {
        let shown = Dom::from(html.as_str()).select("body").text().contains("<script>alert(1)</script>");
        assert!(shown || name == "sign-in-code", "{name}");
    }
}

#[test]
fn nothing_leads_off_the_server() {
    every(|name, dom, _| {
        for attribute in ["href", "action", "formaction", "data-poll", "data-expand"] {
            for value in attributes(dom, attribute) {
                let inside = value.starts_with('#') || (value.starts_with('/') && !value.starts_with("//"));
                assert!(inside || value == "data:,", "{name}: {attribute}={value}");
            }
        }
        for src in attributes(dom, "src") {
            let framed = dom.select("iframe[sandbox]").attr("src").is_some_and(|of| *of == *src);
            let framed = framed && src.starts_with("/reports/");
            assert!(src.starts_with("/assets/") || framed, "{name}: {src}");
        }
    });
}

#[test]
fn every_form_that_changes_something_has_its_token() {
    every(|name, dom, _| {
        for form in dom.select("form").iter() {
            let tokens = form.select("input[type=hidden][name=csrf]").length();
            match attr(&form, "method").as_str() {
                "post" => assert_eq!(tokens, 1, "{name}: {}", attr(&form, "action")),
                "get" | "dialog" => assert_eq!(tokens, 0, "{name}: a token in an address"),
                other => panic!("{name}: method {other:?}"),
            }
        }
    });
}

#[test]
fn every_page_has_its_landmarks_and_one_heading() {
    every(|name, dom, _| {
        assert_eq!(dom.select("h1").length(), 1, "{name}: h1");
        assert!(!dom.select("h1").text().trim().is_empty(), "{name}: empty h1");
        for landmark in
            ["main", "body > header", "body > footer", "html[lang]", "head > title", "a.skip[href='#main']"]
        {
            assert_eq!(dom.select(landmark).length(), 1, "{name}: {landmark}");
        }
        let signed_in = dom.select("form[action='/sign-out']").length();
        assert_eq!(dom.select("nav[aria-label=Pages]").length(), signed_in, "{name}: navigation");
        assert!(dom.select("header .tlp").length() > 0, "{name}: marking in the head");
        assert!(dom.select("title").text().contains("TLP:"), "{name}: marking in the title");
    });
}

#[test]
fn every_field_has_a_name_that_is_read_aloud() {
    every(|name, dom, _| {
        let fors: BTreeSet<String> = attributes(dom, "for").into_iter().collect();
        for field in dom.select("input:not([type=hidden]), select, textarea").iter() {
            let id = attr(&field, "id");
            let named = fors.contains(&id)
                || !attr(&field, "aria-label").is_empty()
                || field.ancestors(None).iter().any(|a| a.is("label"));
            assert!(named, "{name}: field {id:?} {:?}", attr(&field, "name"));
        }
        for button in dom.select("button").iter() {
            let named = !button.text().trim().is_empty() || !attr(&button, "aria-label").is_empty();
            assert!(named, "{name}: a button without words");
        }
    });
}

#[test]
fn ids_are_unique_and_references_lead_somewhere() {
    every(|name, dom, _| {
        let all = attributes(dom, "id");
        let ids: BTreeSet<&String> = all.iter().collect();
        assert_eq!(ids.len(), all.len(), "{name}: an id stands twice");
        for attribute in ["for", "aria-labelledby", "aria-describedby", "list", "aria-controls"] {
            for value in attributes(dom, attribute) {
                assert!(ids.contains(&value), "{name}: {attribute}={value}");
            }
        }
        for href in attributes(dom, "href").iter().filter(|h| h.starts_with('#')) {
            let hostile = name.contains("hostile");
            assert!(hostile || ids.contains(&href[1..].to_owned()), "{name}: {href}");
        }
    });
}

#[test]
fn same_values_same_bytes() {
    assert!(fixture::pages(Manner::Plain) == fixture::pages(Manner::Plain));
}

#[test]
fn empty_pages_teach_the_next_step() {
    for (name, html) in fixture::empty_pages() {
        // After the last edition of an advisory nobody has anything to do with it.
        let exceptions = ["first-used", "graph-large", "error", "advisory-withdrawn"];
        if !exceptions.iter().any(|e| name.starts_with(e)) {
            assert!(Dom::from(html.as_str()).select(".empty").length() > 0, "{name}");
        }
    }
}

#[test]
fn a_job_that_runs_looks_again_without_scripts_and_a_finished_one_does_not() {
    let pages = fixture::pages(Manner::Plain);
    let refreshes = |wanted: &str| {
        let html = &pages.iter().find(|(n, _)| *n == wanted).expect("the page is in the gallery").1;
        html.contains("<noscript><meta http-equiv=\"refresh\"")
    };
    assert!(refreshes("job-running"));
    assert!(!refreshes("job-failed") && !refreshes("job-done"));
}
