//! TLS ended by the node itself, with client certificates where it is given who may issue them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

/// Files of TLS.
#[derive(Clone, Debug, Default)]
pub struct Tls {
    /// The node's certificate, and those between it and a root: PEM.
    pub certificate: PathBuf,
    /// Its private key: PEM.
    pub key: PathBuf,
    /// Who issues certificates of clients: PEM. With it clients may show one, and what they show has to be good.
    pub client_ca: Option<PathBuf>,
    /// Certificates of clients that their issuer has revoked: PEM, from the same issuers.
    pub client_crl: Option<PathBuf>,
}

/// Why TLS cannot be.
#[derive(Debug, thiserror::Error)]
#[error("{}: {what}", .path.display())]
pub struct Wrong {
    path: PathBuf,
    what: String,
}

impl Wrong {
    fn new(path: &Path, what: impl ToString) -> Self {
        Self { path: path.to_owned(), what: what.to_string() }
    }
}

impl Tls {
    /// What takes connections.
    pub(crate) fn acceptor(&self) -> Result<TlsAcceptor, Wrong> {
        let chain = certificates(&self.certificate)?;
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(|e| Wrong::new(&self.key, e))?;
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|e| Wrong::new(&self.certificate, e))?;
        let builder = match &self.client_ca {
            None => builder.with_no_client_auth(),
            Some(path) => {
                let mut roots = RootCertStore::empty();
                for certificate in certificates(path)? {
                    roots.add(certificate).map_err(|e| Wrong::new(path, e))?;
                }
                // Most people sign in otherwise: none has to be shown.
                let mut verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                    .allow_unauthenticated();
                if let Some(path) = &self.client_crl {
                    let lists = CertificateRevocationListDer::pem_file_iter(path)
                        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
                        .map_err(|e| Wrong::new(path, e))?;
                    verifier = verifier.with_crls(lists).allow_unknown_revocation_status();
                }
                builder.with_client_cert_verifier(verifier.build().map_err(|e| Wrong::new(path, e))?)
            }
        };
        let mut config =
            builder.with_single_cert(chain, key).map_err(|e| Wrong::new(&self.certificate, e))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        if self.client_ca.is_some() {
            // A resumed session would go on with a certificate that has ended, or was revoked, since.
            config.session_storage = Arc::new(NoServerSessionStorage {});
            config.send_tls13_tickets = 0;
        }
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Wrong> {
    let all = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let all = all.map_err(|e| Wrong::new(path, e))?;
    if all.is_empty() {
        return Err(Wrong::new(path, "no certificate in it"));
    }
    Ok(all)
}

/// SHA-256 of a certificate's DER form, in hexadecimal: what a binding names it by.
pub fn fingerprint(der: &[u8]) -> String {
    Sha256::digest(der).iter().map(|b| format!("{b:02x}")).collect()
}

/// The fingerprint of the first certificate of a PEM text.
pub fn fingerprint_of_pem(pem: &[u8]) -> Option<String> {
    CertificateDer::from_pem_slice(pem).ok().map(|der: CertificateDer<'_>| fingerprint(der.as_ref()))
}
