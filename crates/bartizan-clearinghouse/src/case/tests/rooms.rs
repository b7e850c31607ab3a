//! Reading in, statements, threads, receipts, who may say what.

use super::*;

fn gate(person: &str, finding: Finding) -> Action {
    Action::Gate { person: name(person), judge: name("lead"), finding, words: words("maintains the parser") }
}

fn pass(room: &mut Room, person: &str) {
    let identity = Finding::Identity { confirmed: true, sponsored: true, no_objection: true };
    let capacity = Finding::Capacity { contribution: Contribution::Patch };
    for finding in [Finding::NeedToKnow { ground: Ground::Task }, capacity, identity] {
        room.say("cert", gate(person, finding)).expect("a gate");
    }
}

fn read_in(room: &mut Room, person: &str, hours: i64, emergency: bool, has: bool) -> Result<(), Code> {
    let until = room.now + hours * HOUR;
    let prerequisites = Prerequisites { hardware_key: has, agreements: has };
    let (person, participant) = (name(person), name("acme"));
    room.say("cert", Action::ReadIn { person, participant, until, prerequisites, emergency })
}

#[test]
fn three_gates_stand_before_a_case() {
    let mut room = Room::usual();
    assert_eq!(read_in(&mut room, "ann", 24, false, true), Err(Code::GateMissing));
    // To be affected is no reason, and neither is to be interested, a member, senior, or in business.
    for &ground in Ground::ALL.iter().filter(|&&ground| ground != Ground::Task) {
        assert_eq!(room.say("cert", gate("ann", Finding::NeedToKnow { ground })), Err(Code::NoGround));
    }
    let receive = Finding::Capacity { contribution: Contribution::Receive };
    assert_eq!(room.say("cert", gate("ann", receive)), Err(Code::NoGround));
    assert_eq!(
        room.say("cert", gate("lead", Finding::NeedToKnow { ground: Ground::Task })),
        Err(Code::OwnGate)
    );
    assert_eq!(room.say("acme", gate("ann", receive)), Err(Code::CoordinatorOnly));
    pass(&mut room, "ann");
    assert_eq!(read_in(&mut room, "ann", 24, false, false), Err(Code::Prerequisite));
    assert_eq!(read_in(&mut room, "ann", 24 * 91, false, true), Err(Code::ReadInTooLong));
    read_in(&mut room, "ann", 24, false, true).expect("read in");
    let grant = &room.case.people[&name("ann")].grants[0];
    assert!(grant.gates.iter().all(|judged| judged.judge == name("lead") && judged.at == START));
    // It ends by itself.
    assert!(room.case.knowers(room.now).contains(&name("ann")));
    assert!(!room.case.knowers(room.now + 24 * HOUR).contains(&name("ann")));
    // A gate that failed later stands before the next time.
    room.say("cert", gate("ann", Finding::Failed { which: Gate::Capacity })).expect("judged again");
    assert_eq!(read_in(&mut room, "ann", 24, false, true), Err(Code::GateMissing));
    let out = Action::ReadOut { person: name("ann"), reason: words("done") };
    // Whether somebody of another is read in is told to nobody.
    assert_eq!(room.say("brix", out.clone()), Err(Code::NotReadIn));
    room.say("acme", out.clone()).expect("out");
    assert!(room.case.knowers(room.now).is_empty());
    assert_eq!(room.say("acme", out), Err(Code::NotReadIn));
}

#[test]
fn an_emergency_has_72_hours_once_and_all_gates() {
    let mut room = Room::usual();
    assert_eq!(read_in(&mut room, "ben", 72, true, false), Err(Code::GateMissing));
    pass(&mut room, "ben");
    assert_eq!(read_in(&mut room, "ben", 73, true, false), Err(Code::ReadInTooLong));
    read_in(&mut room, "ben", 72, true, false).expect("read in");
    room.now += 72 * HOUR;
    assert!(room.case.knowers(room.now).is_empty());
    assert_eq!(read_in(&mut room, "ben", 1, true, false), Err(Code::Prerequisite));
    read_in(&mut room, "ben", 24, false, true).expect("with what is needed");
}

#[test]
fn nothing_is_said_by_silence() {
    let mut room = Room::usual();
    room.now += 400 * DAY;
    room.happen(Happening::PublicAware, None).expect("happens");
    assert_eq!(room.case.statements().count(), 3);
    assert!(room.case.statements().all(|(.., said)| said.is_none()), "no answer is unknown, for ever");
    let state = |product: &str, stand, justification| Action::State {
        participant: name("brix"),
        product: name(product),
        stand,
        justification,
        words: words("looked at"),
    };
    let absent = Some(Justification::ComponentNotPresent);
    assert_eq!(room.say("brix", state("brix/app", Stand::NotAffected, None)), Err(Code::JustificationNeeded));
    assert_eq!(room.say("brix", state("brix/app", Stand::Affected, absent)), Err(Code::JustificationNeeded));
    assert_eq!(room.say("brix", state("acme/box", Stand::Affected, None)), Err(Code::UnknownProduct));
    assert_eq!(room.say("acme", state("brix/app", Stand::Affected, None)), Err(Code::NotYours));
    room.say("brix", state("brix/app", Stand::NotAffected, absent)).expect("said");
    let said: Vec<_> = room.case.statements().filter(|(.., said)| said.is_some()).collect();
    assert_eq!((said.len(), said[0].1.as_str()), (1, "brix/app"));
    let unstate = Action::Unstate { participant: name("brix"), product: name("brix/app") };
    room.say("brix", unstate.clone()).expect("taken back");
    assert!(room.case.statements().all(|(.., said)| said.is_none()));
    assert_eq!(room.say("brix", unstate), Err(Code::NoStatement));
}

#[test]
fn threads_are_for_who_is_in_them_and_receipts_only_go_on() {
    let mut room = Room::usual();
    let write = |thread: &str, body: &str| Action::Write { thread: name(thread), message: name(body) };
    let read = |thread: &str, up_to| Action::Read { thread: name(thread), up_to };
    room.say("acme", write("acme", "m1")).expect("its own");
    room.say("cert", write("acme", "m2")).expect("the coordinator is in all");
    assert_eq!(room.say("brix", write("acme", "m3")), Err(Code::UnknownThread));
    assert_eq!(room.say("brix", read("acme", 1)), Err(Code::UnknownThread));
    let open = |thread: &str| Action::Thread { thread: name(thread), participants: names(&["acme", "brix"]) };
    room.say("cert", open("t")).expect("opened");
    assert_eq!(room.say("cert", open("t")), Err(Code::NameTaken));
    assert_eq!(room.say("cert", open("bank")), Err(Code::NameTaken));
    room.say("brix", write("t", "m4")).expect("in it");
    assert_eq!(room.say("bank", write("t", "m5")), Err(Code::UnknownThread));
    assert_eq!((room.case.unread(&name("acme")), room.case.unread(&name("cert"))), (2, 2));
    room.say("acme", read("acme", 2)).expect("read");
    assert_eq!(room.case.unread(&name("acme")), 1);
    assert_eq!(room.say("acme", read("acme", 1)), Err(Code::NothingNew));
    assert_eq!(room.say("acme", read("acme", 3)), Err(Code::UnknownMessage));
    // A participant cannot be given the name of a thread, whose words it would then read.
    let add = Action::Add { participant: name("t"), roles: [Role::Other].into(), products: names(&[]) };
    assert_eq!(room.say("cert", add), Err(Code::NameTaken));
}

#[test]
fn a_case_closes_when_nothing_binds_and_then_nothing_happens() {
    let mut room = Room::usual();
    room.propose("cert", "e1", 5).expect("proposed");
    let close = |who: &str| Action::Report { participant: name(who), step: ReportStep::Close };
    assert_eq!(room.say("cert", close("cert")), Err(Code::EmbargoStep));
    room.answer("cert", Some("e1"), false).expect("turned down");
    room.accept("acme");
    room.say("acme", close("acme")).expect("done");
    assert_eq!(
        room.say("acme", Action::Write { thread: name("acme"), message: name("m") }),
        Err(Code::CaseClosed)
    );
    room.say("cert", close("cert")).expect("done");
    assert!(room.case.closed());
    assert_eq!(room.propose("finder", "e2", 5), Err(Code::CaseClosed));
}
