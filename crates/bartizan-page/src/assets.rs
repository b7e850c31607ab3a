//! The embedded interface (built from `ui/`, see `docs/report-page.md`) and the policy that admits nothing else.

use sha2::{Digest, Sha256};

/// Style sheet.
pub(crate) const CSS: &str = include_str!("../../../ui/dist/report.css");
/// Runs before the first paint: theme, and which tab is open.
pub(crate) const BOOT: &str = include_str!("../../../ui/dist/boot.js");
/// The islands.
pub(crate) const JS: &str = include_str!("../../../ui/dist/report.js");

/// Content Security Policy (Level 3) of the one-file form. The hashes are those of the elements' exact text; no
/// other script or style runs, nothing is loaded, nothing is sent, and no string becomes markup.
pub(crate) fn policy() -> String {
    format!(
        "default-src 'none'; script-src '{}' '{}'; style-src '{}'; img-src data: blob:; base-uri 'none'; \
         form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        hash(BOOT),
        hash(JS),
        hash(CSS)
    )
}

/// The policy of a page without scripts.
pub(crate) fn still_policy() -> String {
    format!("default-src 'none'; style-src '{}'; base-uri 'none'; form-action 'none'", hash(CSS))
}

fn hash(text: &str) -> String {
    format!("sha256-{}", base64(&Sha256::digest(text.as_bytes())))
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let word = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            let sextet = (word >> (18 - 6 * i)) & 63;
            out.push(if i <= chunk.len() { char::from(ALPHABET[sextet as usize]) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_agrees_with_rfc_4648_section_10() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn assets_can_stand_inside_their_elements() {
        for text in [BOOT, JS] {
            let lower = text.to_ascii_lowercase();
            assert!(!lower.contains("</script") && !lower.contains("<!--"), "would end or bend its element");
        }
        assert!(!CSS.to_ascii_lowercase().contains("</style"));
        // Parsers turn CR into LF before hashing.
        assert!(![CSS, BOOT, JS].iter().any(|t| t.contains('\r')));
    }
}
