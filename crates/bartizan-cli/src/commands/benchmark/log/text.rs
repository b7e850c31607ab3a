//! A log for people.

use serde_json::Value;

use crate::terminal::plain;

/// What is told of a log, for people. Names and words of a log are somebody's: nothing of them steers the terminal.
pub fn text(log: &Value) -> String {
    let word = |value: &Value| plain(value.as_str().unwrap_or(""));
    let number = |value: &Value| value.as_f64().map_or("–".to_owned(), |value| format!("{value:.4}"));
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut text = format!(
        "{}\n  {} on {}, {}, {} samples\n",
        word(&log["log"]),
        word(&log["task"]),
        word(&log["model"]),
        word(&log["status"]),
        log["samples"]
    );
    if let Some(message) = log["error"].as_str() {
        text += &format!("  the run failed: {}\n", plain(message));
    }
    for one in list(&log["scores"]) {
        text += &format!(
            "  {}: {} ({} to {}, {})\n",
            word(&one["scorer"]),
            number(&one["estimate"]),
            number(&one["lower"]),
            number(&one["upper"]),
            word(&one["method"])
        );
        if one["decision"].is_object() {
            let decision = &one["decision"];
            text += &format!("    threshold {}: {}", decision["threshold"], word(&decision["is"]));
            if let Some(needed) = decision["samples_needed"].as_u64() {
                text += &format!(", about {needed} samples would decide it");
            }
            text += "\n";
        }
        if one["difference"].is_object() {
            let found = &one["difference"];
            text += &format!(
                "    against the other log: {} ({} to {}) over {} samples, {}\n",
                number(&found["estimate"]),
                number(&found["lower"]),
                number(&found["upper"]),
                found["samples"],
                word(&found["is"])
            );
        }
    }
    for one in list(&log["metrics"]).iter().filter(|one| one["verdict"] != "equal") {
        text += &format!(
            "  {} {}: {} in the log, {} recomputed: {}\n",
            word(&one["scorer"]),
            word(&one["metric"]),
            number(&one["stored"]),
            number(&one["computed"]),
            word(&one["verdict"])
        );
    }
    for one in list(&log["anomalies"]) {
        let sample =
            one["sample"].as_str().map(|sample| format!(" in sample {}", plain(sample))).unwrap_or_default();
        text += &format!("  {}{sample}: {}\n", word(&one["code"]), word(&one["seen"]));
    }
    for one in list(&log["diagnostics"]) {
        text += &format!("  {}\n", word(&one));
    }
    text
}
