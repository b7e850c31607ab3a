//! Determinations: what follows from results, and on what they stand.

use bartizan_inspect::statistics::Decision;
use bartizan_programme::determination::{Proposal, Standing, holds, overall};
use bartizan_programme::run::Judgement;
use bartizan_programme::window::{Action, State};
use bartizan_programme::{Code, Digest};

use crate::world::*;

fn propose(room: &Room, change: &dyn Fn(&mut Proposal)) -> Vec<Code> {
    let mut proposal = results(Standing::Below, DECIDED);
    change(&mut proposal);
    let found = holds(&room.programme, &room.window.runs_made, &proposal).err();
    found.map_or(vec![], |error| error.faults().iter().map(|fault| fault.code).collect())
}

/// All 64 combinations of three suites, each required, with a rule written another way: the worst counts, and what was not decided is
/// never below.
#[test]
fn the_whole_follows_from_the_parts() {
    let programme = programme();
    let options = [None, Some(Standing::Below), Some(Standing::NotDecidable), Some(Standing::AtOrAbove)];
    for combination in 0..64 {
        let parts: Vec<Option<Standing>> = (0..3).map(|at| options[combination >> (2 * at) & 3]).collect();
        let mut proposal = results(Standing::Below, DECIDED);
        for (result, part) in proposal.results.iter_mut().zip(&parts) {
            result.standing = part.unwrap_or(Standing::Below);
        }
        let mut at = 0;
        proposal.results.retain(|_| {
            at += 1;
            parts[at - 1].is_some()
        });
        let expected = if parts.contains(&Some(Standing::AtOrAbove)) {
            Standing::AtOrAbove
        } else if parts.iter().all(|part| *part == Some(Standing::Below)) {
            Standing::Below
        } else {
            Standing::NotDecidable
        };
        assert_eq!(overall(&programme, &proposal.results), expected, "{parts:?}");
    }
    // A suite that is not required may be left out, and counts if it is there.
    let optional = changed("samples = 10\nrequired = true", "samples = 10\nrequired = false");
    let two = results(Standing::Below, &DECIDED[..1]);
    assert_eq!(overall(&optional, &two.results), Standing::Below);
    let mut open = results(Standing::Below, &DECIDED[..2]);
    open.results[1].standing = Standing::NotDecidable;
    assert_eq!(overall(&optional, &open.results), Standing::NotDecidable);
    assert_eq!(overall(&optional, &[]), Standing::NotDecidable);
    for (decision, standing) in [
        (Decision::Below, Standing::Below),
        (Decision::AtOrAbove, Standing::AtOrAbove),
        (Decision::NotDecidable { needed: None }, Standing::NotDecidable),
    ] {
        assert_eq!(Standing::from(decision), standing);
        assert_eq!(decision.as_str(), standing.as_str());
    }
}

#[test]
fn results_stand_on_valid_runs_with_enough_samples() {
    let mut room = Room::ended();
    assert_eq!(propose(&room, &|_| {}), []);
    assert_eq!(propose(&room, &|p| p.results.truncate(2)), [Code::DeterminationSuite]);
    assert_eq!(propose(&room, &|p| p.results.push(p.results[0].clone())), [Code::DeterminationSuite]);
    let unknown = |p: &mut Proposal| p.results[0].suite = id("other");
    assert_eq!(propose(&room, &unknown), [Code::DeterminationSuite, Code::DeterminationSuite]);
    assert_eq!(propose(&room, &|p| p.results[0].samples = 11), [Code::DeterminationSamples]);
    assert_eq!(
        propose(&room, &|p| p.results[0].samples = 13),
        [Code::DeterminationSamples],
        "more than there are"
    );
    assert_eq!(
        propose(&room, &|p| p.results[0].runs = [name("run-2")].into()),
        [Code::DeterminationRun, Code::DeterminationSamples]
    );
    assert_eq!(
        propose(&room, &|p| p.results[0].runs = [name("none")].into()),
        [Code::DeterminationRun, Code::DeterminationSamples]
    );
    assert_eq!(
        propose(&room, &|p| p.results[0].runs.clear()),
        [Code::DeterminationRun, Code::DeterminationSamples]
    );
    let undecided = |p: &mut Proposal| {
        p.results[0].standing = Standing::NotDecidable;
        (p.results[0].samples, p.results[0].runs) = (0, [].into());
    };
    assert_eq!(propose(&room, &undecided), [], "what was not run is not decidable");
    for judgement in [Judgement::Suspect, Judgement::Invalidated] {
        room.judge("run-1", judgement);
        assert_eq!(propose(&room, &|_| {}), [Code::DeterminationRun], "{judgement}");
    }
    room.judge("run-1", Judgement::Valid);
    assert_eq!(propose(&room, &|_| {}), []);
    assert_eq!(room.window.runs_made[&name("run-1")].judged.len(), 4, "all judgements are kept");
}

#[test]
fn two_roles_sign_off() {
    let mut room = Room::ended();
    let determine = || Action::Determine { determination: results(Standing::Below, DECIDED) };
    assert_eq!(room.refused("mo", determine()), Some(Code::NotAllowed));
    assert_eq!(room.refused("lin", determine()), Some(Code::NotAllowed));
    let proposal = room.try_say("eva", determine()).expect("proposed");
    assert_eq!(room.window.state(room.now), State::Ended);
    assert_eq!(room.refused("eva", Action::Second { proposal }), Some(Code::NotSecond));
    assert_eq!(room.refused("ove", Action::Second { proposal }), Some(Code::NotSecond));
    room.say("mo", Action::Second { proposal });
    assert_eq!(room.window.state(room.now), State::Determined);
    let first = room.window.determinations[0].clone();
    assert_eq!(
        (first.by, first.second),
        ((name("eva"), id("evaluation-lead")), (name("mo"), id("programme-manager")))
    );
    // It stands, until a run falls; then it is made again, and the first is kept.
    assert_eq!(room.refused("eva", determine()), Some(Code::DeterminationStands));
    room.judge("run-2", Judgement::Invalidated);
    assert!(!room.window.determination_stands());
    let publish = Action::Publish { audience: id("public"), source: 1, digest: Digest::of(b"x") };
    assert_eq!(room.refused("pat", publish), Some(Code::DeterminationFell));
    let close = Action::Close { words: words("Done.") };
    let error = room.try_say("pat", close).expect_err("it fell");
    assert!(error.has(Code::DeterminationFell) && error.has(Code::CertificateMissing));
    let mut again = results(Standing::Below, DECIDED);
    again.results[1].standing = Standing::NotDecidable;
    (again.results[1].samples, again.results[1].runs) = (0, [].into());
    room.say("eva", Action::Determine { determination: again });
    let overalls: Vec<Standing> = room.window.determinations.iter().map(|one| one.overall).collect();
    assert_eq!(overalls, [Standing::Below, Standing::NotDecidable]);
    let digests: std::collections::BTreeSet<_> =
        room.window.determinations.iter().map(|one| one.digest()).collect();
    assert_eq!(digests.len(), 2);
}

#[test]
fn nothing_is_determined_while_a_run_is_open() {
    let mut room = Room::running();
    room.say("toni", Action::Plan { plan: name("p"), body: plan("smoke-reading") });
    let (plan, grant, environment) = (name("p"), name("grant-1"), Digest::of(b"e"));
    room.say("tess", Action::BeginRun { run: name("r"), plan, grant, environment });
    room.say("pat", Action::End { words: words("Done.") });
    let determination = results(Standing::Below, DECIDED);
    assert_eq!(room.refused("eva", Action::Determine { determination }), Some(Code::RunsOpen));
}
