//! A link that can be cut: in front of each node a door that passes bytes on, or loses a request, or an answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What a door does with the next connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Passes them on.
    None,
    /// The request never arrives.
    Request,
    /// The request arrives, its answer never does.
    Answer,
}

/// A door in front of a node.
#[derive(Clone)]
pub struct Door {
    pub address: SocketAddr,
    cut: Arc<AtomicUsize>,
}

impl Door {
    pub async fn to(node: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a listener");
        let door = Self { address: listener.local_addr().expect("an address"), cut: Arc::default() };
        let cut = Arc::clone(&door.cut);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, node, cut.load(Ordering::SeqCst)));
            }
        });
        door
    }

    pub fn cut(&self, cut: Cut) {
        self.cut.store(cut as usize, Ordering::SeqCst);
    }
}

async fn pass(mut client: TcpStream, node: SocketAddr, cut: usize) {
    if cut == Cut::Request as usize {
        return;
    }
    let Ok(mut server) = TcpStream::connect(node).await else { return };
    if cut == Cut::None as usize {
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
        return;
    }
    // The handshake and the request go through; of what the node says after the request nothing comes back. A handshake of TLS 1.3
    // has two messages of the client, the request is the third.
    let (mut from_client, mut to_client) = client.split();
    let (mut from_server, mut to_server) = server.split();
    let (mut up, mut down) = (vec![0; 64 << 10], vec![0; 64 << 10]);
    let mut asked = 0usize;
    loop {
        tokio::select! {
            read = from_client.read(&mut up) => match read {
                Ok(count) if count > 0 => {
                    asked += 1;
                    if to_server.write_all(&up[..count]).await.is_err() { return; }
                }
                _ => return,
            },
            read = from_server.read(&mut down) => match read {
                Ok(count) if count > 0 => {
                    // Long after the node has kept it.
                    if asked > 1 { return; }
                    if to_client.write_all(&down[..count]).await.is_err() { return; }
                }
                _ => return,
            },
        }
    }
}

/// An issuer of certificates.
pub struct Authority {
    params: CertificateParams,
    key: KeyPair,
    pub pem: String,
}

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("names");
        params.distinguished_name.push(rcgen::DnType::CommonName, "Coordinators");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("a key");
        let pem = params.self_signed(&key).expect("signed").pem();
        Self { params, key, pem }
    }

    /// A certificate for both ends of a connection, and its key, in PEM.
    pub fn leaf(&self) -> (String, String) {
        let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("a name");
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2096, 1, 1);
        let key = KeyPair::generate().expect("a key");
        let issuer = Issuer::from_params(&self.params, &self.key);
        (params.signed_by(&key, &issuer).expect("signed").pem(), key.serialize_pem())
    }
}
