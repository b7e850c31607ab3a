//! The node's figures, in Prometheus' text format (version 0.0.4).

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;

use crate::app::App;

/// Upper bounds of the histogram of durations, microseconds.
const BOUNDS: [i64; 11] =
    [5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000];

#[derive(Clone, Copy, Default)]
struct Durations {
    /// Not cumulative; the last is of those beyond every bound.
    counts: [u64; BOUNDS.len() + 1],
    /// Microseconds.
    sum: i64,
}

/// What is counted since the process began.
#[derive(Default)]
pub struct Metrics {
    /// By method, route and status.
    requests: Mutex<BTreeMap<(&'static str, String, u16), u64>>,
    /// By route.
    durations: Mutex<BTreeMap<String, Durations>>,
    /// By what was wrong.
    refused: Mutex<BTreeMap<&'static str, u64>>,
    /// By what the limit is of.
    limited: Mutex<BTreeMap<&'static str, u64>>,
    under_way: AtomicI64,
}

fn add<K: Ord>(counts: &Mutex<BTreeMap<K, u64>>, key: K) {
    let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
    let count = counts.entry(key).or_default();
    *count = count.saturating_add(1);
}

impl Metrics {
    /// A sign-in was refused.
    pub(crate) fn refused(&self, what: &'static str) {
        add(&self.refused, what);
    }

    /// A request was beyond a limit.
    pub(crate) fn limited(&self, what: &'static str) {
        add(&self.limited, what);
    }

    fn done(&self, method: &Method, route: &str, status: u16, micros: i64) {
        // Anybody can send any method; names that are counted are few.
        let method = match method.as_str() {
            "GET" => "GET",
            "POST" => "POST",
            "PUT" => "PUT",
            "PATCH" => "PATCH",
            "DELETE" => "DELETE",
            "HEAD" => "HEAD",
            _ => "other",
        };
        add(&self.requests, (method, route.to_owned(), status));
        let mut durations = self.durations.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = durations.entry(route.to_owned()).or_default();
        let place = BOUNDS.iter().position(|bound| micros <= *bound).unwrap_or(BOUNDS.len());
        entry.counts[place] += 1;
        entry.sum = entry.sum.saturating_add(micros);
    }

    /// Everything, as text.
    pub(crate) fn text(&self) -> String {
        let mut page = Page::default();
        page.family("requests_total", "counter", "Requests answered, by method, route and status.");
        for ((method, route, status), n) in &*lock(&self.requests) {
            let status = status.to_string();
            page.line("requests_total", &[("method", method), ("route", route), ("status", &status)], n);
        }
        page.family("request_duration_seconds", "histogram", "How long answering took, by route.");
        for (route, durations) in &*lock(&self.durations) {
            let mut sum = 0;
            for (place, count) in durations.counts.iter().enumerate() {
                sum += count;
                let bound = BOUNDS.get(place).map_or("+Inf".to_owned(), |b| seconds(*b));
                let labels = [("route", &**route), ("le", &bound)];
                page.line("request_duration_seconds_bucket", &labels, &sum);
            }
            page.line("request_duration_seconds_sum", &[("route", route)], &seconds(durations.sum));
            page.line("request_duration_seconds_count", &[("route", route)], &sum);
        }
        page.family("requests_under_way", "gauge", "Requests being answered now.");
        page.line("requests_under_way", &[], &self.under_way.load(Ordering::Relaxed));
        page.family("sign_ins_refused_total", "counter", "Sign-ins refused, by what was wrong.");
        for (what, n) in &*lock(&self.refused) {
            page.line("sign_ins_refused_total", &[("wrong", what)], n);
        }
        page.family("requests_limited_total", "counter", "Requests beyond a limit, by what it is of.");
        for (what, n) in &*lock(&self.limited) {
            page.line("requests_limited_total", &[("limit", what)], n);
        }
        page.0
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn seconds(micros: i64) -> String {
    let text = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A text of figures that is being written.
#[derive(Default)]
pub(crate) struct Page(pub(crate) String);

impl Page {
    /// Begins a family of figures.
    pub(crate) fn family(&mut self, name: &str, kind: &str, help: &str) {
        // Writing into a string cannot fail.
        let _ = write!(self.0, "# HELP bartizan_{name} {help}\n# TYPE bartizan_{name} {kind}\n");
    }

    /// One figure of it.
    pub(crate) fn line(&mut self, name: &str, labels: &[(&str, &str)], value: &impl ToString) {
        let escaped = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let labels: Vec<String> = labels.iter().map(|(n, v)| format!("{n}=\"{}\"", escaped(v))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.0, "bartizan_{name}{labels} {}", value.to_string());
    }
}

/// What an organisation does there is nobody else's business, not even how often: whoever runs the node reads the figures.
fn unseen(route: &str) -> bool {
    let route = route.strip_prefix(crate::api::ROOT).unwrap_or(route);
    let below = |root: &str| {
        route.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.']))
    };
    below("/inventories") || below("/due")
}

/// Counts requests by the route that answers them, never by the address asked for: those are without number.
pub(crate) async fn counted(State(app): State<App>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route =
        request.extensions().get::<MatchedPath>().map_or("none".to_owned(), |p| p.as_str().to_owned());
    if unseen(&route) {
        return next.run(request).await;
    }
    let from = app.now();
    app.metrics.under_way.fetch_add(1, Ordering::Relaxed);
    // Given back also when the client goes away in the middle.
    let _under_way = UnderWay(&app.metrics);
    let response = next.run(request).await;
    app.metrics.done(&method, &route, response.status().as_u16(), app.now().saturating_sub(from).max(0));
    response
}

struct UnderWay<'a>(&'a Metrics);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_what_prometheus_reads() {
        let metrics = Metrics::default();
        metrics.done(&Method::GET, "/reports/{id}", 200, 7_000);
        metrics.done(&Method::GET, "/reports/{id}", 404, 20_000_000);
        metrics.done(&Method::from_bytes(b"BREW").expect("a method"), "a\"b\\", 405, 0);
        metrics.refused("password");
        let text = metrics.text();
        for line in [
            "# TYPE bartizan_requests_total counter",
            "bartizan_requests_total{method=\"GET\",route=\"/reports/{id}\",status=\"404\"} 1",
            "bartizan_requests_total{method=\"other\",route=\"a\\\"b\\\\\",status=\"405\"} 1",
            "bartizan_request_duration_seconds_bucket{route=\"/reports/{id}\",le=\"0.005\"} 0",
            "bartizan_request_duration_seconds_bucket{route=\"/reports/{id}\",le=\"0.01\"} 1",
            "bartizan_request_duration_seconds_bucket{route=\"/reports/{id}\",le=\"10\"} 1",
            "bartizan_request_duration_seconds_bucket{route=\"/reports/{id}\",le=\"+Inf\"} 2",
            "bartizan_request_duration_seconds_sum{route=\"/reports/{id}\"} 20.007",
            "bartizan_request_duration_seconds_count{route=\"/reports/{id}\"} 2",
            "bartizan_sign_ins_refused_total{wrong=\"password\"} 1",
        ] {
            assert!(text.lines().any(|l| l == line), "{line} in {text}");
        }
    }
}
