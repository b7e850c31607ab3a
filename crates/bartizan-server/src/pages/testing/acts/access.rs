//! Access, plans and runs.

use bartizan_clearinghouse::access::Matter;
use bartizan_programme::plan::Catalogue;
use bartizan_programme::rules::{Act, Side};
use bartizan_workbench::{ActForm, Choice, FieldKind};

use super::{Maker, choice, field, hint, list, needed, of, several, words};
use crate::programmes;

impl Maker<'_> {
    /// Grants.
    pub(in super::super) fn grants(&self) -> Vec<ActForm> {
        let window = &self.room.window;
        let rules = &window.programme;
        let testers: Vec<_> = window.people.keys().filter(|person| window.tester(person).is_some()).collect();
        let levels = rules
            .levels
            .iter()
            .map(|(level, rule)| choice(level.as_str(), &format!("{level}: {}", rule.title)))
            .collect();
        let given: Vec<Choice> = window
            .grants
            .iter()
            .filter(|(_, grant)| grant.revoked.is_none())
            .map(|(name, _)| choice(name.as_str(), name.as_str()))
            .collect();
        let developer = window
            .people
            .get(&self.room.me)
            .is_some_and(|me| me.roles.iter().any(|role| rules.side(role) == Some(Side::Developer)));
        let reached = developer.then(|| ActForm {
            id: "endpoint".into(),
            title: "Say where a checkpoint is reached".into(),
            action: self.place("/endpoint"),
            hidden: vec![],
            fields: vec![
                of("checkpoint", "Checkpoint", self.checkpoints()),
                hint(needed("url", "Base", FieldKind::Line), "Like https://models.example/v1"),
                hint(
                    needed("key", "Key", FieldKind::Line),
                    "Kept sealed, sent to that host alone, never shown again.",
                ),
                needed("model", "What the endpoint calls the checkpoint", FieldKind::Line),
            ],
            button: "Keep it".into(),
        });
        let give = self.to(
            Act::Grant,
            "/grants",
            &[],
            ("Give a grant", "give"),
            vec![
                needed("grant", "Name", FieldKind::Line),
                of("holder", "Who may call", self.named(testers)),
                of("checkpoint", "Checkpoint", self.checkpoints()),
                of("level", "Level", levels),
                several(
                    "endpoints",
                    "What may be called",
                    list(&["chat", "completions", "responses", "embeddings"]),
                ),
                several(
                    "internals",
                    "What of the inside may be seen",
                    list(&[
                        "log-probabilities",
                        "reasoning",
                        "safeguard-traces",
                        "fine-tuning",
                        "activations",
                        "weights",
                    ]),
                ),
                hint(
                    field("sources", "Networks that calls come from", FieldKind::Line),
                    "Like 192.0.2.0/28, with commas between.",
                ),
                needed("calls", "Calls", FieldKind::Line),
                needed("tokens", "Tokens", FieldKind::Line),
                field("money", "Millionths of the currency", FieldKind::Line),
                needed("begins", "From", FieldKind::Time),
                needed("ends", "Until", FieldKind::Time),
            ],
        );
        let revoke = (!given.is_empty()).then(|| {
            self.act(Act::Revoke, "revoke", "Revoke a grant", vec![of("grant", "Grant", given), words("Why")])
        });
        [reached, give, revoke.flatten()].into_iter().flatten().collect()
    }

    /// The form with which its holder collects a credential.
    pub(in super::super) fn collect(&self, grant: &str) -> ActForm {
        ActForm {
            id: format!(
                "collect-{}",
                grant.bytes().filter(u8::is_ascii_alphanumeric).map(char::from).collect::<String>()
            ),
            title: format!("Collect the credential of {grant}"),
            action: self.place("/credential"),
            hidden: vec![("grant", grant.to_owned())],
            fields: vec![],
            button: "Show it once".into(),
        }
    }

    /// Plans and runs.
    pub(in super::super) fn runs(&self) -> Vec<ActForm> {
        let window = &self.room.window;
        let catalogue = Catalogue::embedded().map(|all| all.plans).unwrap_or_default();
        let fit = catalogue.iter().filter(|plan| plan.fits(&window.programme).is_ok());
        let fit = fit.map(|plan| choice(plan.id.as_str(), &format!("{}: {}", plan.id, plan.title))).collect();
        let plans = window.plans.keys().map(|name| choice(name.as_str(), name.as_str())).collect();
        let own = |name: &&bartizan_programme::Name| {
            self.room.reads(Matter::Grant, programmes::grant_of(window, name).as_ref())
        };
        let grants =
            window.grants.keys().filter(own).map(|name| choice(name.as_str(), name.as_str())).collect();
        let plan = self.to(
            Act::Plan,
            "/plan",
            &[],
            ("Register a plan of the catalogue", "plan"),
            vec![of("plan", "Plan", fit)],
        );
        let begin = self.act(
            Act::BeginRun,
            "begin-run",
            "Begin a run",
            vec![
                needed("run", "Name", FieldKind::Line),
                of("plan", "Plan", plans),
                of("grant", "Grant", grants),
                hint(
                    of("environment", "Environment", self.documents("environment")),
                    "What describes it: a file in custody.",
                ),
            ],
        );
        [plan, begin].into_iter().flatten().collect()
    }

    /// What people hold of a run.
    pub(in super::super) fn judge(&self, run: &str) -> Option<ActForm> {
        self.to(
            Act::JudgeRun,
            "/act",
            &[("do", "judge-run"), ("run", run)],
            ("Judge the run", "judge"),
            vec![
                of("judgement", "It is", list(&["valid", "suspect", "invalidated"])),
                hint(field("anomalies", "Codes of anomalies", FieldKind::Line), "With commas between."),
                words("Why"),
            ],
        )
    }
}
