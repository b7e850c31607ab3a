//! What the broker adds to a call: streams straight to a model's endpoint and streams through a node, one after the other, both here.
//!
//!   rustc -O --edition 2021 scripts/broker-load.rs -o broker-load
//!   broker-load model ADDRESS                                      the endpoint: every token has the time at which it left
//!   broker-load load MODEL NODE CREDENTIAL KEY STREAMS ROUNDS      prints one line of JSON, times in milliseconds
//!
//! scripts/broker-load.py makes the node and the window. Standard library only.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Tokens of a stream, and the time between two.
const TOKENS: usize = 20;
const BETWEEN: Duration = Duration::from_millis(25);

fn micros() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros())
}

fn head(reader: &mut impl BufRead) -> Option<(String, usize)> {
    let (mut first, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            return Some((first, length));
        }
        if first.is_empty() {
            first = line.to_owned();
        }
        if let Some((name, value)) = line.split_once(':') {
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().unwrap_or(0);
            }
        }
    }
}

/// One connection of the endpoint; it is kept for the next call.
fn serve(stream: TcpStream) {
    let _ = stream.set_nodelay(true);
    let Ok(mut out) = stream.try_clone() else { return };
    let mut reader = BufReader::new(stream);
    while let Some((_, length)) = head(&mut reader) {
        let arrived = micros();
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        let start = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
        if out.write_all(start.as_bytes()).is_err() {
            return;
        }
        for at in 0..TOKENS {
            let said = if at == 0 { format!("arrived {arrived} ") } else { String::new() };
            let piece = format!(
                "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{said}sent {} \"}}}}]}}\n\n",
                micros()
            );
            if write!(out, "{:x}\r\n{piece}\r\n", piece.len()).is_err() {
                return;
            }
            thread::sleep(BETWEEN);
        }
        let usage = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":20,\"total_tokens\":25}}\n\ndata: [DONE]\n\n";
        if write!(out, "{:x}\r\n{usage}\r\n0\r\n\r\n", usage.len()).is_err() {
            return;
        }
    }
}

fn number(text: &str, word: &str) -> Option<u128> {
    let rest = &text[text.find(word)? + word.len()..];
    rest.split(' ').next()?.parse().ok()
}

/// One stream: how long the call took to arrive, and how long each token took to come.
fn call(place: &str, path: &str, key: &str, model: &str) -> Option<(u128, Vec<u128>)> {
    let stream = TcpStream::connect(place).ok()?;
    let _ = stream.set_nodelay(true);
    let mut out = stream.try_clone().ok()?;
    let body = format!("{{\"model\":\"{model}\",\"stream\":true,\"max_tokens\":64,\"messages\":[{{\"role\":\"user\",\"content\":\"go\"}}]}}");
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let began = micros();
    out.write_all(request.as_bytes()).ok()?;
    let mut reader = BufReader::new(stream);
    let (status, _) = head(&mut reader)?;
    if !status.contains("200") {
        eprintln!("{status}");
        return None;
    }
    let (mut arrived, mut tokens) = (None, Vec::new());
    let mut line = String::new();
    while { line.clear(); reader.read_line(&mut line).ok()? > 0 } {
        let now = micros();
        if let Some(sent) = number(&line, "sent ") {
            tokens.push(now.saturating_sub(sent));
        }
        if arrived.is_none() {
            arrived = number(&line, "arrived ").map(|at| at.saturating_sub(began));
        }
        if line.contains("[DONE]") {
            break;
        }
    }
    (tokens.len() == TOKENS).then_some((arrived?, tokens))
}

/// Streams at once, several times: times of arrival and of tokens, in order.
fn round(place: &str, path: &str, key: &str, model: &str, streams: usize, rounds: usize) -> (Vec<u128>, Vec<u128>, usize) {
    let (mut calls, mut tokens, mut failed) = (Vec::new(), Vec::new(), 0);
    for _ in 0..rounds {
        let all: Vec<_> = (0..streams)
            .map(|at| {
                let (place, path, key, model) = (place.to_owned(), path.to_owned(), key.to_owned(), model.to_owned());
                thread::spawn(move || {
                    // Calls of people do not begin in the same microsecond.
                    thread::sleep(Duration::from_micros(at as u64 * 500));
                    call(&place, &path, &key, &model)
                })
            })
            .collect();
        for one in all {
            match one.join().ok().flatten() {
                Some((call, more)) => {
                    calls.push(call);
                    tokens.extend(more);
                }
                None => failed += 1,
            }
        }
    }
    calls.sort_unstable();
    tokens.sort_unstable();
    (calls, tokens, failed)
}

fn at(sorted: &[u128], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get(((last as f64) * share).round() as usize).map_or(0.0, |value| *value as f64 / 1000.0)
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["model", address] => {
            let listener = TcpListener::bind(address).expect("an address that is free");
            for stream in listener.incoming().flatten() {
                thread::spawn(move || serve(stream));
            }
        }
        ["load", model, node, credential, key, streams, rounds] => {
            let (streams, rounds) = (streams.parse().expect("a number"), rounds.parse().expect("a number"));
            // Connections and code are warm before anything counts.
            round(node, "/broker/v1/chat/completions", credential, "falcon-7", 5, 1);
            let direct = round(model, "/v1/chat/completions", key, "internal-falcon", streams, rounds);
            let through = round(node, "/broker/v1/chat/completions", credential, "falcon-7", streams, rounds);
            let line = |(calls, tokens, failed): &(Vec<u128>, Vec<u128>, usize)| {
                format!(
                    "{{\"calls\": {}, \"failed\": {failed}, \"call_p50\": {:.3}, \"call_p99\": {:.3}, \"token_p50\": {:.3}, \"token_p99\": {:.3}}}",
                    calls.len(), at(calls, 0.5), at(calls, 0.99), at(tokens, 0.5), at(tokens, 0.99)
                )
            };
            let more = |share: f64| at(&through.0, share) - at(&direct.0, share);
            let each = |share: f64| at(&through.1, share) - at(&direct.1, share);
            println!(
                "{{\"streams\": {streams}, \"direct\": {}, \"through\": {}, \"added\": {{\"call_p50\": {:.3}, \"call_p99\": {:.3}, \"token_p50\": {:.3}, \"token_p99\": {:.3}}}}}",
                line(&direct), line(&through), more(0.5), more(0.99), each(0.5), each(0.99)
            );
        }
        _ => {
            eprintln!("broker-load model ADDRESS | broker-load load MODEL NODE CREDENTIAL KEY STREAMS ROUNDS");
            std::process::exit(2);
        }
    }
}
