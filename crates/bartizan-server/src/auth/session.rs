//! The session's cookie, and whether a request comes from one of our pages.

use axum::http::{HeaderMap, HeaderValue, header};
use bartizan_clearinghouse::access::PersonId;
use bartizan_clearinghouse::token;
use bartizan_store::{Action, Error, Session};

use crate::app::App;

/// How long a session lasts, microseconds.
const LONGEST: i64 = 12 * 3600 * 1_000_000;
/// Over HTTPS; the prefix lets no other host or path set it (RFC 6265bis, section 4.1.3.2).
const SECURE: &str = "__Host-bartizan";
/// Over plain HTTP, on one machine.
const PLAIN: &str = "bartizan";

/// The digest of the session's secret that a request carries.
pub(crate) fn secret(app: &App, headers: &HeaderMap) -> Option<String> {
    let wanted = name(app);
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut found = cookies.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, secret) = found.find(|(name, _)| *name == wanted)?;
    (secret.len() == 64).then(|| token::digest(secret))
}

/// Begins a session; the cookie that carries it.
pub(crate) async fn begin(app: &App, person: PersonId, name: &str) -> Result<HeaderValue, Error> {
    let random = || {
        let mut bytes = [0; 32];
        app.around.fill(&mut bytes);
        token::secret(bytes)
    };
    let secret = random();
    let now = app.now();
    let session = Session { person, csrf: random(), expires: now + LONGEST };
    let by = Action { actor: name, now };
    app.store.add_session(&by, &token::digest(&secret), &session).await?;
    Ok(cookie(app, &secret, LONGEST / 1_000_000))
}

/// The cookie that ends one.
pub(crate) fn ended(app: &App) -> HeaderValue {
    cookie(app, "", 0)
}

/// The one name that counts on this node: another host's cookie of the other name is none.
fn name(app: &App) -> &'static str {
    let https = app.config.public_url.as_ref().is_some_and(|url| url.starts_with("https://"));
    if https { SECURE } else { PLAIN }
}

fn cookie(app: &App, secret: &str, seconds: i64) -> HeaderValue {
    let name = name(app);
    let secure = if name == SECURE { "; Secure" } else { "" };
    let text = format!("{name}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    // Hexadecimal digits and these words are a header.
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Whether a request that changes something was sent by one of our own pages (Fetch Metadata; Origin for older browsers).
pub(crate) fn same_origin(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    match (text("origin"), text("host")) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, rest)| rest == host),
        // No browser that sends cookies sends neither.
        (None, _) => true,
        _ => false,
    }
}

/// Whether two secrets are the same, in a time that tells nothing of where they differ.
pub(crate) fn equal(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}
