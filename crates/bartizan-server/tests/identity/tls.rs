//! TLS ended by the node, and programs that sign in by a certificate.

use std::path::Path;

use bartizan_clearinghouse::access::{Scope, Scopes};
use bartizan_server::{Tls, fingerprint};
use bartizan_store::NewCertificate;
use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};

use super::harness::{NOW, Served, by, served};

/// An issuer of certificates.
struct Authority {
    params: CertificateParams,
    key: KeyPair,
    pem: String,
}

/// A certificate and its key.
struct Leaf {
    der: Vec<u8>,
    pem: String,
    key: String,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("names");
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("a key");
        let pem = params.self_signed(&key).expect("signed").pem();
        Self { params, key, pem }
    }

    fn leaf(&self, name: &str, usage: ExtendedKeyUsagePurpose, last_year: i32) -> Leaf {
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        params.extended_key_usages = vec![usage];
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(last_year, 1, 1);
        let key = KeyPair::generate().expect("a key");
        let issuer = Issuer::from_params(&self.params, &self.key);
        let certificate = params.signed_by(&key, &issuer).expect("signed");
        Leaf { der: certificate.der().to_vec(), pem: certificate.pem(), key: key.serialize_pem() }
    }

    fn client(&self, last_year: i32) -> Leaf {
        self.leaf("siem.example", ExtendedKeyUsagePurpose::ClientAuth, last_year)
    }
}

/// What a client that shows a certificate is answered: the status, or that there was no connection.
fn ask(node: &Served, root: &Authority, leaf: Option<&Leaf>, path: &str) -> Result<(u16, String), String> {
    let roots = vec![Certificate::from_pem(root.pem.as_bytes()).expect("a certificate")];
    let mut tls = TlsConfig::builder().root_certs(RootCerts::new_with_certs(&roots));
    if let Some(leaf) = leaf {
        let chain = vec![Certificate::from_pem(leaf.pem.as_bytes()).expect("a certificate")];
        let key = PrivateKey::from_pem(leaf.key.as_bytes()).expect("a key");
        tls = tls.client_cert(Some(ClientCert::new_with_certs(&chain, key)));
    }
    let agent = ureq::Agent::config_builder()
        .tls_config(tls.build())
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .build()
        .new_agent();
    let request = agent
        .get(format!("https://localhost:{}{path}", node.address.port()))
        .header("accept", "application/taxii+json;version=2.1, application/json");
    let mut answer = request.call().map_err(|e| e.to_string())?;
    let body = answer.body_mut().read_to_string().map_err(|e| e.to_string())?;
    Ok((answer.status().as_u16(), body))
}

fn written(folder: &Path, name: &str, text: &str) -> std::path::PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("written");
    path
}

#[test]
fn a_certificate_signs_a_program_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let (own, partners, strangers) =
        (Authority::new("Own"), Authority::new("Partners"), Authority::new("Strangers"));
    let server = own.leaf("localhost", ExtendedKeyUsagePurpose::ServerAuth, 2096);
    let (bound, unbound, expired) = (partners.client(2096), partners.client(2096), partners.client(2021));
    let (stranger, revoked) = (strangers.client(2096), partners.client(2096));
    let wrong_use = partners.leaf("siem.example", ExtendedKeyUsagePurpose::ServerAuth, 2096);
    let tls = Tls {
        certificate: written(folder.path(), "node.pem", &server.pem),
        key: written(folder.path(), "node.key", &server.key),
        client_ca: Some(written(folder.path(), "partners.pem", &partners.pem)),
        client_crl: None,
    };
    served(
        |config| config.tls = Some(tls.clone()),
        |node| {
            let bind = |leaf: &Leaf, expires: Option<i64>| {
                let fingerprint = fingerprint(&leaf.der);
                let new = NewCertificate {
                    person: node.ada,
                    label: "SIEM",
                    fingerprint: &fingerprint,
                    scopes: Scopes::of(&[Scope::Read]),
                    expires,
                };
                node.block(node.store.add_certificate(&by(), &new))
            };
            bind(&bound, None).expect("bound");
            bind(&expired, None).expect("bound");
            bind(&stranger, None).expect("bound");
            bind(&wrong_use, None).expect("bound");
            let gone = bind(&revoked, None).expect("bound");
            assert!(bind(&bound, None).expect_err("twice").is_conflict());

            let collections = "/taxii2/root/collections/";
            let (status, body) = ask(node, &own, Some(&bound), collections).expect("connected");
            assert_eq!(status, 200, "{body}");
            let (status, body) = ask(node, &own, Some(&bound), "/api/v1/me").expect("connected");
            assert_eq!(status, 200, "{body}");
            assert!(body.contains(r#""way":"certificate""#) && body.contains(r#""name":"ada""#), "{body}");
            assert!(body.contains(r#""scopes":["read"]"#), "its own scopes: {body}");

            // Good for the connection, but nobody's; and none at all.
            assert_eq!(ask(node, &own, Some(&unbound), collections).expect("connected").0, 401);
            assert_eq!(ask(node, &own, None, collections).expect("connected").0, 401);
            assert_eq!(ask(node, &own, None, "/sign-in").expect("connected").0, 200, "people need none");

            // What its issuer, its time or its use make worthless makes no connection, bound or not.
            for (leaf, why) in
                [(&stranger, "unknown issuer"), (&expired, "expired"), (&wrong_use, "another use")]
            {
                assert!(ask(node, &own, Some(leaf), collections).is_err(), "{why}");
            }
            // And nobody believes a node whose certificate another issuer signed.
            assert!(ask(node, &partners, Some(&bound), collections).is_err());

            assert_eq!(ask(node, &own, Some(&revoked), collections).expect("connected").0, 200);
            assert!(node.block(node.store.revoke_certificate(&by(), gone)).expect("revoked"));
            assert_eq!(ask(node, &own, Some(&revoked), collections).expect("connected").0, 401);
            let again = bind(&revoked, Some(NOW + 1_000_000)).expect("bound anew");
            assert!(again > gone);
            assert_eq!(ask(node, &own, Some(&revoked), collections).expect("connected").0, 200);
            node.later(2);
            assert_eq!(
                ask(node, &own, Some(&revoked), collections).expect("connected").0,
                401,
                "the binding's end"
            );

            node.block(node.store.close_person(&by(), node.ada, true)).expect("closed");
            assert_eq!(ask(node, &own, Some(&bound), collections).expect("connected").0, 401);
        },
    );
}

#[test]
fn an_issuer_s_list_of_revoked_certificates_counts() {
    let folder = tempfile::tempdir().expect("a folder");
    let (own, partners) = (Authority::new("Own"), Authority::new("Partners"));
    let server = own.leaf("localhost", ExtendedKeyUsagePurpose::ServerAuth, 2096);
    let good = partners.client(2096);
    let mut params = CertificateParams::new(vec!["bad.example".to_owned()]).expect("a name");
    params.serial_number = Some(rcgen::SerialNumber::from(4711_u64));
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let key = KeyPair::generate().expect("a key");
    let issuer = Issuer::from_params(&partners.params, &partners.key);
    let certificate = params.signed_by(&key, &issuer).expect("signed");
    let bad = Leaf { der: certificate.der().to_vec(), pem: certificate.pem(), key: key.serialize_pem() };
    let list = rcgen::CertificateRevocationListParams {
        this_update: date_time_ymd(2025, 1, 1),
        next_update: date_time_ymd(2096, 1, 1),
        crl_number: rcgen::SerialNumber::from(1_u64),
        issuing_distribution_point: None,
        revoked_certs: vec![rcgen::RevokedCertParams {
            serial_number: rcgen::SerialNumber::from(4711_u64),
            revocation_time: date_time_ymd(2025, 1, 1),
            reason_code: None,
            invalidity_date: None,
        }],
        key_identifier_method: rcgen::KeyIdMethod::Sha256,
    };
    let list = list.signed_by(&issuer).expect("signed").pem().expect("PEM");
    let tls = Tls {
        certificate: written(folder.path(), "node.pem", &server.pem),
        key: written(folder.path(), "node.key", &server.key),
        client_ca: Some(written(folder.path(), "partners.pem", &partners.pem)),
        client_crl: Some(written(folder.path(), "revoked.pem", &list)),
    };
    served(
        |config| config.tls = Some(tls.clone()),
        |node| {
            assert_eq!(ask(node, &own, Some(&good), "/sign-in").expect("connected").0, 200);
            assert!(ask(node, &own, Some(&bad), "/sign-in").is_err());
        },
    );
}
