//! `bartizan serve`.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::sync::Arc;

use bartizan_clearinghouse::access::{Role, Roles};
use bartizan_clearinghouse::token;
use bartizan_server::jobs::analyze::Analyze;
use bartizan_server::jobs::hooks::Hooks;
use bartizan_server::jobs::isolate::Isolation;
use bartizan_server::jobs::{Outside, Runner, Settings, TableQueue, schedule};
use bartizan_server::relay::Relay;
use bartizan_server::{App, Config, Provider, Seal, Surroundings, System, Tls};
use bartizan_store::Store;

use super::{by, failure, open};
use crate::args::Global;
use crate::args_node::ServeArgs;
use crate::exit::{Exit, Failure};
use crate::out;

/// Sources and addresses that are fetched at the same time.
const FETCHERS: usize = 4;
/// How often the schedule of sources and peers is looked at.
const LOOK: std::time::Duration = std::time::Duration::from_secs(5);
/// How long the first administrator's link can be used, microseconds.
const LINK: i64 = 24 * 3600 * 1_000_000;

/// Runs until it is told to stop.
pub async fn run(global: &Global, args: &ServeArgs) -> Result<Exit, Failure> {
    log(args.log_json, global.quiet);
    let store = open(&args.database).await?;
    let first = first_link(&store).await?;
    let mut config = Config::local(args.listen);
    config.title.clone_from(&args.title);
    config.contact.clone_from(&args.contact);
    config.public_url = args.public_url.as_ref().map(|url| url.trim_end_matches('/').to_owned());
    for text in &args.allow_net {
        let network = text.parse::<bartizan_fetch::Network>();
        let network = network.map_err(|e| super::usage(format!("--allow-net {text}: {e}")))?;
        config.fetch.allowed.push(network);
    }
    if config
        .public_url
        .as_ref()
        .is_some_and(|url| !url.starts_with("http://") && !url.starts_with("https://"))
    {
        return Err(super::usage("--public-url begins with https:// (or http://)"));
    }
    entry(&mut config, args)?;
    let public = config.public_url.clone();
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    let json = global.json;
    let pack = crate::knowledge::open(global)?;
    let program = std::env::current_exe().map_err(|e| {
        Failure::new(Exit::Io, "node.program", format!("the program does not find itself: {e}"))
    })?;
    let mut isolation = Isolation::new(program);
    if let Some(pack) = &global.pack {
        isolation.arguments = vec!["--pack".into(), pack.display().to_string()];
    }
    config.fetch = super::fetching(&args.allow_net)?;
    let key = super::key_file(&args.database, &args.key);
    config.key = Some(key.clone());
    let closing = store.clone();
    let work = Analyze { store: store.clone(), isolation, pack };
    let runner = Runner::new(TableQueue(store.clone()), work, Arc::new(System), Settings::default());
    let seal = Arc::new(Seal::new(Some(key)));
    // Whoever waits for the network does not keep analyses waiting.
    let outside = Outside {
        privacy: config.privacy,
        store: store.clone(),
        seal: Arc::clone(&seal),
        rules: config.fetch.clone(),
        around: Arc::new(System),
        wake: runner.wake(),
    };
    let settings = Settings { workers: FETCHERS, ..Settings::default() };
    let fetcher = Runner::new(TableQueue(store.clone()), outside, Arc::new(System), settings);
    // Messages wait for their receivers; nothing else waits for them.
    let hooks = Hooks::new(store.clone(), seal, &config.fetch, Arc::new(System)).privacy(config.privacy);
    let two = Settings { workers: 2, ..Settings::default() };
    let hooks = Runner::new(TableQueue(store.clone()), hooks, Arc::new(System), two);
    let app = App::new(store.clone(), config, pack, Arc::new(System));
    // Another node may be away for a week: nothing but its own messages waits for it.
    let two = Settings { workers: 2, ..Settings::default() };
    let relay = Runner::new(TableQueue(store.clone()), Relay::new(app.clone()), Arc::new(System), two);
    let wake = runner.wake().and(&fetcher.wake()).and(&hooks.wake()).and(&relay.wake());
    let (stop, stopping) = tokio::sync::watch::channel(false);
    let told = || {
        let mut stopping = stopping.clone();
        async move {
            // An error is the end of who tells: stop as well.
            let _ = stopping.wait_for(|stop| *stop).await;
        }
    };
    let (looks, around) = (store.clone(), Arc::new(System));
    let schedule = tokio::spawn(schedule(looks, around, wake.clone(), LOOK, told()));
    let runners = [
        tokio::spawn(runner.run(told())),
        tokio::spawn(fetcher.run(told())),
        tokio::spawn(hooks.run(told())),
        tokio::spawn(relay.run(told())),
    ];
    let app = app.waking(wake);
    let ready = move |address: SocketAddr| {
        let base = public.unwrap_or_else(|| format!("{scheme}://{address}"));
        let link = first.map(|secret| format!("{base}/first/{secret}"));
        // Failing to print where it listens must not stop it from listening.
        let _ = if json {
            out::json(&serde_json::json!({ "url": base, "first": link }))
        } else {
            let mut text = format!("Bartizan is at {base}\n");
            if let Some(link) = link {
                text += &format!("First administrator (once, within a day): {link}\n");
            }
            text += &format!("TAXII 2.1 is at {base}/taxii2/ · stop with Ctrl-C\n");
            out::text(&text)
        };
    };
    let served = bartizan_server::serve(app, ready, stopped()).await;
    // Jobs under way may finish; the database stays open until they have.
    let _ = stop.send(true);
    let _ = schedule.await;
    for runner in runners {
        let _ = runner.await;
    }
    closing.close().await;
    served.map_err(|e| Failure::new(Exit::Config, "node.serve", e.to_string()))?;
    Ok(Exit::Ok)
}

/// Who gets in and how, and how much is taken.
fn entry(config: &mut Config, args: &ServeArgs) -> Result<(), Failure> {
    if let Some(text) = &args.entry.require_second_factor {
        let all = || Roles::of(&Role::ALL);
        let roles = if text == "all" { Some(all()) } else { Roles::parse(text) };
        config.second_factor = roles.ok_or_else(|| {
            super::usage(format!(
                "{text} is neither all nor a list of reader, analyst, reviewer, coordinator, admin, auditor"
            ))
        })?;
    }
    if let (Some(issuer), Some(client_id)) = (&args.entry.oidc_issuer, &args.entry.oidc_client_id) {
        if !Provider::is_issuer(issuer) {
            return Err(super::usage("--oidc-issuer begins with https:// (or is on this machine)"));
        }
        config.provider = Some(Provider {
            issuer: issuer.clone(),
            client_id: client_id.clone(),
            client_secret: secret(args)?,
            label: args.entry.oidc_label.clone(),
            link_by_email: args.entry.oidc_link_by_email,
            second_factor: args.entry.oidc_second_factor,
        });
    }
    config.rate = args.limits.rate_limit;
    let modes = bartizan_clearinghouse::privacy::Mode::ALL;
    config.privacy =
        modes.iter().find(|mode| mode.as_str() == args.sharing.privacy).copied().unwrap_or(config.privacy);
    config.scan.k = args.sharing.scan_k.into();
    config.connections = usize::try_from(args.limits.connections).unwrap_or(usize::MAX);
    config.proxies.clone_from(&args.limits.trusted_proxies);
    if let (Some(certificate), Some(key)) = (&args.entry.tls_certificate, &args.entry.tls_key) {
        config.tls = Some(Tls {
            certificate: certificate.clone(),
            key: key.clone(),
            client_ca: args.entry.client_ca.clone(),
            client_crl: args.entry.client_crl.clone(),
        });
    }
    Ok(())
}

/// The secret between provider and node.
fn secret(args: &ServeArgs) -> Result<Option<String>, Failure> {
    let text = match &args.entry.oidc_client_secret_file {
        Some(file) => std::fs::read_to_string(file)
            .map_err(|e| Failure::new(Exit::NoInput, "node.secret", format!("{}: {e}", file.display())))?,
        None => std::env::var("BARTIZAN_OIDC_CLIENT_SECRET").unwrap_or_default(),
    };
    let text = text.trim();
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// While nobody is there, a link for the first administrator; each start makes a new one.
async fn first_link(store: &Store) -> Result<Option<String>, Failure> {
    if !store.directory().people.is_empty() {
        return Ok(None);
    }
    let mut random = [0; 32];
    System.fill(&mut random);
    let secret = token::secret(random);
    let by = by();
    store.add_link(&by, &token::digest(&secret), "first", None, by.now + LINK).await.map_err(failure)?;
    Ok(Some(secret))
}

/// Ready when the process is asked to end.
async fn stopped() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut ended) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = ended.recv() => {}
            }
            return;
        }
    }
    let _ = interrupted.await;
}

fn log(json: bool, quiet: bool) {
    let usual = if quiet { "error" } else { "info,sqlx=warn" };
    let filter = tracing_subscriber::EnvFilter::try_from_env("BARTIZAN_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(usual));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second subscriber is refused; the first one stays.
    let _ = if json {
        builder.json().flatten_event(true).try_init()
    } else {
        builder
            .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
            .try_init()
    };
}
