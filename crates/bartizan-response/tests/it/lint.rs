//! The lint of playbooks: a thousand playbooks, each with one fault put in, and a case for every code.

use std::collections::BTreeSet;

use bartizan_response::plan::lint::{CODES, check, check_text};
use serde_json::{Map, Value, json};

use crate::plan::{file, intrusion};

/// Numbers that look random and are the same each time (Marsaglia, "Xorshift RNGs", 2003).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    fn uuid(&mut self) -> String {
        let mut hex = || format!("{:08x}", self.below(1 << 32));
        let (a, b, c, d) = (hex(), hex(), hex(), hex());
        format!("{a}-{}-4{}-a{}-{}{d}", &b[..4], &b[5..8], &c[1..4], &c[4..8])
    }
}

/// A playbook to be spoiled.
struct Spoiled<'r> {
    value: Value,
    random: &'r mut Random,
}

impl Spoiled<'_> {
    fn map(&mut self, name: &str) -> &mut Map<String, Value> {
        self.value[name].as_object_mut().expect("dictionary")
    }

    /// Keys of steps of a type.
    fn of(&self, kind: &str) -> Vec<String> {
        let steps = self.value["workflow"].as_object().expect("workflow");
        steps.iter().filter(|(_, s)| s["type"] == kind).map(|(k, _)| k.clone()).collect()
    }

    fn key(&mut self, kind: &str) -> String {
        let all = self.of(kind);
        self.random.one(&all).clone()
    }

    /// A step of a type, by chance.
    fn step(&mut self, kind: &str) -> &mut Value {
        let key = self.key(kind);
        &mut self.value["workflow"][key]
    }

    fn remove_from(&mut self, name: &str) {
        let keys: Vec<String> = self.map(name).keys().cloned().collect();
        let key = self.random.one(&keys).clone();
        self.map(name).remove(&key);
    }

    fn id(&mut self, kind: &str) -> String {
        format!("{kind}--{}", self.random.uuid())
    }
}

type Fault = (&'static str, fn(&mut Spoiled<'_>));

/// The code that must be found, and what is done.
const FAULTS: &[Fault] = &[
    ("required", |p| {
        let names = [
            "type",
            "spec_version",
            "id",
            "name",
            "created_by",
            "created",
            "modified",
            "workflow_start",
            "workflow",
        ];
        let name = *p.random.one(&names);
        p.value.as_object_mut().expect("object").remove(name);
    }),
    ("required", |p| {
        let name = *p.random.one(&["commands", "agent"]);
        p.step("action").as_object_mut().expect("step").remove(name);
    }),
    ("required", |p| {
        p.step("if-condition").as_object_mut().expect("step").remove("on_true");
    }),
    ("missing-step", |p| {
        let id = p.id("action");
        p.step("action")["on_completion"] = json!(id);
    }),
    ("missing-step", |p| {
        let key = p.key("action");
        p.map("workflow").remove(&key);
    }),
    ("missing-step", |p| {
        let id = p.id("end");
        p.step("parallel")["next_steps"][0] = json!(id);
    }),
    ("missing-definition", |p| p.remove_from("agent_definitions")),
    ("missing-definition", |p| p.remove_from("target_definitions")),
    ("missing-definition", |p| p.remove_from("data_marking_definitions")),
    ("missing-definition", |p| {
        let id = p.id("group");
        p.step("action")["agent"] = json!(id);
    }),
    ("start", |p| {
        let key = p.key("start");
        p.map("workflow").remove(&key);
    }),
    ("start", |p| {
        let (id, next) = (p.id("start"), p.key("action"));
        p.map("workflow").insert(id, json!({ "type": "start", "on_completion": next }));
    }),
    ("start", |p| p.value["workflow_start"] = json!(p.key("action"))),
    ("unreachable", |p| {
        let (id, next) = (p.id("parallel"), p.key("action"));
        p.map("workflow")
            .insert(id, json!({ "type": "parallel", "next_steps": [next, next], "on_completion": next }));
    }),
    ("unreachable", |p| {
        let end = p.key("end");
        p.step("start")["on_completion"] = json!(end);
    }),
    ("cycle", |p| {
        let key = p.key("action");
        p.value["workflow"][&key]["on_completion"] = json!(key);
    }),
    ("cycle", |p| {
        let start = p.value["workflow_start"].clone();
        p.step("action")["on_completion"] = start;
    }),
    ("variable", |p| {
        p.step("action")["commands"][0]["command"] = json!("Block ($)__nowhere__:value.");
    }),
    ("variable", |p| p.remove_from("playbook_variables")),
    ("variable", |p| {
        p.step("action")["in_args"] = json!(["__nowhere__"]);
    }),
    ("variable", |p| {
        p.map("playbook_variables").insert("plain".to_owned(), json!({ "type": "string" }));
    }),
    ("variable-unused", |p| {
        p.map("playbook_variables").insert("__idle__".to_owned(), json!({ "type": "string" }));
    }),
    ("orphan", |p| {
        let id = p.id("group");
        p.map("agent_definitions").insert(id, json!({ "type": "group", "name": "nobody" }));
    }),
    ("orphan", |p| {
        let id = p.id("security-category");
        let target = json!({ "type": "security-category", "name": "firewall", "category": ["firewall"] });
        p.map("target_definitions").insert(id, target);
    }),
    ("vocabulary", |p| {
        p.step("action")["commands"][0]["playbook_activity"] = json!("make-coffee");
    }),
    ("vocabulary", |p| p.value["playbook_types"][0] = json!("defence")),
    ("vocabulary", |p| {
        p.step("action")["commands"][0]["type"] = json!("telepathy");
    }),
    ("activity", |p| {
        p.value["playbook_activities"].as_array_mut().expect("list").push(json!("execute-operation"));
    }),
    ("auto-run", |p| {
        let words = [
            "rm -rf /srv/x",
            "Remove-Item C:\\x",
            "sc.exe stop x; del /q x",
            "Disable-ADAccount x",
            "iptables -A x",
        ];
        let command = *p.random.one(&words);
        p.step("action")["commands"][0] = json!({ "type": "bash", "command": command });
    }),
    ("auto-run", |p| {
        // `Remove-Item C:\x`
        p.step("action")["commands"][0] =
            json!({ "type": "powershell", "command_b64": "UmVtb3ZlLUl0ZW0gQzpceA==" });
    }),
    ("auto-run", |p| {
        let command =
            json!({ "type": "openc2-http", "command": "{}", "playbook_activity": "disconnect-system" });
        p.step("action")["commands"][0] = command;
    }),
    ("step-type", |p| {
        p.step("action")["type"] = json!("playbook-action");
    }),
    ("step-type", |p| {
        p.step("action")["type"] = json!("task");
    }),
    ("identifier", |p| {
        let bad = [
            "playbook",
            "playbook--1",
            "Playbook--7b1f3a52-90c4-4d0e-8a63-5d2f0be1c6a9",
            "bundle--7b1f3a52-90c4-4d0e-8a63-5d2f0be1c6a9",
        ];
        p.value["id"] = json!(*p.random.one(&bad));
    }),
    ("identifier", |p| {
        let key = p.key("action");
        let step = p.map("workflow").remove(&key).expect("step");
        p.map("workflow").insert(key.replace("-4", "-9"), step.clone());
        p.map("workflow").insert("action--x".to_owned(), step);
    }),
    ("identifier-reused", |p| {
        let key = p.key("action");
        let step = json!({ "type": "end" });
        p.map("workflow").insert(key.replace("action--", "end--"), step);
    }),
    ("time", |p| p.value["modified"] = json!("1999-01-01T00:00:00.000Z")),
    ("time", |p| {
        let bad = ["2026-11-23", "2026-11-23T05:36:23Z", "2026-13-23T05:36:23.000Z", "yesterday", ""];
        p.value["created"] = json!(*p.random.one(&bad));
    }),
    ("end", |p| {
        let next = p.key("action");
        p.step("end")["on_completion"] = json!(next);
    }),
    ("end", |p| {
        let keys = p.of("end");
        keys.iter().for_each(|key| drop(p.map("workflow").remove(key)));
    }),
    ("action", |p| {
        let keys = p.of("action");
        keys.iter().for_each(|key| drop(p.map("workflow").remove(key)));
    }),
    ("type", |p| {
        let name = *p.random.one(&["type", "spec_version"]);
        p.value[name] = json!("cacao-1.1");
    }),
    ("type", |p| p.value = json!([p.value.take()])),
    ("property", |p| p.value["x_note"] = json!("hello")),
    ("property", |p| {
        p.step("action")["next_step"] = json!("hello");
    }),
    ("value", |p| {
        let first = p.step("parallel")["next_steps"][0].take();
        p.step("parallel")["next_steps"] = json!([first]);
    }),
    ("value", |p| {
        let key = p.map("data_marking_definitions").keys().next().cloned().expect("marking");
        p.map("data_marking_definitions")[&key]["tlpv2_level"] = json!("TLP:WHITE");
    }),
    ("value", |p| p.value["priority"] = json!(*p.random.one(&[-1, 101, 7_000]))),
    ("reference", |p| {
        p.step("action")["external_references"] = json!([{ "name": "T0000", "external_id": "T0000" }]);
    }),
    ("transition", |p| {
        let next = p.key("end");
        p.step("action")["on_success"] = json!(next);
    }),
    ("transition", |p| {
        p.step("action").as_object_mut().expect("step").remove("on_completion");
    }),
];

#[test]
fn each_of_a_thousand_faults_is_caught() {
    let (analysis, assessment) = intrusion();
    let text = file(&analysis, &assessment, "response/playbook.cacao.json");
    let playbook: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(check(&playbook), []);
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    for round in 0..1_000 {
        let (code, fault) = FAULTS[round % FAULTS.len()];
        let mut spoiled = Spoiled { value: playbook.clone(), random: &mut random };
        fault(&mut spoiled);
        let found = check(&spoiled.value);
        assert!(found.iter().any(|f| f.code == code), "round {round}: no {code} among {found:?}");
        assert!(found.iter().all(|f| CODES.iter().any(|(known, _)| *known == f.code)), "{found:?}");
    }
}

#[test]
fn every_code_has_a_case() {
    let mut cases: BTreeSet<&str> = FAULTS.iter().map(|(code, _)| *code).collect();
    cases.insert(check_text("{").first().expect("a finding").code);
    assert_eq!(cases, CODES.iter().map(|(code, _)| *code).collect());
}

#[test]
fn what_is_no_playbook_is_a_finding_and_no_panic() {
    for text in [
        "",
        "null",
        "[]",
        "{}",
        "7",
        "{\"workflow\":7}",
        "{\"workflow\":{\"a\":1}}",
        "{\"workflow\":{\"é--\":{}}}",
    ] {
        assert!(!check_text(text).is_empty(), "{text}");
    }
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    assert_eq!(check_text(&deep).first().expect("a finding").code, "json");
}

#[test]
fn a_while_step_may_go_round() {
    let (a, w) = (
        "action--7b1f3a52-90c4-4d0e-8a63-5d2f0be1c6a1",
        "while-condition--7b1f3a52-90c4-4d0e-8a63-5d2f0be1c6a2",
    );
    let (s, e) = ("start--7b1f3a52-90c4-4d0e-8a63-5d2f0be1c6a3", "end--7b1f3a52-90c4-4d0e-8a63-5d2f0be1c6a4");
    let g = "group--7b1f3a52-90c4-4d0e-8a63-5d2f0be1c6a5";
    let playbook = json!({
        "type": "playbook", "spec_version": "cacao-2.0", "id": "playbook--7b1f3a52-90c4-4d0e-8a63-5d2f0be1c6a6", "name": "n",
        "created_by": "identity--7b1f3a52-90c4-4d0e-8a63-5d2f0be1c6a7", "created": "2026-11-23T05:36:23.000Z",
        "modified": "2026-11-23T05:36:23.000Z", "workflow_start": s,
        "playbook_variables": { "__left__": { "type": "integer", "value": "3" } },
        "agent_definitions": { g: { "type": "group", "name": "g" } },
        "workflow": {
            s: { "type": "start", "on_completion": w },
            w: { "type": "while-condition", "condition": "__left__:value > 0", "on_true": a, "on_completion": e },
            a: { "type": "action", "commands": [{ "type": "manual", "command": "look" }], "agent": g, "on_completion": w },
            e: { "type": "end" },
        },
    });
    assert_eq!(check(&playbook), []);
}
