//! What is taken once is taken once, however many ask.

use std::future::Future;

use bartizan_clearinghouse::access::{Scope, Scopes};
use bartizan_store::{NewCertificate, NewPasskey, Session, Store};

use crate::harness::{NOW, both, by, fixture};

/// How many of sixteen at once are told yes.
async fn yes<F, T>(store: &Store, ask: F) -> usize
where
    F: Fn(Store) -> T,
    T: Future<Output = bool> + Send + 'static,
{
    let asked: Vec<_> = (0..16).map(|_| tokio::spawn(ask(store.clone()))).collect();
    let mut count = 0;
    for each in asked {
        count += usize::from(each.await.expect("no panic"));
    }
    count
}

#[test]
fn what_counts_once_counts_once() {
    both(async |store| {
        let ada = fixture(&store).await.ada;
        store.begin_codes(&by(), ada, b"12345678901234567890").await.expect("begun");
        assert!(!store.take_step(ada, 5).await.expect("asked"), "not before a code was shown");
        let codes = ["a".to_owned(), "b".to_owned()];
        assert!(store.confirm_codes(&by(), ada, 10, &codes).await.expect("confirmed"));
        assert!(!store.confirm_codes(&by(), ada, 11, &codes).await.expect("asked"), "once");
        store.begin_codes(&by(), ada, b"another secret, unasked").await.expect("begun");
        let factors = store.factors(ada).await.expect("factors");
        assert_eq!(factors.codes, Some((b"12345678901234567890".to_vec(), true)), "what holds stays");
        assert_eq!((factors.passkeys, factors.recovery, factors.set_up()), (0, 2, true));
        assert!(store.directory().people[&ada].second_factor);

        assert!(!store.take_step(ada, 10).await.expect("asked"));
        assert_eq!(yes(&store, |s| async move { s.take_step(ada, 11).await.expect("asked") }).await, 1);
        assert!(!store.take_step(ada, 9).await.expect("asked"), "never backwards");
        let take = |s: Store| async move { s.take_recovery(&by(), ada, "a").await.expect("asked") };
        assert_eq!(yes(&store, take).await, 1);
        assert_eq!(store.factors(ada).await.expect("factors").recovery, 1);

        store.begin_ceremony(("d", "half"), Some(ada), b"state", NOW, NOW + 10).await.expect("begun");
        assert!(store.ceremony(("d", "other"), NOW).await.expect("asked").is_none());
        assert!(store.ceremony(("d", "half"), NOW + 10).await.expect("asked").is_none(), "it has run out");
        let found = store.ceremony(("d", "half"), NOW).await.expect("asked");
        assert_eq!(found, Some((Some(ada), b"state".to_vec())));
        let take =
            |s: Store| async move { s.take_ceremony(("d", "half"), NOW).await.expect("asked").is_some() };
        assert_eq!(yes(&store, take).await, 1);

        // Half a sign-in becomes one session, of the person it is of.
        let ben = fixture_other(&store).await;
        store.begin_ceremony(("h", "half"), Some(ada), b"", NOW, NOW + 10).await.expect("begun");
        let session = |person| Session { person, csrf: "c".into(), expires: NOW + 100 };
        let wrong = store.begin_session(&by(), "s0", &session(ben), Some("h"), "{}").await;
        assert!(!wrong.expect("asked"));
        let count = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
        let begin = |s: Store| {
            let n = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let session = session(ada);
            async move {
                s.begin_session(&by(), &format!("s{n}x"), &session, Some("h"), "{}").await.expect("asked")
            }
        };
        assert_eq!(yes(&store, begin).await, 1);
        assert!(store.verify_audit().await.expect("verified").broken.is_none());
    });
}

async fn fixture_other(store: &Store) -> bartizan_clearinghouse::access::PersonId {
    store.directory().names["ben"]
}

#[test]
fn keys_certificates_and_identities_belong_to_one() {
    both(async |store| {
        let fixture = fixture(&store).await;
        let key = NewPasskey { label: "k", credential: "c1", handle: "h", fixed: b"f", moving: b"m1" };
        let codes = ["r".to_owned()];
        let id = store.add_passkey(&by(), fixture.ada, &key, Some(&codes)).await.expect("added");
        assert!(store.add_passkey(&by(), fixture.ben, &key, None).await.expect_err("twice").is_conflict());
        assert!(store.directory().people[&fixture.ada].second_factor);
        let kept = store.passkey("c1").await.expect("asked").expect("there");
        assert_eq!((kept.id, kept.person, &*kept.moving), (id, fixture.ada, &b"m1"[..]));
        // Two answers that follow the same state: the second is a copy's.
        assert!(store.use_passkey(&kept, b"m2", NOW).await.expect("used"));
        assert!(!store.use_passkey(&kept, b"m3", NOW).await.expect("asked"));
        assert!(!store.remove_passkey(&by(), fixture.ben, id).await.expect("asked"), "somebody else's");
        assert!(store.remove_passkey(&by(), fixture.ada, id).await.expect("removed"));
        let left = store.factors(fixture.ada).await.expect("factors");
        assert_eq!((left.set_up(), left.recovery), (false, 0), "recovery codes stand in for nothing");

        let fingerprint = "ab".repeat(32);
        let new = NewCertificate {
            person: fixture.ada,
            label: "SIEM",
            fingerprint: &fingerprint,
            scopes: Scopes::of(&[Scope::Read]),
            expires: None,
        };
        let bound = store.add_certificate(&by(), &new).await.expect("bound");
        assert!(store.add_certificate(&by(), &new).await.expect_err("twice").is_conflict());
        assert_eq!(store.directory().certificates[&fingerprint].person, fixture.ada);
        assert!(store.revoke_certificate(&by(), bound).await.expect("revoked"));
        assert!(!store.revoke_certificate(&by(), bound).await.expect("asked"));
        assert!(store.directory().certificates[&fingerprint].revoked);
        let other = NewCertificate { person: fixture.ben, ..new.clone() };
        store.add_certificate(&by(), &other).await.expect("bound to another, since it is free");
        assert_eq!(store.directory().certificates[&fingerprint].person, fixture.ben);
        for wrong in ["", "AB", &"AB".repeat(32), &"zz".repeat(32)] {
            let new = NewCertificate { fingerprint: wrong, ..new.clone() };
            assert!(store.add_certificate(&by(), &new).await.expect_err("refused").is_invalid(), "{wrong}");
        }

        store.bind_identity(&by(), fixture.ada, "https://id.example", "1").await.expect("bound");
        let again = store.bind_identity(&by(), fixture.ben, "https://id.example", "1").await;
        assert!(again.expect_err("taken").is_conflict());
        store.bind_identity(&by(), fixture.ben, "https://other.example", "1").await.expect("another issuer");
        assert_eq!(store.known_to("https://id.example", "1").await.expect("asked"), Some(fixture.ada));
        assert_eq!(
            store.known_to("https://id.example/", "1").await.expect("asked"),
            None,
            "letter by letter"
        );
        assert!(!store.unbind_identity(&by(), fixture.ben, "https://id.example", "1").await.expect("asked"));
        assert!(store.unbind_identity(&by(), fixture.ada, "https://id.example", "1").await.expect("unbound"));

        store.reset_factors(&by(), fixture.ada).await.expect("reset");
        assert!(store.size().await.expect("a size") > 4096);
    });
}
