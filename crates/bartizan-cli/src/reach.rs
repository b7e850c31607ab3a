//! What the limits and credentials of requests mean.

use std::path::Path;
use std::time::Duration;

use bartizan_fetch::taxii::{Credentials, Patience, Taxii};
use bartizan_fetch::{Network, Rules};

use crate::args_exchange::{CredentialArgs, ReachArgs};
use crate::exit::{Exit, Failure};

/// The password of `--user`.
const PASSWORD: &str = "BARTIZAN_TAXII_PASSWORD";

/// The rules of requests.
pub fn rules(args: &ReachArgs) -> Result<Rules, Failure> {
    let allowed = args.allow_net.iter().map(|text| {
        text.parse::<Network>()
            .map_err(|e| Failure::new(Exit::Usage, "usage.network", format!("--allow-net {text}: {e}")))
    });
    Ok(Rules {
        allowed: allowed.collect::<Result<_, _>>()?,
        bytes: args.max_size << 20,
        timeout: Duration::from_secs(args.timeout),
        ..Rules::default()
    })
}

/// A client of a TAXII server.
pub fn taxii(credentials: &CredentialArgs, reach: &ReachArgs) -> Result<Taxii, Failure> {
    let secret = |variable: &str, needed_for: &str| {
        let secret = std::env::var(variable).ok().filter(|s| !s.is_empty());
        secret.ok_or_else(|| {
            let message = format!(
                "{needed_for} needs its secret in the environment's {variable}, which is empty or no text"
            );
            Failure::new(Exit::Config, "config.credentials", message)
        })
    };
    let credentials = match (&credentials.user, &credentials.token_env) {
        (Some(user), _) => {
            Some(Credentials::Basic { user: user.clone(), password: secret(PASSWORD, "--user")? })
        }
        (None, Some(variable)) => {
            let token = secret(variable, "--token-env")?;
            if !token.bytes().all(|b| b.is_ascii_graphic()) {
                let message = format!("{variable} holds characters that no token has");
                return Err(Failure::new(Exit::Config, "config.credentials", message));
            }
            Some(Credentials::Bearer(token))
        }
        (None, None) => None,
    };
    Ok(Taxii::new(rules(reach)?, credentials, Patience::default()))
}

/// Whether a path means standard output.
pub fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Writes a file whole or not at all.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |e: std::io::Error| {
        Failure::new(Exit::CannotCreate, "output.unwritable", format!("cannot write {}: {e}", path.display()))
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}.part", std::process::id()));
    std::fs::write(&beside, bytes).and_then(|()| std::fs::rename(&beside, path)).map_err(|e| {
        // The half-written file is of no use to anybody.
        let _ = std::fs::remove_file(&beside);
        failed(e)
    })
}

/// Makes a folder for results.
pub fn make_folder(path: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(path).map_err(|e| {
        Failure::new(Exit::CannotCreate, "output.unwritable", format!("cannot make {}: {e}", path.display()))
    })
}
