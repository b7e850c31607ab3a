//! Signing in at an OpenID provider: authorization code with PKCE, state and nonce (OpenID Connect Core 1.0, section 3.1; RFC 7636), done
//! by `openidconnect` over our own HTTP.

use std::time::Duration;

use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreJwsSigningAlgorithm, CoreUserInfoClaims};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse, IssuerUrl, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, ProviderMetadataWithLogout, RedirectUrl,
    Scope, TokenResponse as _,
};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use crate::app::App;
use crate::auth::session;

/// Where a provider sends browsers back to.
pub(crate) const BACK: &str = "/sign-in/provider/back";
/// How long what a provider says of itself is believed before a visit begins, microseconds. What it signs is checked with what it says then.
const BELIEVED: i64 = 5 * 60 * 1_000_000;
/// How long one request to a provider may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The largest answer of a provider, in bytes.
const LARGEST: u64 = 1 << 20;

/// An OpenID provider.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Its issuer, exactly as it calls itself.
    pub issuer: String,
    /// What it calls this node.
    pub client_id: String,
    /// The secret between the two; `None` for a public client.
    pub client_secret: Option<String>,
    /// What people know it as.
    pub label: String,
    /// Whether somebody it does not know yet is bound at their first sign-in to the person whose name is their e-mail address, if the
    /// provider says that it verified it. Otherwise an administrator binds.
    pub link_by_email: bool,
    /// Whether it asks for a second factor itself: then none is asked for here.
    pub second_factor: bool,
}

impl Provider {
    /// Whether an issuer is one that can be talked to: HTTPS, or this machine.
    pub fn is_issuer(text: &str) -> bool {
        url::Url::parse(text).is_ok_and(|url| Self::allowed(&url))
    }

    /// Whether an address may be talked to: HTTPS, or this machine.
    fn allowed(address: &url::Url) -> bool {
        let local = match address.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            None => return false,
        };
        address.scheme() == "https" || (address.scheme() == "http" && local)
    }
}

/// What a provider says of itself, for a while.
#[derive(Default)]
pub struct Known(Mutex<Option<(i64, ProviderMetadataWithLogout)>>);

/// What is kept of a visit until the browser comes back.
#[derive(Serialize, Deserialize)]
pub(crate) struct Visit {
    nonce: String,
    verifier: String,
    /// Digest of the cookie of the browser that went.
    pub(crate) browser: String,
    pub(crate) next: String,
}

/// Whom a provider named.
pub(crate) struct Somebody {
    pub(crate) subject: String,
    /// Only if the provider says that it verified it.
    pub(crate) email: Option<String>,
}

/// Why nobody came of a visit. What it was is in the log; people are told in general.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failed {
    #[error("the provider cannot be reached: {0}")]
    Unreachable(String),
    #[error("what the provider sent is not valid: {0}")]
    Invalid(String),
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Http(String);

/// One request. No redirect is followed, and nothing but HTTPS is spoken to other machines.
async fn send(request: HttpRequest) -> Result<HttpResponse, Http> {
    let url = url::Url::parse(&request.uri().to_string()).map_err(|e| Http(e.to_string()))?;
    if !Provider::allowed(&url) {
        return Err(Http(format!("{} is not https", url.origin().ascii_serialization())));
    }
    let done = tokio::task::spawn_blocking(move || {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .proxy(None)
            .build()
            .new_agent();
        let (parts, body) = request.into_parts();
        let answered = if body.is_empty() {
            agent.run(axum::http::Request::from_parts(parts, ()))
        } else {
            agent.run(axum::http::Request::from_parts(parts, body))
        };
        let response = answered.map_err(|e| Http(e.to_string()))?;
        let (parts, body) = response.into_parts();
        let bytes = body.into_with_config().limit(LARGEST).read_to_vec().map_err(|e| Http(e.to_string()))?;
        Ok(HttpResponse::from_parts(parts, bytes))
    });
    done.await.map_err(|e| Http(e.to_string()))?
}

/// An error and what caused it, on one line.
fn told(e: &dyn std::error::Error) -> String {
    let mut text = e.to_string();
    let mut next = e.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

/// What the provider says of itself (OpenID Connect Discovery 1.0): its issuer has to be the one that is configured.
async fn discovered(provider: &Provider) -> Result<ProviderMetadataWithLogout, Failed> {
    let issuer = IssuerUrl::new(provider.issuer.clone()).map_err(|e| Failed::Invalid(e.to_string()))?;
    let found = ProviderMetadataWithLogout::discover_async(issuer, &send).await;
    found.map_err(|e| Failed::Unreachable(told(&e)))
}

async fn known(app: &App, provider: &Provider) -> Result<ProviderMetadataWithLogout, Failed> {
    let mut kept = app.provider.0.lock().await;
    if let Some((since, metadata)) = &*kept
        && app.now().abs_diff(*since) < BELIEVED.unsigned_abs()
    {
        return Ok(metadata.clone());
    }
    let metadata = discovered(provider).await?;
    *kept = Some((app.now(), metadata.clone()));
    Ok(metadata)
}

fn back(app: &App) -> Result<RedirectUrl, Failed> {
    let base = app.config.public_url.clone().unwrap_or_default();
    RedirectUrl::new(format!("{base}{BACK}")).map_err(|e| Failed::Invalid(e.to_string()))
}

/// Begins a visit: the provider's page, the state that comes back, and what is kept under it.
pub(crate) async fn begin(
    app: &App,
    provider: &Provider,
    browser: String,
    next: &str,
) -> Result<(url::Url, String, Visit), Failed> {
    let metadata = known(app, provider).await?;
    let id = ClientId::new(provider.client_id.clone());
    let client = CoreClient::from_provider_metadata(metadata, id, None).set_redirect_uri(back(app)?);
    let (state, nonce, verifier) = (session::random(app), session::random(app), session::random(app));
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.clone()));
    let (given_state, given_nonce) = (state.clone(), nonce.clone());
    let mut request = client.authorize_url(
        CoreAuthenticationFlow::AuthorizationCode,
        move || CsrfToken::new(given_state),
        move || Nonce::new(given_nonce),
    );
    if provider.link_by_email {
        request = request.add_scope(Scope::new("email".into()));
    }
    let (url, _, _) = request.set_pkce_challenge(challenge).url();
    if !Provider::allowed(&url) {
        return Err(Failed::Invalid("its page is not https".into()));
    }
    Ok((url, state, Visit { nonce, verifier, browser, next: next.to_owned() }))
}

/// Ends a visit: whom the provider names, after everything it says was checked (Core, section 3.1.3.7).
pub(crate) async fn end(
    app: &App,
    provider: &Provider,
    visit: Visit,
    code: String,
) -> Result<Somebody, Failed> {
    let metadata = discovered(provider).await?;
    let id = ClientId::new(provider.client_id.clone());
    let secret = provider.client_secret.clone().map(ClientSecret::new);
    let client = CoreClient::from_provider_metadata(metadata, id, secret).set_redirect_uri(back(app)?);
    let invalid = |e: &dyn std::error::Error| Failed::Invalid(told(e));
    let answer = client
        .exchange_code(AuthorizationCode::new(code))
        .map_err(|e| invalid(&e))?
        .set_pkce_verifier(PkceCodeVerifier::new(visit.verifier))
        .request_async(&send)
        .await
        .map_err(|e| invalid(&e))?;
    let token = answer.id_token().ok_or_else(|| Failed::Invalid("no ID token".into()))?;
    let now = app.now();
    // By keys that the provider publishes, never by the shared secret or by none.
    let verifier = client
        .id_token_verifier()
        .set_allowed_algs([
            CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
            CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
            CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
            CoreJwsSigningAlgorithm::RsaSsaPssSha256,
            CoreJwsSigningAlgorithm::RsaSsaPssSha384,
            CoreJwsSigningAlgorithm::RsaSsaPssSha512,
            CoreJwsSigningAlgorithm::EcdsaP256Sha256,
            CoreJwsSigningAlgorithm::EcdsaP384Sha384,
            CoreJwsSigningAlgorithm::EdDsa,
        ])
        .set_time_fn(move || chrono::DateTime::from_timestamp_micros(now).unwrap_or_default());
    let claims = token.claims(&verifier, &Nonce::new(visit.nonce)).map_err(|e| invalid(&e))?;
    let subject = claims.subject().as_str().to_owned();
    let verified = |email: Option<String>, sure: Option<bool>| email.filter(|_| sure == Some(true));
    let mut email = verified(claims.email().map(|e| e.to_string()), claims.email_verified());
    if provider.link_by_email && email.is_none() {
        // Many providers tell it only there (Core, section 5.3); the subject has to be the same.
        let asked = client.user_info(answer.access_token().clone(), Some(claims.subject().clone()));
        if let Ok(request) = asked {
            let told: CoreUserInfoClaims = request.request_async(&send).await.map_err(|e| invalid(&e))?;
            email = verified(told.email().map(|e| e.to_string()), told.email_verified());
        }
    }
    Ok(Somebody { subject, email })
}

/// Where one signs out at the provider, if it says so (RP-Initiated Logout 1.0).
pub(crate) async fn farewell(app: &App, provider: &Provider) -> Option<url::Url> {
    let metadata = known(app, provider).await.ok()?;
    let end = metadata.additional_metadata().end_session_endpoint.clone()?;
    let mut url = end.url().clone();
    let home = format!("{}/sign-in", app.config.public_url.clone().unwrap_or_default());
    url.query_pairs_mut()
        .append_pair("client_id", &provider.client_id)
        .append_pair("post_logout_redirect_uri", &home);
    Provider::allowed(&url).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_https_is_spoken_to_other_machines() {
        let allowed = |text: &str| Provider::allowed(&url::Url::parse(text).expect("an address"));
        for good in ["https://id.example/", "http://localhost:1/", "http://127.0.0.1/", "http://[::1]:9/"] {
            assert!(allowed(good), "{good}");
        }
        for bad in
            ["http://id.example/", "http://localhost.example/", "ftp://localhost/", "file:///etc/passwd"]
        {
            assert!(!allowed(bad), "{bad}");
        }
    }
}
