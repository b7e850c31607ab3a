//! How many requests one may send: by address, and by person, token or certificate.

use std::num::NonZeroU32;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::DefaultClock;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use super::peer::peer;
use crate::app::App;

/// So many seconds' worth may come at once.
const BURST: u32 = 10;
/// An address may send more than one person: there are offices behind one.
const PEOPLE: u32 = 4;
/// How many are counted at once. When there is no room to count, nobody new gets through: it fails closed.
const COUNTED: usize = 100_000;

type Limiter = RateLimiter<String, HashMapStateStore<String>, DefaultClock>;

/// The limits of a node; none, if it was told so.
pub struct Limits {
    callers: Option<Limiter>,
    addresses: Option<Limiter>,
}

impl Limits {
    /// So many requests a second from one person, token or certificate; 0 is no limit.
    pub(crate) fn new(per_second: u32) -> Self {
        let limiter = |times: u32| {
            let rate = NonZeroU32::new(per_second.saturating_mul(times))?;
            let burst = NonZeroU32::new(rate.get().saturating_mul(BURST))?;
            Some(RateLimiter::hashmap(Quota::per_second(rate).allow_burst(burst)))
        };
        Self { callers: limiter(1), addresses: limiter(PEOPLE) }
    }

    /// Whether one more request of a caller is within the limit.
    pub(crate) fn caller(&self, key: &str) -> bool {
        within(self.callers.as_ref(), key)
    }

    fn address(&self, key: &str) -> bool {
        within(self.addresses.as_ref(), key)
    }
}

fn within(limiter: Option<&Limiter>, key: &str) -> bool {
    let Some(limiter) = limiter else { return true };
    if limiter.len() >= COUNTED {
        limiter.retain_recent();
        if limiter.len() >= COUNTED {
            return false;
        }
    }
    limiter.check_key(&key.to_owned()).is_ok()
}

/// Counts requests by address, before anything else is done for them.
pub(crate) async fn by_address(State(app): State<App>, request: Request, next: Next) -> Response {
    let probe = matches!(request.uri().path(), "/health/live" | "/health/ready");
    if probe || app.limits.address(&peer().counted()) {
        return next.run(request).await;
    }
    app.metrics.limited("address");
    too_many()
}

/// The answer to who sends too many.
pub(crate) fn too_many() -> Response {
    let text = "Too many requests. Try again in a few seconds.\n";
    let mut response = (StatusCode::TOO_MANY_REQUESTS, text).into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_caller_s_limit_is_nobody_else_s() {
        let limits = Limits::new(1);
        let through = (0..100).filter(|_| limits.caller("ada")).count();
        assert!((10..=11).contains(&through), "{through}");
        assert!(limits.caller("ben"));
        let through = (0..100).filter(|_| limits.address("192.0.2.1")).count();
        assert!((40..=42).contains(&through), "{through}");
        let none = Limits::new(0);
        assert!((0..1000).all(|_| none.caller("ada") && none.address("192.0.2.1")));
    }
}
