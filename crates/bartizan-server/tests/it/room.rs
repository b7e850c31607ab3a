//! A case of coordination in the world: First runs it, Second makes the product and knows, Third was asked and has not answered. It is
//! under embargo, and one analyst of Second's is read in. It was opened of a report of Fifth's, which First's desk took.

use bartizan_clearinghouse::access::{
    Admission, CaseAccess, OrganisationId, PersonId, Principal, Roles, Scopes,
};
use serde_json::{Value, json};

use crate::harness::{self, then as by};
use crate::world::{Asker, Shows, World};

/// The case as it is known, and as the rule of access sees it.
#[derive(Clone, Debug)]
pub struct Case {
    pub uuid: String,
    pub access: CaseAccess,
    /// Second's name in it, which is that of its thread.
    pub second: String,
    /// The report that it was opened of, by Fifth's analyst.
    pub report: String,
    pub reporter: (OrganisationId, PersonId),
}

impl Case {
    /// Before there is one.
    pub fn none() -> Self {
        Self {
            uuid: String::new(),
            access: CaseAccess::new(OrganisationId(0)),
            second: String::new(),
            report: String::new(),
            reporter: (OrganisationId(0), PersonId(0)),
        }
    }
}

impl World {
    /// Somebody of an organisation with a token for everything.
    pub async fn with_token(&self, person: &str, organisation: OrganisationId) -> Asker {
        let id = self.person(person);
        let secret = harness::secret(&self.store, &by(), id, Scopes::ALL, None).await;
        let principal = Principal::person(id, organisation, Roles::NONE);
        Asker { name: person.into(), principal, shows: Shows::Bearer(secret) }
    }

    /// Says something in a case as somebody; what came back.
    pub async fn say(&self, asker: &Asker, case: &str, body: &Value) -> Value {
        let answer = self.json(asker, "POST", &format!("/api/v1/cases/{case}/events"), body).await;
        assert_eq!(answer.status, 201, "{body}: {answer:?}");
        answer.json()
    }

    /// Opens a case as the coordinator of an organisation, of these reports.
    pub async fn open_case(
        &self,
        of: &str,
        organisation: OrganisationId,
        reports: &[&str],
    ) -> (String, Asker) {
        let runs = self.with_token(&format!("coordinator-{of}"), organisation).await;
        let body = json!({ "title": "A hidden case", "reports": reports, "tooling": "private", "marking": "TLP:AMBER" });
        let answer = self.json(&runs, "POST", "/api/v1/cases", &body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        (answer.json()["id"].as_str().expect("an id").to_owned(), runs)
    }

    /// The case of the world.
    pub async fn room(&self) -> Case {
        let directory = self.store.directory();
        let name = |id: OrganisationId| directory.organisations[&id].uuid.clone();
        let [first, second, third] = [0, 1, 2].map(|n| self.organisations[n].id);
        let (fifth, reporter) = (self.organisations[4].id, self.person("analyst-fifth"));
        let (report, _) = self.hand_in(reporter, fifth, "A hole under embargo").await;
        let (uuid, runs) = self.open_case("first", first, &[&report]).await;
        let (me, vendor) = (name(first), name(second));
        self.say(&runs, &uuid, &json!({ "do": "report", "participant": me, "step": "validate" })).await;
        self.say(&runs, &uuid, &json!({ "do": "report", "participant": me, "step": "accept" })).await;
        for (who, role, products) in [(&vendor, "vendor", json!(["lib"])), (&name(third), "other", json!([]))]
        {
            let add = json!({ "do": "add", "participant": who, "roles": [role], "products": products });
            self.say(&runs, &uuid, &add).await;
        }
        let until = "2027-01-15T00:00:00Z";
        let propose = json!({ "do": "propose", "proposal": "e1", "until": until, "reason": "a long one" });
        self.say(&runs, &uuid, &propose).await;
        let seconds = self.with_token("reviewer-second", second).await;
        let answer =
            |who: &str| json!({ "do": "answer", "participant": who, "proposal": "e1", "accept": true });
        self.say(&seconds, &uuid, &answer(&vendor)).await;
        self.say(&runs, &uuid, &answer(&me)).await;
        self.say(&runs, &uuid, &json!({ "do": "report", "participant": vendor, "step": "receive" })).await;
        let analyst = self.person("analyst-second");
        let person = directory.people[&analyst].uuid.clone();
        for finding in [
            json!({ "gate": "need-to-know", "ground": "task" }),
            json!({ "gate": "capacity", "contribution": "patch" }),
            json!({ "gate": "identity", "confirmed": true, "sponsored": true, "no_objection": true }),
        ] {
            let gate =
                json!({ "do": "gate", "person": person, "finding": finding, "words": "writes the patch" });
            self.say(&runs, &uuid, &gate).await;
        }
        let read_in = json!({
            "do": "read-in", "person": person, "participant": vendor, "until": "2026-12-02T00:00:00Z", "emergency": true,
        });
        self.say(&runs, &uuid, &read_in).await;
        let text = json!({ "text": "Which versions?" });
        let written =
            self.json(&runs, "POST", &format!("/api/v1/cases/{uuid}/threads/{vendor}"), &text).await;
        assert_eq!(written.status, 201, "{written:?}");
        let access = CaseAccess {
            parties: [
                (second, Admission { asked: true, content: true }),
                (third, Admission { asked: true, content: false }),
                (fifth, Admission { asked: true, content: false }),
            ]
            .into(),
            named_only: true,
            read_in: [analyst, reporter].into(),
            ..CaseAccess::new(first)
        };
        Case { uuid, access, second: vendor, report, reporter: (fifth, reporter) }
    }
}
