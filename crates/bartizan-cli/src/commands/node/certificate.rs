//! `bartizan user certificate`.

use bartizan_clearinghouse::access::Scopes;
use bartizan_clearinghouse::time;
use bartizan_store::NewCertificate;
use serde_json::json;

use super::{by, cell, done, failure, open, person, print, usage};
use crate::args::Global;
use crate::args_node::CertificateCommand;
use crate::exit::{Exit, Failure};

const DAY: i64 = 24 * 3600 * 1_000_000;
/// The largest file that is looked at, in bytes.
const LARGEST: u64 = 1 << 20;

/// Runs one of its commands.
pub async fn run(global: &Global, command: &CertificateCommand) -> Result<Exit, Failure> {
    match command {
        CertificateCommand::Add { database, name, file, fingerprint, label, scopes, days } => {
            let fingerprint = match (file, fingerprint) {
                (Some(file), _) => of_file(file)?,
                (None, Some(text)) => text.replace(':', "").to_ascii_lowercase(),
                (None, None) => return Err(usage("name a certificate, or its --fingerprint")),
            };
            let store = open(database).await?;
            let whose = person(&store.directory(), name)?.member.id;
            let scopes = Scopes::parse(scopes)
                .ok_or_else(|| usage(format!("{scopes} is not a list of read, write, manage")))?;
            let by = by();
            let new = NewCertificate {
                person: whose,
                label,
                fingerprint: &fingerprint,
                scopes,
                expires: days.map(|days| by.now + i64::from(days) * DAY),
            };
            let number = store.add_certificate(&by, &new).await.map_err(failure)?;
            let row = json!({ "number": number, "fingerprint": fingerprint });
            print(global, "certificates", vec![row], |row| cell(row, "fingerprint"))
        }
        CertificateCommand::List(database) => {
            let store = open(database).await?;
            let directory = store.directory();
            let mut rows: Vec<_> = directory.certificates.values().collect();
            rows.sort_by_key(|c| c.id);
            let rows = rows.into_iter().map(|c| {
                json!({
                    "number": c.id, "person": directory.people.get(&c.person).map(|p| &p.name),
                    "label": c.label, "scopes": c.scopes.text(), "fingerprint": c.fingerprint,
                    "expires": c.expires.map(time::text), "revoked": c.revoked,
                })
            });
            print(global, "certificates", rows.collect(), |row| {
                let state = if row["revoked"] == true { "revoked" } else { "bound" };
                let (person, label, scopes) = (cell(row, "person"), cell(row, "label"), cell(row, "scopes"));
                format!(
                    "{:>4}  {person}  {label}  {scopes}  {state}  {}",
                    row["number"],
                    cell(row, "fingerprint")
                )
            })
        }
        CertificateCommand::Revoke { database, number } => {
            let store = open(database).await?;
            if !store.revoke_certificate(&by(), *number).await.map_err(failure)? {
                return Err(usage(format!(
                    "there is no binding {number} that holds; `bartizan user certificate list` shows them"
                )));
            }
            done(global)
        }
    }
}

fn of_file(file: &std::path::Path) -> Result<String, Failure> {
    let wrong = |what: String| Failure::new(Exit::NoInput, "node.certificate", what);
    let size = std::fs::metadata(file).map_err(|e| wrong(format!("{}: {e}", file.display())))?.len();
    if size > LARGEST {
        return Err(wrong(format!("{} is too large for a certificate", file.display())));
    }
    let pem = std::fs::read(file).map_err(|e| wrong(format!("{}: {e}", file.display())))?;
    bartizan_server::fingerprint_of_pem(&pem)
        .ok_or_else(|| wrong(format!("{} holds no certificate in PEM form", file.display())))
}
