//! Which matrices a report can be about: enterprise always, mobile, ICS and AI where their field is spoken of.

use super::phrases::Phrases;
use super::tokens::Token;
use bartizan_knowledge::Domain;

/// Words of mobile platforms.
const MOBILE: &[&str] = &[
    "android",
    "ios",
    "iphone",
    "ipad",
    "apk",
    "smartphone",
    "mobile malware",
    "mobile device",
    "mobile banking",
    "google play",
    "play store",
    "app store",
    "accessibility service",
    "mobile app",
    "jailbroken",
    "spyware app",
    "mobile user",
    "sms message",
    "sim card",
];
/// Words of industrial control.
const ICS: &[&str] = &[
    "ics",
    "scada",
    "plc",
    "hmi",
    "modbus",
    "dnp3",
    "iec 104",
    "iec 61850",
    "iec 60870",
    "opc",
    "rtu",
    "programmable logic controller",
    "industrial control",
    "operational technology",
    "ot network",
    "ot environment",
    "safety instrumented",
    "substation",
    "engineering workstation",
    "ladder logic",
    "fieldbus",
    "profinet",
    "distributed control system",
];
/// Words of machine learning systems as targets or means.
const AI: &[&str] = &[
    "llm",
    "large language model",
    "machine learning model",
    "ai model",
    "prompt",
    "chatbot",
    "copilot",
    "chatgpt",
    "training data",
    "ai agent",
    "generative ai",
    "neural network",
    "ai system",
    "inference api",
];
/// Words of the platforms of the enterprise matrix.
const ENTERPRISE: &[&str] = &[
    "windows",
    "linux",
    "macos",
    "powershell",
    "registry",
    "active directory",
    "domain controller",
    "exchange server",
    "microsoft office",
    "dll",
    "cmd.exe",
    "server",
    "workstation",
    "vpn",
    "cloud",
    "endpoint",
    "exe",
];

/// Counts the words of each field.
#[derive(Debug)]
pub struct Fields(Phrases);

/// What a document speaks of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Field {
    counts: [u32; 4],
}

impl Fields {
    /// Compiles the lists.
    #[expect(clippy::new_without_default, reason = "compiling lists is work, not a default")]
    pub fn new() -> Self {
        let mut phrases = Phrases::default();
        for (payload, list) in [ENTERPRISE, MOBILE, ICS, AI].iter().enumerate() {
            for phrase in *list {
                phrases.add(phrase, payload as u32);
            }
        }
        Self(phrases.finish())
    }

    /// Adds one sentence's words.
    pub fn count(&self, tokens: &[Token], field: &mut Field) {
        self.0.find(tokens, |m| {
            if let Some(n) = field.counts.get_mut(m.payload as usize) {
                *n += 1;
            }
        });
    }
}

/// Words of a field from which on a report is about it.
const ABOUT: u32 = 3;

impl Field {
    /// Whether techniques of the domain can be claimed without being stated by id.
    pub fn admits(&self, domain: Domain) -> bool {
        let [enterprise, mobile, ics, ai] = self.counts;
        let about_mobile = mobile >= ABOUT && mobile * 2 > enterprise;
        match domain {
            // A report on nothing but phones does not describe Windows techniques.
            Domain::Enterprise => !(about_mobile && mobile > 4 * enterprise),
            Domain::Mobile => about_mobile,
            Domain::Ics => ics >= ABOUT && ics * 4 > enterprise,
            Domain::Atlas => ai >= ABOUT && ai * 2 > enterprise,
        }
    }
}
