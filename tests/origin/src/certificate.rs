//! The certificate of the TLS port, made at start. Only clients that know its hash trust it.

use std::sync::Arc;

use anyhow::Result;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rcgen::{CertificateParams, DnType, KeyPair, PublicKeyData};
use time::{Duration, OffsetDateTime};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

/// Its names: this machine's, and the hosts of the presets, which tests map to this server.
const NAMES: [&str; 6] =
    ["localhost", "127.0.0.1", "*.localhost", "picsum.photos", "fastly.picsum.photos", "images.unsplash.com"];

/// Longer than any run, and shorter than the 825 days that Apple's clients allow.
const VALIDITY: Duration = Duration::days(90);

/// A certificate with its key.
pub struct Certificate {
    der: CertificateDer<'static>,
    key: PrivatePkcs8KeyDer<'static>,
    spki: String,
}

impl Certificate {
    /// Makes a new key and a certificate for it.
    pub fn generate() -> Result<Self> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(NAMES.map(String::from))?;
        params.distinguished_name.push(DnType::CommonName, "fetchzip demo image server");
        params.not_before = OffsetDateTime::now_utc() - Duration::DAY;
        params.not_after = params.not_before + VALIDITY;
        let certificate = params.self_signed(&key)?;
        let hash = ring::digest::digest(&ring::digest::SHA256, &key.subject_public_key_info());
        Ok(Self {
            der: certificate.der().clone(),
            key: PrivatePkcs8KeyDer::from(key.serialize_der()),
            spki: BASE64_STANDARD.encode(hash),
        })
    }

    /// The SHA-256 of its public key in Base64, for Chromium's `--ignore-certificate-errors-spki-list`.
    pub fn spki(&self) -> &str {
        &self.spki
    }

    /// The certificate in DER, for clients that shall trust it.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Accepts TLS connections with it; prefers HTTP/2.
    pub fn acceptor(&self) -> Result<TlsAcceptor> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![self.der.clone()], self.key.clone_key().into())?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Arc::new(config).into())
    }
}
