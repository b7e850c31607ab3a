//! The node that is asked, and what becomes of its answers.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Duration;

use bartizan_fetch::{Node, Reply};
use serde_json::{Value, json};

use super::ask::{Ask, path, read};
use crate::args::Global;
use crate::args_programme::NodeArgs;
use crate::exit::{Exit, Failure};
use crate::out;
use crate::reach::is_stdout;
use crate::terminal::plain;

/// The token, if it is not in a file.
const TOKEN: &str = "BARTIZAN_TOKEN";

/// A node, as somebody.
pub struct Client {
    node: Node,
    server: String,
}

impl Client {
    /// The node that was named, with the token that was given.
    pub fn new(args: &NodeArgs) -> Result<Self, Failure> {
        let server = args.server.clone().ok_or_else(|| {
            Failure::new(
                Exit::Usage,
                "node.server",
                "name the node with --server or the environment's BARTIZAN_SERVER",
            )
        })?;
        let token = match &args.token_file {
            Some(file) => String::from_utf8_lossy(&read(file)?).trim().to_owned(),
            None => std::env::var(TOKEN).ok().filter(|token| !token.is_empty()).ok_or_else(|| {
                let text = format!("give a token by --token-file or the environment's {TOKEN}");
                Failure::new(Exit::Config, "config.credentials", text)
            })?,
        };
        let node = Node::new(&server, &token, Duration::from_secs(args.timeout))?;
        Ok(Self { node, server: server.trim_end_matches('/').to_owned() })
    }

    /// Asks, and shows the answer.
    pub fn carry(&self, global: &Global, ask: &Ask) -> Result<Exit, Failure> {
        if let Some(to) = &ask.out {
            self.download(&ask.path, to)?;
            return Ok(Exit::Ok);
        }
        let reply = self.ask(ask)?;
        if global.json {
            out::bytes(&reply.body)?;
            if !reply.body.is_empty() && !reply.body.ends_with(b"\n") {
                out::text("\n")?;
            }
            return Ok(Exit::Ok);
        }
        out::text(&ask.shown.text(&parsed(&reply)))?;
        Ok(Exit::Ok)
    }

    fn ask(&self, ask: &Ask) -> Result<Reply, Failure> {
        let body = ask.body.as_ref().map(|(media, bytes)| (*media, bytes.as_slice()));
        good(self.node.ask(ask.method, &ask.path, body)?)
    }

    fn value(&self, path: &str) -> Result<Value, Failure> {
        Ok(parsed(&good(self.node.get(path)?)?))
    }

    /// Fetches a file to where it goes; what is there already is replaced when all of it came.
    fn download(&self, path: &str, to: &Path) -> Result<Vec<(String, String)>, Failure> {
        if is_stdout(to) {
            let (reply, headers) = self.node.download(path, &mut std::io::stdout().lock())?;
            good(reply)?;
            return Ok(headers);
        }
        let failed = |e: std::io::Error| {
            Failure::new(
                Exit::CannotCreate,
                "output.unwritable",
                format!("cannot write {}: {e}", to.display()),
            )
        };
        let name = to.file_name().unwrap_or_default().to_string_lossy();
        let beside = to.with_file_name(format!(".{name}.{}.part", std::process::id()));
        let done = private(&beside).map_err(failed).and_then(|file| {
            let mut writer = BufWriter::new(file);
            let (reply, headers) = self.node.download(path, &mut writer)?;
            good(reply)?;
            writer.flush().and_then(|()| std::fs::rename(&beside, to)).map_err(failed)?;
            Ok(headers)
        });
        if done.is_err() {
            // The half-written file is of no use to anybody.
            let _ = std::fs::remove_file(&beside);
        }
        done
    }

    /// Collects a credential into a new file: it is told once, so the file is there before it is asked for.
    pub fn credential(&self, global: &Global, window: &str, grant: &str, to: &Path) -> Result<Exit, Failure> {
        let failed = |e: std::io::Error| {
            Failure::new(
                Exit::CannotCreate,
                "output.unwritable",
                format!("cannot write {}: {e}", to.display()),
            )
        };
        let mut file = private(to).map_err(failed)?;
        let from = path(&["windows", window, "grants", grant, "credential"])?;
        let asked =
            self.node.ask(bartizan_fetch::Method::Post, &from, None).map_err(Failure::from).and_then(good);
        let answer = match asked {
            Ok(reply) => parsed(&reply),
            Err(failure) => {
                let _ = std::fs::remove_file(to);
                return Err(failure);
            }
        };
        let credential = answer["credential"].as_str().unwrap_or_default();
        file.write_all(credential.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        let base = format!("{}{}", self.server, answer["base_path"].as_str().unwrap_or_default());
        let checkpoint = &answer["checkpoint"];
        if global.json {
            out::json(
                &json!({ "file": to.display().to_string(), "base_url": base, "checkpoint": checkpoint }),
            )?;
            return Ok(Exit::Ok);
        }
        out::text(&format!(
            "the credential is in {}, and nowhere else\nbase URL: {}\nmodel: {}\n",
            to.display(),
            plain(&base),
            plain(checkpoint.as_str().unwrap_or_default())
        ))?;
        Ok(Exit::Ok)
    }

    /// Gives one plan of the catalogue.
    pub fn plan(&self, window: &str, plan: &str) -> Result<Exit, Failure> {
        let answer = self.value(&path(&["windows", window, "catalogue"])?)?;
        let all = answer["items"].as_array().map(Vec::as_slice).unwrap_or_default();
        let found = all.iter().find(|one| one["id"] == plan).ok_or_else(|| {
            Failure::new(
                Exit::NoInput,
                "window.plan",
                format!("the programme has no room for a plan {plan}; see `window plans`"),
            )
        })?;
        out::json(&found["body"])?;
        Ok(Exit::Ok)
    }

    /// Gives the source of the editions: its text, or with `--json` the answer.
    pub fn source(&self, global: &Global, window: &str, to: &Path) -> Result<Exit, Failure> {
        let reply = good(self.node.get(&path(&["windows", window, "source"])?)?)?;
        let answer = parsed(&reply);
        let body = answer["body"].as_str().unwrap_or_default().as_bytes();
        match (global.json, is_stdout(to)) {
            (true, _) => out::bytes(&reply.body)?,
            (false, true) => out::bytes(body)?,
            (false, false) => crate::reach::replace(to, body)?,
        }
        if !global.quiet && !global.json {
            out::note(&format!("version {}", answer["version"]));
        }
        Ok(Exit::Ok)
    }

    /// Fetches the archive, and says by which key it vouches.
    pub fn custody(&self, global: &Global, window: &str, to: &Path) -> Result<Exit, Failure> {
        let headers = self.download(&path(&["windows", window, "custody"])?, to)?;
        if is_stdout(to) {
            return Ok(Exit::Ok);
        }
        let header =
            |wanted: &str| headers.iter().find(|(name, _)| name == wanted).map(|(_, text)| text.clone());
        let (key, head) = (header("bartizan-custody-key"), header("bartizan-custody-head"));
        let file = to.display();
        if global.json {
            out::json(&json!({ "file": file.to_string(), "key": key, "head": head }))?;
            return Ok(Exit::Ok);
        }
        let key = plain(&key.unwrap_or_default());
        out::text(&format!(
            "{file}\nlast line: {}\nthe node's key, which you should have by another way too: {key}\nto check: bartizan custody verify {file} --key {key}\n",
            plain(&head.unwrap_or_default())
        ))?;
        Ok(Exit::Ok)
    }
}

/// A new file that nobody else may read.
fn private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn parsed(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).unwrap_or_default()
}

/// The answer, or the problem in its words (RFC 9457): codes, and what to do.
fn good(reply: Reply) -> Result<Reply, Failure> {
    if (200..300).contains(&reply.status) {
        return Ok(reply);
    }
    let body = parsed(&reply);
    let word = |value: &Value| plain(value.as_str().unwrap_or_default());
    let errors = body["errors"].as_array().cloned().unwrap_or_default();
    let mut text = format!("the node answered {}", reply.status);
    if errors.is_empty() && body["detail"].is_string() {
        text = format!("{text}: {}", word(&body["detail"]));
    }
    for error in &errors {
        let field = if error["field"] == "" { String::new() } else { format!("{}: ", word(&error["field"])) };
        text += &format!("\n  {field}{} [{}]", word(&error["reason"]), word(&error["code"]));
    }
    if errors.is_empty() {
        text += advice(reply.status);
    }
    let (exit, code) = match reply.status {
        401 | 403 => (Exit::Refused, "node.refused"),
        404 => (Exit::NoInput, "node.not-found"),
        408 | 429 | 500.. => (Exit::Unavailable, "node.unavailable"),
        _ => (Exit::BadData, "node.answer"),
    };
    let first = errors.first().map(|error| word(&error["code"])).filter(|code| !code.is_empty());
    Err(Failure::new(exit, first.as_deref().unwrap_or(code), text))
}

fn advice(status: u16) -> &'static str {
    match status {
        401 => {
            "; the token is none of this node, or has ended: make one with `bartizan token create`, or on the page of your account"
        }
        403 => "; the token has not the scope, or you not the role",
        404 => "; it is not there, or not yours to see",
        413 => "; it is larger than the node takes",
        429 => "; try again in a while",
        300..=399 => "; redirects are not followed, name the address itself",
        500.. => "; the node's log says why",
        _ => "",
    }
}
