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

/// What half a sign-in is kept as, over HTTPS and over plain HTTP.
const HALF: [&str; 2] = ["__Host-bartizan-half", "bartizan-half"];
/// How long half a sign-in waits for its other half, microseconds.
pub(crate) const HALF_LASTS: i64 = 10 * 60 * 1_000_000;

/// The digest of the session's secret that a request carries.
pub(crate) fn secret(app: &App, headers: &HeaderMap) -> Option<String> {
    carried(headers, name(app))
}

/// The digest of the secret of half a sign-in that a request carries. It opens nothing but the page that asks for the other half.
pub(crate) fn half(app: &App, headers: &HeaderMap) -> Option<String> {
    carried(headers, half_name(app))
}

fn carried(headers: &HeaderMap, wanted: &str) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut found = cookies.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, secret) = found.find(|(name, _)| *name == wanted)?;
    (secret.len() == 64).then(|| token::digest(secret))
}

/// Begins a session that was come to in this way; the cookie that carries it. `None` if the half it ends is no longer open.
pub(crate) async fn begin(
    app: &App,
    (person, name): (PersonId, &str),
    way: &str,
    half: Option<&str>,
) -> Result<Option<HeaderValue>, Error> {
    let (secret, now) = (random(app), app.now());
    let session = Session { person, csrf: random(app), expires: now + LONGEST };
    let by = Action { actor: name, now };
    let detail = serde_json::json!({ "way": way }).to_string();
    let begun = app.store.begin_session(&by, &token::digest(&secret), &session, half, &detail).await?;
    Ok(begun.then(|| cookie(app, self::name(app), &secret, LONGEST / 1_000_000)))
}

/// A random secret of 64 hexadecimal digits.
pub(crate) fn random(app: &App) -> String {
    let mut bytes = [0; 32];
    app.around.fill(&mut bytes);
    token::secret(bytes)
}

/// The cookie that ends a session.
pub(crate) fn ended(app: &App) -> HeaderValue {
    cookie(app, name(app), "", 0)
}

/// The cookie of half a sign-in.
pub(crate) fn half_cookie(app: &App, secret: &str) -> HeaderValue {
    cookie(app, half_name(app), secret, HALF_LASTS / 1_000_000)
}

/// The cookie that ends half a sign-in.
pub(crate) fn half_ended(app: &App) -> HeaderValue {
    cookie(app, half_name(app), "", 0)
}

fn half_name(app: &App) -> &'static str {
    if name(app) == SECURE { HALF[0] } else { HALF[1] }
}

/// The one name that counts on this node: another host's cookie of the other name is none.
fn name(app: &App) -> &'static str {
    if app.config.https() { SECURE } else { PLAIN }
}

fn cookie(app: &App, name: &str, secret: &str, seconds: i64) -> HeaderValue {
    let secure = if self::name(app) == SECURE { "; Secure" } else { "" };
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
