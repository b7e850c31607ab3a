//! Agreements: what is signed holds, and nothing else does.

use bartizan_programme::agreement::{Lacks, MOST_AGREEMENTS, MOST_KEYS, Register, Signature};
use bartizan_programme::time::DAY;
use bartizan_programme::window::Action;
use bartizan_programme::{Code, Digest};
use ed25519_dalek::SigningKey;

use crate::world::*;

/// A register with the keys of all three, and one agreement, signed by nobody.
fn register() -> Register {
    let mut register = Register::default();
    for organisation in ["lab", "firm", "institute"] {
        let key = public(&key(organisation));
        register.add_key(&name(organisation), &name("head"), key, T).expect("added");
    }
    register
        .add(&name("a"), &agreement("confidentiality", &["lab", "firm"]), &programme(), T)
        .expect("added");
    register
}

fn sign(register: &mut Register, party: &str, signature: &Signature, at: i64) -> Option<Code> {
    register.sign(&name("a"), &name(party), signature, at).err().map(|error| error.code())
}

#[test]
fn an_agreement_is_in_force_when_all_have_signed_and_only_then() {
    let mut register = register();
    let terms = agreement("confidentiality", &["lab", "firm"]);
    let (kind, lab, firm) = (id("confidentiality"), name("lab"), name("firm"));
    let parties = [&lab, &firm];
    let holds = |register: &Register, at| register.in_force(&kind, &parties, None, at).is_some();
    let lacks = |register: &Register, at| register.lacks(&register.agreements()[&name("a")], at);
    assert_eq!(lacks(&register, T), [Lacks::Signature(firm.clone()), Lacks::Signature(lab.clone())]);
    assert_eq!(sign(&mut register, "lab", &signature(&key("lab"), &terms), T), None);
    assert!(!holds(&register, T + DAY));
    assert_eq!(sign(&mut register, "firm", &signature(&key("firm"), &terms), T + DAY), None);
    assert_eq!(lacks(&register, T), [Lacks::Signature(firm.clone())], "signed later");
    assert!(holds(&register, T + DAY) && holds(&register, terms.until - 1) && !holds(&register, terms.until));
    assert_eq!(lacks(&register, terms.until), [Lacks::Over]);
    assert_eq!(
        lacks(&register, T - 1),
        [Lacks::Signature(firm.clone()), Lacks::Signature(lab.clone()), Lacks::NotYet]
    );
    // Another kind, another party, another person.
    assert!(register.in_force(&id("retention"), &parties, None, T + DAY).is_none());
    assert!(register.in_force(&kind, &[&lab, &name("institute")], None, T + DAY).is_none());
    assert!(register.in_force(&kind, &parties, Some(&name("tess")), T + DAY).is_none());
    // A key that is withdrawn takes its signature with it; another key signs again.
    let fingerprint = public(&key("firm")).fingerprint();
    register.withdraw_key(&fingerprint, &words("Lost."), T + 2 * DAY).expect("withdrawn");
    assert!(holds(&register, T + 2 * DAY - 1) && !holds(&register, T + 2 * DAY));
    assert_eq!(lacks(&register, T + 2 * DAY), [Lacks::Key(firm.clone())]);
    let again = register.withdraw_key(&fingerprint, &words("Lost."), T + 2 * DAY).map_err(|e| e.code());
    assert_eq!(again, Err(Code::UnknownKey));
    assert_eq!(
        sign(&mut register, "firm", &signature(&key("firm"), &terms), T + 3 * DAY),
        Some(Code::UnknownKey)
    );
    register.add_key(&firm, &name("deputy"), public(&key("firm-2")), T + 3 * DAY).expect("added");
    assert_eq!(sign(&mut register, "firm", &signature(&key("firm-2"), &terms), T + 3 * DAY), None);
    assert!(holds(&register, T + 3 * DAY));
    // And what is ended is ended.
    register.end(&name("a"), &lab, &words("No more."), T + 4 * DAY).expect("ended");
    assert_eq!(lacks(&register, T + 4 * DAY), [Lacks::Ended]);
    assert!(holds(&register, T + 4 * DAY - 1) && !holds(&register, T + 4 * DAY));
    assert_eq!(
        sign(&mut register, "lab", &signature(&key("lab"), &terms), T + 5 * DAY),
        Some(Code::AgreementEnded)
    );
    let again = register.end(&name("a"), &lab, &words("No more."), T + 5 * DAY).map_err(|e| e.code());
    assert_eq!(again, Err(Code::AgreementEnded));
}

#[test]
fn a_signature_is_good_for_one_statement_by_one_party() {
    let terms = agreement("confidentiality", &["lab", "firm"]);
    // Whatever is changed of the agreement, the signature is none.
    let mut others = vec![terms.clone(); 6];
    others[0].kind = id("retention");
    others[1].document = Digest::of(b"another document");
    others[2].parties.insert(name("institute"));
    others[3].people.insert(name("tess"));
    others[4].from += 1;
    others[5].until += 1;
    for other in &others {
        assert_ne!(other.statement(), terms.statement());
        let mut register = register();
        assert_eq!(sign(&mut register, "lab", &signature(&key("lab"), other), T), Some(Code::BadSignature));
    }
    let mut register = register();
    // Another's key; a key that nobody registered; a party that is none; an agreement that is none.
    assert_eq!(sign(&mut register, "lab", &signature(&key("firm"), &terms), T), Some(Code::BadSignature));
    assert_eq!(sign(&mut register, "lab", &signature(&key("thief"), &terms), T), Some(Code::BadSignature));
    assert_eq!(
        sign(&mut register, "institute", &signature(&key("institute"), &terms), T),
        Some(Code::NotParty)
    );
    let none = register.sign(&name("none"), &name("lab"), &signature(&key("lab"), &terms), T);
    assert_eq!(none.map_err(|e| e.code()), Err(Code::UnknownAgreement));
    let none = register.end(&name("none"), &name("lab"), &words("No."), T);
    assert_eq!(none.map_err(|e| e.code()), Err(Code::UnknownAgreement));
    // Every bit of it counts.
    let good = signature(&key("lab"), &terms).as_str().to_owned();
    for digit in 0..good.len() {
        let mut bytes = good.clone().into_bytes();
        bytes[digit] = if bytes[digit] == b'0' { b'1' } else { b'0' };
        let other: Signature = String::from_utf8(bytes).expect("text").parse().expect("a signature");
        assert_eq!(sign(&mut register, "lab", &other, T), Some(Code::BadSignature), "digit {digit}");
    }
    // One key speaks for one party.
    let taken = register.add_key(&name("firm"), &name("x"), public(&key("lab")), T).map_err(|e| e.code());
    assert_eq!(taken, Err(Code::KeyTaken));
}

#[test]
fn agreements_are_what_their_kind_wants() {
    let programme = programme();
    let add = |change: &dyn Fn(&mut bartizan_programme::agreement::Agreement), kind: &str| {
        let mut terms = agreement(kind, &["lab", "firm"]);
        change(&mut terms);
        Register::default().add(&name("b"), &terms, &programme, T).err().map(|error| error.code())
    };
    assert_eq!(add(&|_| {}, "confidentiality"), None);
    assert_eq!(add(&|terms| terms.kind = id("friendship"), "confidentiality"), Some(Code::UnknownKind));
    let wrong: &[&dyn Fn(&mut bartizan_programme::agreement::Agreement)] = &[
        &|terms| terms.until = terms.from,
        &|terms| terms.until = terms.from + 1097 * DAY,
        &|terms| terms.from = -1,
        &|terms| terms.until = i64::MAX,
        &|terms| terms.parties.clear(),
        &|terms| terms.parties = (0..33).map(|n| name(&format!("o{n}"))).collect(),
        &|terms| terms.people = [name("tess")].into(),
    ];
    for (at, change) in wrong.iter().enumerate() {
        assert_eq!(add(change, "confidentiality"), Some(Code::AgreementTerms), "{at}");
    }
    assert_eq!(add(&|terms| terms.people.clear(), "insider-risk"), Some(Code::AgreementTerms));
    let many = |terms: &mut bartizan_programme::agreement::Agreement| {
        terms.people = (0..501).map(|n| name(&format!("p{n}"))).collect();
    };
    assert_eq!(add(&many, "insider-risk"), Some(Code::AgreementTerms));
    assert_eq!(add(&|_| {}, "insider-risk"), None);
    let mut room = Room::agreed();
    let again =
        Action::Agree { agreement: name("retention"), terms: agreement("retention", &["lab", "firm"]) };
    assert_eq!(room.refused("pat", again), Some(Code::NameTaken));
}

#[test]
fn a_register_holds_so_much() {
    let (mut register, programme) = (Register::default(), programme());
    for n in 0..=MOST_KEYS {
        let mut bytes = [1; 32];
        bytes[..8].copy_from_slice(&n.to_le_bytes());
        let added = register.add_key(&name("lab"), &name("x"), public(&SigningKey::from_bytes(&bytes)), T);
        assert_eq!(added.map_err(|e| e.code()), if n < MOST_KEYS { Ok(()) } else { Err(Code::TooMany) });
    }
    let terms = agreement("retention", &["lab", "firm"]);
    for n in 0..=MOST_AGREEMENTS {
        let added = register.add(&name(&format!("a{n}")), &terms, &programme, T);
        assert_eq!(
            added.map_err(|e| e.code()),
            if n < MOST_AGREEMENTS { Ok(()) } else { Err(Code::TooMany) }
        );
    }
}
