//! Second factors: codes by time (RFC 6238) and recovery codes.

use bartizan_clearinghouse::access::PersonId;
use bartizan_clearinghouse::token;
use bartizan_store::{Action, Directory, Error, Factors};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use totp_rs::{Builder, Totp};

use crate::app::App;
use crate::seal::SealFault;

/// How many recovery codes there are.
const CODES: usize = 10;
/// Their letters: nothing that looks like something else (Crockford's base 32).
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Bytes of a secret: what RFC 4226 recommends.
const SECRET: usize = 20;

/// Whether a person's password alone lets nobody in: they have a second factor, or the node wants one of them.
pub(crate) fn wanted(app: &App, directory: &Directory, person: PersonId) -> bool {
    directory.people.get(&person).is_none_or(|p| p.second_factor || needed(app, p.member.roles))
}

/// Whether the node wants a second factor of somebody with these roles.
pub(crate) fn needed(app: &App, roles: bartizan_clearinghouse::access::Roles) -> bool {
    roles.iter().any(|role| app.config.second_factor.has(role))
}

/// A new secret for codes, and as it is kept: sealed, so that who reads the database makes no codes.
pub(crate) fn secret(app: &App, person: PersonId) -> Result<(Vec<u8>, Vec<u8>), SealFault> {
    let mut secret = vec![0; SECRET];
    app.around.fill(&mut secret);
    let sealed = app.seal.seal(&*app.around, &thing(person), &STANDARD_NO_PAD.encode(&secret));
    let sealed = sealed.inspect_err(|e| tracing::error!(error = %e, "a second factor cannot be sealed"))?;
    Ok((secret, sealed.into_bytes()))
}

/// The secret that was kept; none if the node's key is another now, which its log tells.
pub(crate) fn opened(app: &App, person: PersonId, kept: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(kept).map_err(|_| SealFault::Other);
    let text = text.and_then(|text| app.seal.open(&*app.around, &thing(person), text));
    let text = text.inspect_err(|e| tracing::error!(error = %e, "a second factor cannot be opened")).ok()?;
    STANDARD_NO_PAD.decode(text).ok()
}

/// What a secret is sealed for.
fn thing(person: PersonId) -> String {
    format!("second-factor/{}", person.0)
}

fn totp(secret: &[u8], issuer: &str, name: &str) -> Option<Totp> {
    // Colons separate the two.
    let plain = |text: &str| text.replace(':', " ");
    let builder = Builder::new().with_secret(secret.to_vec()).with_account_name(plain(name));
    builder.with_issuer(Some(plain(issuer))).build().ok()
}

/// What an app is told: the secret as letters, and the address that a picture carries.
pub(crate) fn told(app: &App, secret: &[u8], name: &str) -> Option<(String, String)> {
    let totp = totp(secret, &app.config.title, name)?;
    Some((totp.secret().to_base32(), totp.to_url().ok()?))
}

/// The step whose code this is, now or one step before or after (RFC 6238, section 5.2).
pub(crate) fn step(secret: &[u8], code: &str, now: i64) -> Option<i64> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let seconds = u64::try_from(now / 1_000_000).ok()?;
    i64::try_from(totp(secret, "", "a")?.check(&code, seconds)?).ok()
}

/// New recovery codes: as they are shown once, and as they are kept.
pub(crate) fn recovery(app: &App, person: PersonId) -> (Vec<String>, Vec<String>) {
    let mut codes = Vec::with_capacity(CODES);
    for _ in 0..CODES {
        let mut random = [0; 16];
        app.around.fill(&mut random);
        let mut code = String::new();
        for (at, byte) in random.iter().enumerate() {
            if at > 0 && at % 4 == 0 {
                code.push('-');
            }
            code.push(char::from(LETTERS[usize::from(byte % 32)]));
        }
        codes.push(code);
    }
    let kept = codes.iter().map(|code| digest(person, code)).collect();
    (codes, kept)
}

/// As a recovery code is kept: 80 bits of randomness, so a plain digest tells nothing.
fn digest(person: PersonId, code: &str) -> String {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.to_ascii_lowercase();
    token::digest(&format!("recovery:{}:{plain}", person.0))
}

/// What was shown for a second factor, if it was right; it is used up with that.
pub(crate) async fn shown(
    app: &App,
    by: &Action<'_>,
    person: PersonId,
    factors: &Factors,
    code: &str,
) -> Result<Option<&'static str>, Error> {
    if code.len() > 64 {
        return Ok(None);
    }
    // Without the key it was sealed under, the recovery codes are left.
    if let Some((kept, true)) = &factors.codes
        && let Some(secret) = opened(app, person, kept)
        && let Some(step) = step(&secret, code, by.now)
    {
        return Ok(app.store.take_step(person, step).await?.then_some("code"));
    }
    if !factors.set_up() {
        return Ok(None);
    }
    let taken = app.store.take_recovery(by, person, &digest(person, code)).await?;
    Ok(taken.then_some("recovery code"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_rfc() {
        // RFC 6238, appendix B, SHA-1, the last six of eight digits; the secret is that of its reference program.
        let secret = b"12345678901234567890";
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(step(secret, code, seconds * 1_000_000), Some(seconds / 30), "{code}");
            assert_eq!(step(secret, code, (seconds + 30) * 1_000_000), Some(seconds / 30), "{code}, late");
            assert_eq!(step(secret, code, (seconds + 90) * 1_000_000), None, "{code}, too late");
        }
        assert_eq!(step(secret, "28 7082", 59_000_000), Some(1), "as apps group them");
        for wrong in ["", "28708", "2870822", "287083", "２８７０８２", "-87082", "28708a"] {
            assert_eq!(step(secret, wrong, 59_000_000), None, "{wrong}");
        }
    }
}
