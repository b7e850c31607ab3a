//! Expectations from the specifications: RFC 4287 section 1.1, the RSS 2.0 sample, the RSS 1.0 example.

use super::*;
use crate::feed::{Code, Finding, Limits};
use proptest::prelude::*;

fn check(source: &str, base: Option<&str>) -> (Feed, Vec<Finding>) {
    read(source.as_bytes(), base, &Limits::default()).expect("a feed")
}

fn codes(findings: &[Finding]) -> Vec<Code> {
    findings.iter().map(|f| f.code).collect()
}

fn day(text: &str) -> Option<Timestamp> {
    Some(text.parse().expect("a time"))
}

/// The more extensive example of RFC 4287, section 1.1.
const ATOM: &str = r##"<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <title type="text">dive into mark</title>
  <subtitle type="html">A &lt;em&gt;lot&lt;/em&gt; of effort</subtitle>
  <updated>2005-07-31T12:29:29Z</updated>
  <id>tag:example.org,2003:3</id>
  <link rel="alternate" type="text/html" hreflang="en" href="http://example.org/"/>
  <link rel="self" type="application/atom+xml" href="http://example.org/feed.atom"/>
  <entry>
    <title>Atom draft-07 snapshot</title>
    <link rel="alternate" type="text/html" href="http://example.org/2005/04/02/atom"/>
    <link rel="enclosure" type="audio/mpeg" length="1337" href="http://example.org/audio/ph34r_my_podcast.mp3"/>
    <id>tag:example.org,2003:3.2397</id>
    <updated>2005-07-31T12:29:29Z</updated>
    <published>2003-12-13T08:29:29-04:00</published>
    <author><name>Mark Pilgrim</name><uri>http://example.org/</uri><email>f8dy@example.com</email></author>
    <contributor><name>Sam Ruby</name></contributor>
    <content type="xhtml" xml:lang="en" xml:base="http://diveintomark.org/">
      <div xmlns="http://www.w3.org/1999/xhtml"><p><i>[Update: The Atom draft is finished.]</i></p></div>
    </content>
    <source><id>x</id><title>not this</title><updated>1999-01-01T00:00:00Z</updated></source>
  </entry>
</feed>"##;

#[test]
fn atom_as_the_rfc_shows_it() {
    let (feed, findings) = check(ATOM, None);
    assert_eq!(findings, []);
    assert_eq!((feed.dialect, feed.id.as_deref()), (Dialect::Atom, Some("tag:example.org,2003:3")));
    assert_eq!(
        (feed.title.as_deref(), feed.link.as_deref()),
        (Some("dive into mark"), Some("http://example.org/"))
    );
    assert_eq!(feed.updated, day("2005-07-31T12:29:29Z"));
    let [entry] = feed.entries.as_slice() else { panic!("{feed:?}") };
    assert_eq!(entry.id, "tag:example.org,2003:3.2397");
    assert_eq!(entry.title.as_deref(), Some("Atom draft-07 snapshot"));
    assert_eq!(entry.link.as_deref(), Some("http://example.org/2005/04/02/atom"));
    assert_eq!(entry.published, day("2003-12-13T12:29:29Z"));
    assert_eq!(entry.authors, ["Mark Pilgrim"]);
    let content = entry.content.as_ref().expect("content");
    assert!(
        content.html && content.value.starts_with("<div") && content.value.ends_with("</div>"),
        "{content:?}"
    );
    let enclosure = Enclosure {
        url: "http://example.org/audio/ph34r_my_podcast.mp3".into(),
        media_type: Some("audio/mpeg".into()),
        length: Some(1337),
    };
    assert_eq!(entry.enclosures, [enclosure]);
}

#[test]
fn rss_2_as_its_sample_shows_it() {
    let (feed, findings) = check(
        r#"<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
        <title>Liftoff News</title><link>http://liftoff.msfc.nasa.gov/</link>
        <description>Liftoff to Space Exploration.</description>
        <lastBuildDate>Tue, 10 Jun 2003 09:41:01 GMT</lastBuildDate>
        <image><title>not this</title><link>http://example.org/not-this</link></image>
        <item><title>Star City</title><link>http://liftoff.msfc.nasa.gov/news/2003/news-starcity.asp</link>
          <description>How do Americans get ready? They learn at &lt;a href="/x"&gt;Star City&lt;/a&gt;.</description>
          <pubDate>Tue, 03 Jun 2003 09:39:21 GMT</pubDate>
          <guid>http://liftoff.msfc.nasa.gov/2003/06/03.html#item573</guid></item>
        <item><description><![CDATA[Sky watchers <b>see</b> & wait]]></description>
          <pubDate>Fri, 30 May 2003 11:06:42 GMT</pubDate>
          <guid>http://liftoff.msfc.nasa.gov/2003/05/30.html#item572</guid>
          <enclosure url="http://www.scripting.com/mp3s/weatherReportSuite.mp3" length="12216320" type="audio/mpeg" /></item>
        <item><title>Only a title</title><dc:creator>N. N.</dc:creator></item>
        </channel></rss>"#,
        None,
    );
    assert_eq!(findings, []);
    assert_eq!((feed.dialect, feed.title.as_deref()), (Dialect::Rss2, Some("Liftoff News")));
    assert_eq!(feed.link.as_deref(), Some("http://liftoff.msfc.nasa.gov/"));
    let [star, sky, only] = feed.entries.as_slice() else { panic!("{feed:?}") };
    assert_eq!(star.id, "http://liftoff.msfc.nasa.gov/2003/06/03.html#item573");
    assert_eq!(star.link.as_deref(), Some("http://liftoff.msfc.nasa.gov/news/2003/news-starcity.asp"));
    assert_eq!(star.published, day("2003-06-03T09:39:21Z"));
    let summary = star.summary.as_ref().expect("summary");
    assert!(summary.html && summary.value.ends_with(r#"<a href="/x">Star City</a>."#));
    assert_eq!(
        sky.link.as_deref(),
        Some("http://liftoff.msfc.nasa.gov/2003/05/30.html#item572"),
        "a permalink"
    );
    assert_eq!(sky.summary.as_ref().map(|s| s.value.as_str()), Some("Sky watchers <b>see</b> & wait"));
    assert_eq!(sky.enclosures[0].length, Some(12_216_320));
    assert!(only.id.starts_with("sha256:") && only.authors == ["N. N."]);
}

#[test]
fn rss_1_as_its_example_shows_it() {
    let (feed, findings) = check(
        r#"<?xml version="1.0"?>
        <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
                 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
        <channel rdf:about="http://www.xml.com/xml/news.rss"><title>XML.com</title><link>http://xml.com/pub</link>
          <description>x</description><image rdf:resource="http://xml.com/universal/images/xml_tiny.gif" />
          <items><rdf:Seq><rdf:li resource="http://xml.com/pub/2000/08/09/xslt/xslt.html" /></rdf:Seq></items></channel>
        <item rdf:about="http://xml.com/pub/2000/08/09/xslt/xslt.html"><title>Processing Inclusions with XSLT</title>
          <link>http://xml.com/pub/2000/08/09/xslt/xslt.html</link><description>Processing document inclusions.</description>
          <dc:date>2000-08-09</dc:date><content:encoded><![CDATA[<p>All</p>]]></content:encoded></item>
        <textinput rdf:about="http://search.xml.com"><title>Search</title></textinput></rdf:RDF>"#,
        None,
    );
    assert_eq!(findings, []);
    assert_eq!((feed.dialect, feed.title.as_deref()), (Dialect::Rss1, Some("XML.com")));
    let [entry] = feed.entries.as_slice() else { panic!("{feed:?}") };
    assert_eq!(entry.id, "http://xml.com/pub/2000/08/09/xslt/xslt.html");
    assert_eq!(entry.published, day("2000-08-09T00:00:00Z"));
    assert_eq!(entry.content.as_ref().map(|c| c.value.as_str()), Some("<p>All</p>"));
}

#[test]
fn entities_are_never_expanded() {
    let bomb = r#"<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
        <!ENTITY x SYSTEM "file:///etc/passwd">]>
        <rss version="2.0"><channel><item><guid>1</guid><title>&b;</title><description>&x; &nbsp;</description></item>
        </channel></rss>"#;
    let (feed, findings) = check(bomb, None);
    let entry = &feed.entries[0];
    assert_eq!(entry.title.as_deref(), Some("&b;"));
    assert_eq!(entry.summary.as_ref().map(|s| s.value.as_str()), Some("&x; &nbsp;"));
    assert_eq!(codes(&findings), [Code::Entity, Code::Entity, Code::Entity]);
}

#[test]
fn links_are_resolved_and_only_those_of_the_web_are_kept() {
    let (feed, findings) = check(
        r#"<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/blog/"><entry><id>1</id><link href="a?x=1&amp;y=2"/></entry>
        <entry xml:base="https://other.example/"><id>2</id><link href="b"/></entry>
        <entry><id>3</id><link href="javascript:alert(1)"/><link rel="enclosure" href="file:///etc/passwd"/></entry>
        <entry><link rel="alternate" href="//[bad"/></entry></feed>"#,
        Some("https://example.org/feed.xml"),
    );
    let links: Vec<_> = feed.entries.iter().map(|e| e.link.as_deref()).collect();
    assert_eq!(
        links,
        [Some("https://example.org/blog/a?x=1&y=2"), Some("https://other.example/b"), None],
        "the fourth says nothing and is left out"
    );
    assert_eq!(codes(&findings), [Code::Anonymous, Code::Link, Code::Link, Code::Link]);
}

#[test]
fn limits_and_damage_are_findings_and_keep_what_was_read() {
    let item = "<item><guid>1</guid><title>abcdef</title><pubDate>soon</pubDate></item>";
    let many = format!("<rss><channel>{}</channel></rss>", item.repeat(4));
    let limits = Limits { entries: 3, text: 3, ..Limits::default() };
    let (feed, findings) = read(many.as_bytes(), None, &limits).expect("a feed");
    assert_eq!((feed.entries.len(), feed.entries[0].title.as_deref()), (3, Some("abc")));
    assert_eq!(codes(&findings), [Code::TooMany, Code::TooLong, Code::TooLong, Code::Time], "{findings:?}");
    let deep = format!("<rss><channel>{item}{}", "<a>".repeat(100_000));
    let (feed, findings) = read(deep.as_bytes(), None, &Limits::default()).expect("a feed");
    assert_eq!(feed.entries.len(), 1);
    assert!(codes(&findings).contains(&Code::TooDeep) && codes(&findings).contains(&Code::Malformed));
    let (feed, findings) = check(&format!("<rss><channel>{item}</wrong>{item}"), None);
    assert_eq!((feed.entries.len(), codes(&findings)), (1, vec![Code::Malformed, Code::Time]));
    let large = Limits { bytes: 4, ..Limits::default() };
    assert!(read(b"<rss/>", None, &large).expect_err("too large").is_too_large());
    for page in ["", "<html><body>No feed</body></html>", "{}", "\0\0\0"] {
        assert!(
            read(page.as_bytes(), None, &Limits::default()).expect_err("no feed").is_malformed(),
            "{page}"
        );
    }
}

#[test]
fn declared_encodings_are_followed() {
    let latin =
        b"<?xml version='1.0' encoding='ISO-8859-1'?><rss><channel><title>Caf\xe9</title></channel></rss>";
    let (feed, findings) = read(latin, None, &Limits::default()).expect("a feed");
    assert_eq!((feed.title.as_deref(), findings.len()), (Some("Café"), 0));
    let mut wide = vec![0xff, 0xfe];
    wide.extend("<rss><channel><title>Ж</title></channel></rss>".encode_utf16().flat_map(u16::to_le_bytes));
    let (feed, _) = read(&wide, None, &Limits::default()).expect("a feed");
    assert_eq!(feed.title.as_deref(), Some("Ж"));
    let broken = b"<rss><channel><title>Caf\xe9</title></channel></rss>";
    let (_, findings) = read(broken, None, &Limits::default()).expect("a feed");
    assert_eq!(codes(&findings), [Code::Encoding]);
}

#[test]
fn a_collection_becomes_a_feed_of_its_newest_versions() {
    let object = |json: serde_json::Value| json.as_object().expect("an object").clone();
    let version = |modified: &str, name: &str| {
        object(serde_json::json!({
            "type": "report", "id": "report--84e4d88f-44ea-4bcd-bbf3-b2c1c320bcb3", "name": name,
            "created": "2024-01-01T00:00:00.000Z", "modified": modified, "published": "2024-01-02T00:00:00.000Z",
            "description": "<script>"
        }))
    };
    let marking = object(
        serde_json::json!({"type": "marking-definition", "id": "marking-definition--x", "name": "TLP:RED"}),
    );
    let objects =
        [version("2024-02-01T00:00:00.000Z", "new"), version("2024-01-01T00:00:00.000Z", "old"), marking];
    let feed = collection("urn:x:1", "Shared", &objects, 10, |id| Some(format!("https://example.org/{id}")));
    let names: Vec<_> = feed.entries.iter().map(|e| e.title.as_deref()).collect();
    assert_eq!(names, [Some("new")]);
    let written = atom(&feed, "https://example.org/feed", "Us");
    assert!(written.contains("&lt;script&gt;") && !written.contains("<script>"));
    assert_eq!(written, atom(&feed, "https://example.org/feed", "Us"));
}

fn words() -> impl Strategy<Value = String> {
    "[a-zé<>&\"' ;\\n\\x00\\x1b\u{fffe}]{1,20}".prop_map(|w| format!("a{w}z"))
}

fn entries() -> impl Strategy<Value = Entry> {
    (words(), words(), 0i64..4_000_000_000, proptest::bool::ANY).prop_map(|(title, text, second, html)| {
        Entry {
            id: format!("urn:x:{second}"),
            title: Some(title),
            link: Some(format!("https://example.org/?a=1&b={second}")),
            published: Timestamp::from_second(second).ok(),
            updated: Timestamp::from_second(second).ok(),
            summary: Some(Text { html, value: text }),
            ..Entry::default()
        }
    })
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes, None, &Limits::default());
    }

    #[test]
    fn pieces_of_feeds_never_panic_and_stay_bounded(pieces in proptest::collection::vec(proptest::sample::select(vec![
        "<rss>", "<channel>", "<item>", "</item>", "<title>", "</title>", "<link>", "</link>", "<guid>x</guid>", "text",
        "<feed xmlns='http://www.w3.org/2005/Atom'>", "<entry>", "</entry>", "<link href='//x'/>", "&x;", "&#0;", "&#x41;",
        "<![CDATA[", "]]>", "<!--", "-->", "<content type='xhtml'>", "</content>", "<", "é", "xml:base='y'", "<a b='c'>",
    ]), 0..60)) {
        let source = pieces.concat();
        let limits = Limits { entries: 2, depth: 8, text: 10, ..Limits::default() };
        if let Ok((feed, _)) = read(source.as_bytes(), Some("https://example.org"), &limits) {
            prop_assert!(feed.entries.len() <= 2);
            for entry in feed.entries {
                prop_assert!(entry.title.unwrap_or_default().len() <= 10);
            }
        }
    }

    /// What we write, we read back: the characters that XML has survive, whatever they are.
    #[test]
    fn written_feeds_are_read_back(entries in proptest::collection::vec(entries(), 0..4)) {
        let feed = Feed { id: Some("urn:x".into()), title: Some("t".into()), entries, ..Feed::default() };
        let clean = |text: &str| text.replace(['\0', '\u{1b}', '\u{fffe}'], "");
        for (written, is_rss) in [(atom(&feed, "https://example.org/f", "Us"), false), (rss(&feed, "https://example.org/f"), true)] {
            let (again, findings) = read(written.as_bytes(), None, &Limits::default()).expect("our own");
            prop_assert_eq!(findings, []);
            prop_assert_eq!(again.entries.len(), feed.entries.len());
            for (a, b) in again.entries.iter().zip(&feed.entries) {
                prop_assert_eq!(&a.id, &b.id);
                prop_assert_eq!(a.title.clone(), b.title.as_deref().map(clean));
                prop_assert_eq!(&a.link, &b.link);
                prop_assert_eq!(a.published, b.published);
                let (got, meant) = (a.summary.clone().expect("text"), b.summary.clone().expect("text"));
                if is_rss && !meant.html {
                    prop_assert_eq!(got.value, super::write::escape(&meant.value));
                } else {
                    prop_assert_eq!(got.value, clean(&meant.value));
                }
            }
        }
    }
}
