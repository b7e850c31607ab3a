//! One's own second factors, and the one that has to be set up before going on.

use crate::shell::{Problem, Shell};
use crate::time::Moment;
use askama::Template;
use qrcodegen::{QrCode, QrCodeEcc};

/// `GET /account/second-factor`, and `/sign-in/enrol`. Forms post `csrf` and: `current` (or `code`) to `/account/second-factor` (begin), to
/// `…/recovery` (new recovery codes) and to `…/end` (codes by time off); `code` to `…/confirm`, or to `/sign-in/enrol`.
#[derive(Clone, Debug, Template)]
#[template(path = "second-factor.html")]
pub struct SecondFactor {
    /// What stands around the page.
    pub shell: Shell,
    /// How far it is.
    pub stage: FactorStage,
    /// Whether it has to be set up before anything else can be looked at: in the middle of signing in.
    pub enrolling: bool,
    /// Whether the node wants a second factor of this person.
    pub required: bool,
    /// Whether the present password is asked for before anything changes; otherwise a code.
    pub has_password: bool,
    /// Whether codes by time are on.
    pub by_code: bool,
    /// How many recovery codes are left.
    pub recovery_left: u32,
    /// Keys of browsers, oldest first.
    pub keys: Vec<KeyLine>,
    /// Whether keys can be added: the node has an address that browsers make keys for.
    pub keys_offered: bool,
    /// Why a form came back.
    pub problem: Option<Problem>,
}

page!(SecondFactor, "account");

/// How far setting up is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactorStage {
    /// There is none.
    Off,
    /// A secret was made; a code of it is asked for.
    Begun {
        /// The secret as letters.
        secret: String,
        /// The address that the picture carries.
        uri: String,
    },
    /// Recovery codes, shown once.
    Codes {
        /// The codes.
        codes: Vec<String>,
        /// Where to go on, an address on this server.
        next: String,
    },
    /// The browser is asked for a new key.
    Key {
        /// What it is asked.
        form: KeyForm,
    },
    /// There is one.
    On,
}

/// What a browser is asked about a key. The form's script asks it, writes what it says into `answer` and posts that with `ceremony`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyForm {
    /// Options of the Web Authentication API, as JSON.
    pub options: String,
    /// What the question is kept under.
    pub ceremony: String,
}

/// A key of a browser.
#[derive(Clone, Debug)]
pub struct KeyLine {
    /// Id.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    pub added: Moment,
    /// When it was last used.
    pub used: Option<Moment>,
}

impl SecondFactor {
    /// The page of somebody who has none.
    pub fn new(shell: Shell) -> Self {
        Self {
            shell,
            stage: FactorStage::Off,
            enrolling: false,
            required: false,
            has_password: true,
            by_code: false,
            recovery_left: 0,
            keys: Vec::new(),
            keys_offered: false,
            problem: None,
        }
    }

    fn code_path(&self) -> &'static str {
        if self.enrolling { "/sign-in/enrol" } else { "/account/second-factor/confirm" }
    }
}

/// The secret in groups of four, to be typed.
fn grouped(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// A QR code (ISO/IEC 18004) as the side of its square, the quiet zone included, and the path of its dark modules; nothing, if the
/// text is too long for one.
fn picture(text: &str) -> Option<(i32, String)> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in 0..code.size() {
            if code.get_module(x, y) {
                path.push_str(&format!("M{} {}h1v1h-1z", x + 4, y + 4));
            }
        }
    }
    Some((code.size() + 8, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_typed_in_groups() {
        assert_eq!(grouped("JBSWY3DPEHPK3PXP"), "JBSW Y3DP EHPK 3PXP");
    }

    #[test]
    fn a_picture_has_its_finder_patterns() {
        let (side, path) = picture("otpauth://totp/a:b?secret=JBSWY3DPEHPK3PXP").expect("short enough");
        // Version 3 has 29 modules a side; the corners are dark, the separators are not.
        assert_eq!(side, 29 + 8);
        assert!(
            path.contains("M4 4h1v1h-1z") && path.contains("M32 4h1v1h-1z") && path.contains("M4 32h1v1h-1z")
        );
        assert!(!path.contains("M11 4h") && !path.contains("M4 11h"));
        assert!(picture(&"x".repeat(5000)).is_none());
    }
}
