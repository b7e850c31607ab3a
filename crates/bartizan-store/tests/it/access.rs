//! The directory: what was granted is what is read.

use bartizan_clearinghouse::access::{Audience, Rights, Role, Roles, Scopes};
use bartizan_stix::Tlp;
use bartizan_store::{NewGrant, NewToken, Session};

use crate::harness::{NOW, both, by, fixture, uuid};

#[test]
fn grants_to_organisations_and_groups_reach_their_members() {
    both(|store| async move {
        let f = fixture(&store).await;
        let rights = |store: &bartizan_store::Store| {
            store.directory().collections[&f.collection].access.rights(f.second)
        };
        assert_eq!(rights(&store), Rights::default());
        let group = store.add_group(&by(), &uuid(), f.first, "Sector").await.expect("a group");
        let read = Rights { read: true, write: false };
        store.grant(&by(), f.collection, NewGrant::Group(group), read).await.expect("granted");
        assert_eq!(rights(&store), Rights::default(), "not a member yet");
        store.set_group_member(&by(), group, f.second, true).await.expect("a member");
        assert_eq!(rights(&store), read);
        let both_rights = Rights { read: true, write: true };
        store
            .grant(&by(), f.collection, NewGrant::Organisation(f.second), both_rights)
            .await
            .expect("granted");
        assert_eq!(rights(&store), both_rights);
        store.set_group_member(&by(), group, f.second, false).await.expect("out");
        store
            .grant(&by(), f.collection, NewGrant::Organisation(f.second), Rights::default())
            .await
            .expect("gone");
        assert_eq!(rights(&store), Rights::default());
    });
}

#[test]
fn closed_people_and_revoked_tokens_are_nobody() {
    both(|store| async move {
        let f = fixture(&store).await;
        let new = NewToken {
            person: f.ada,
            label: "feed",
            digest: "d1",
            scopes: Scopes::parse("read").expect("scopes"),
            expires: Some(NOW + 1),
        };
        let token = store.add_token(&by(), &new).await.expect("a token");
        assert!(!store.directory().tokens["d1"].revoked);
        store.revoke_token(&by(), token).await.expect("revoked");
        assert!(store.directory().tokens["d1"].revoked);
        let session = Session { person: f.ada, csrf: "c".into(), expires: NOW + 10 };
        store.add_session(&by(), "s1", &session).await.expect("a session");
        assert_eq!(store.session("s1", NOW).await.expect("asked"), Some(session));
        assert_eq!(store.session("s1", NOW + 10).await.expect("asked"), None, "its time is over");
        store.close_person(&by(), f.ada, true).await.expect("closed");
        assert_eq!(store.session("s1", NOW).await.expect("asked"), None);
        assert_eq!(store.directory().principal(f.ada, Scopes::ALL), None);
    });
}

#[test]
fn names_are_one_whatever_their_case_and_a_second_one_is_refused() {
    both(|store| async move {
        let f = fixture(&store).await;
        let again = bartizan_store::NewPerson {
            uuid: &uuid(),
            organisation: f.second,
            name: "ADA",
            shown: "Ada",
            roles: Roles::of(&[Role::Reader]),
            password: None,
        };
        let e = store.add_person(&by(), &again).await.expect_err("taken");
        assert!(e.is_conflict(), "{e}");
        for name in ["", "a b", "a:b", "a\u{0}"] {
            let e = store.add_person(&by(), &bartizan_store::NewPerson { name, ..again.clone() }).await;
            assert!(e.expect_err("no name").is_invalid(), "{name:?}");
        }
    });
}

#[test]
fn a_link_is_used_by_exactly_one() {
    both(|store| async move {
        store.add_link(&by(), "l1", "first", None, NOW + 10).await.expect("a link");
        assert_eq!(store.link("l1", "first", NOW).await.expect("asked"), Some(None));
        assert_eq!(store.link("l1", "password", NOW).await.expect("asked"), None, "another purpose");
        let mut tries = Vec::new();
        for _ in 0..8 {
            let store = store.clone();
            tries.push(tokio::spawn(
                async move { store.use_link(&by(), "l1", "first").await.expect("tried") },
            ));
        }
        let mut used = 0;
        for each in tries {
            used += u32::from(each.await.expect("a try"));
        }
        assert_eq!(used, 1);
        assert_eq!(store.link("l1", "first", NOW).await.expect("asked"), None);
    });
}

#[test]
fn the_directory_finds_the_audiences_a_principal_reads() {
    both(|store| async move {
        let f = fixture(&store).await;
        let directory = store.directory();
        let ben = directory.principal(f.ben, Scopes::ALL).expect("ben");
        assert!(directory.readable(&ben, Some(f.collection), NOW).is_empty());
        let audience = Audience::new(f.second, Tlp::Green);
        assert_eq!(directory.audience(&audience), None);
    });
}
