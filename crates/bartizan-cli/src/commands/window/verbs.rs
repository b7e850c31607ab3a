//! What each command asks of the node: way, path, body, and what is shown.

use bartizan_fetch::Method;
use serde_json::{Value, json};

use super::ask::{Ask, path, read, value, with};
use super::shown::{
    CALLS, EDITION, EDITIONS, EVENTS, FILE, FILES, GIVEN, NOTHING_LEFT, PLANS, PROGRAMME, PROGRAMMES,
    PUBLISHED, RUN, SAID, SAMPLES, Shown, WINDOW, WINDOWS, WRITTEN,
};
use crate::args_programme::ProgrammeCommand;
use crate::args_window::{Acting, EndpointArgs, Page, RunEndArgs, WindowCommand};
use crate::exit::{Exit, Failure};

/// What a command of `programme` asks.
pub fn programme(command: &ProgrammeCommand) -> Result<Ask, Failure> {
    use ProgrammeCommand as C;
    Ok(match command {
        C::List => Ask::get(path(&["programmes"])?, PROGRAMMES),
        C::Show { programme } => Ask::get(path(&["programmes", programme])?, PROGRAMME),
        C::Rules { programme, out } => Ask::file(path(&["programmes", programme, "rules"])?, out),
        C::Add { file } => {
            Ask::bytes(Method::Post, path(&["programmes"])?, ("application/toml", read(file)?), PROGRAMME)
        }
        C::Staff { programme, file } => {
            Ask::json(Method::Put, path(&["programmes", programme, "staff"])?, &value(file)?, PROGRAMME)
        }
        C::Retire { programme } => {
            Ask { method: Method::Post, ..Ask::get(path(&["programmes", programme, "retire"])?, PROGRAMME) }
        }
    })
}

/// What a command of `window` asks.
pub fn window(command: &WindowCommand) -> Result<Ask, Failure> {
    use WindowCommand as C;
    let at = |window: &str, rest: &[&str]| path(&[&["windows", window], rest].concat());
    Ok(match command {
        C::List(page) => Ask::get(paged(path(&["windows"])?, page), WINDOWS),
        C::Show(of) => Ask::get(at(&of.window, &[])?, WINDOW),
        C::Submit { file } => Ask::json(Method::Post, path(&["windows"])?, &value(file)?, WINDOW),
        C::Do { of, action } => say(of, &value(action)?)?,
        C::Agree { of, proposal } => say(of, &json!({ "do": "second", "proposal": proposal }))?,
        C::Refuse { of, proposal, words } => {
            say(of, &json!({ "do": "refuse", "proposal": proposal, "words": words }))?
        }
        C::Revoke { of, grant, words } => {
            say(of, &json!({ "do": "revoke", "grant": grant, "words": words }))?
        }
        C::Find { of, finding, file } => {
            say(of, &json!({ "do": "find", "finding": finding, "body": value(file)? }))?
        }
        C::Events { of, page } => Ask::get(paged(at(&of.window, &["events"])?, page), EVENTS),
        C::Calendar(of) => Ask::file(at(&of.window, &["calendar"])?, &of.out),
        C::Endpoint(args) => endpoint(args)?,
        C::Grant { of, file } => Ask::json(Method::Post, at(&of.window, &["grants"])?, &value(file)?, SAID),
        C::Calls { of, grant, page } => {
            Ask::get(paged(at(&of.window, &["grants", grant, "calls"])?, page), CALLS)
        }
        C::Proof { of, grant } => Ask::file(at(&of.window, &["grants", grant, "proof"])?, "-".as_ref()),
        C::PutFile { of, file, kind, name } => {
            let own = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let to = at(&of.window, &["files", name.as_ref().unwrap_or(&own)])?;
            let to = with(to, &[("kind", Some(kind.clone()))]);
            Ask::bytes(Method::Put, to, ("application/octet-stream", read(file)?), FILE)
        }
        C::Files(of) => Ask::get(at(&of.window, &["files"])?, FILES),
        C::GetFile { of, name } => Ask::file(at(&of.window, &["files", name])?, &of.out),
        C::Plans { of, .. } => Ask::get(at(&of.window, &["catalogue"])?, PLANS),
        C::RunEnd(args) => run_end(args)?,
        C::Run { of, run } => Ask::get(at(&of.window, &["runs", run])?, RUN),
        C::Samples { of, run, search, from } => {
            let parameters = [("search", search.clone()), ("from", from.map(|from| from.to_string()))];
            Ask::get(with(at(&of.window, &["runs", run, "samples"])?, &parameters), SAMPLES)
        }
        C::HandOver { of, finding, desk } => {
            let to = at(&of.window, &["findings", finding, "hand-over"])?;
            Ask::json(Method::Post, to, &json!({ "role": of.role, "desk": desk }), SAID)
        }
        C::Determination(of) => Ask::get(at(&of.window, &["determination"])?, GIVEN),
        C::Source { of, write, before } => source(&of.window, write.as_deref(), *before)?,
        C::Edition { of, audience } => Ask::get(at(&of.window, &["editions", audience, "preview"])?, EDITION),
        C::Publish { of, audience } => Ask::json(
            Method::Post,
            at(&of.window, &["editions", audience])?,
            &json!({ "role": of.role }),
            SAID,
        ),
        C::Unpublish { of, edition } => {
            Ask { method: Method::Delete, ..Ask::get(at(&of.window, &["editions", edition])?, NOTHING_LEFT) }
        }
        C::Editions { window: Some(window) } => Ask::get(at(window, &["editions"])?, EDITIONS),
        C::Editions { window: None } => Ask::get(path(&["editions"])?, EDITIONS),
        C::Read { edition } => Ask::get(path(&["editions", edition])?, PUBLISHED),
        C::Custody(of) => Ask::file(at(&of.window, &["custody"])?, &of.out),
        C::Credential { of, grant, .. } => Ask {
            method: Method::Post,
            ..Ask::get(at(&of.window, &["grants", grant, "credential"])?, Shown::NOTHING)
        },
    })
}

fn paged(path: String, page: &Page) -> String {
    with(path, &[("limit", page.limit.map(|limit| limit.to_string())), ("next", page.next.clone())])
}

fn say(of: &Acting, action: &Value) -> Result<Ask, Failure> {
    let to = path(&["windows", &of.window, "events"])?;
    Ok(Ask::json(Method::Post, to, &json!({ "role": of.role, "action": action }), SAID))
}

fn endpoint(args: &EndpointArgs) -> Result<Ask, Failure> {
    let key = std::env::var(&args.key_env).ok().filter(|key| !key.is_empty()).ok_or_else(|| {
        let text = format!("{} is not set, or holds no text", args.key_env);
        Failure::new(Exit::Config, "config.credentials", text)
    })?;
    let to = path(&["windows", &args.of.window, "endpoints", &args.checkpoint])?;
    let body = json!({ "url": args.url, "key": key, "model": args.model_name });
    Ok(Ask::json(Method::Put, to, &body, super::shown::ENDPOINT))
}

fn run_end(args: &RunEndArgs) -> Result<Ask, Failure> {
    let to = path(&["windows", &args.of.window, "runs", &args.run, "end"])?;
    let parameters = [
        ("role", Some(args.role.clone())),
        ("outcome", Some(args.outcome.clone())),
        ("egress", args.egress.clone()),
    ];
    let body = ("application/octet-stream", read(&args.log)?);
    Ok(Ask::bytes(Method::Post, with(to, &parameters), body, SAID))
}

fn source(window: &str, write: Option<&std::path::Path>, before: Option<u32>) -> Result<Ask, Failure> {
    let to = path(&["windows", window, "source"])?;
    let Some(file) = write else { return Ok(Ask::get(to, GIVEN)) };
    let body = String::from_utf8(read(file)?).map_err(|_| {
        Failure::new(Exit::BadData, "input.text", format!("{} is no UTF-8 text", file.display()))
    })?;
    Ok(Ask::json(Method::Put, to, &json!({ "before": before.unwrap_or(0), "body": body }), WRITTEN))
}
