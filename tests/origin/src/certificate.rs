//! The certificate of the TLS port, made at start and trusted by nobody who was not told its hash.

use std::sync::Arc;
use std::time::SystemTime;

use rcgen::{CertificateParams, DnType, KeyPair, PublicKeyData};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

use crate::date::{day_of, unix_seconds};

/// The names it is good for: this machine's, and the hosts of the presets, which tests map to it.
const NAMES: [&str; 6] =
    ["localhost", "127.0.0.1", "*.localhost", "picsum.photos", "fastly.picsum.photos", "images.unsplash.com"];

/// Valid for longer than any run, and for less than the 825 days that Apple's clients allow.
const VALID_DAYS: u64 = 90;

/// A certificate with its key.
pub struct Certificate {
    der: CertificateDer<'static>,
    key: PrivatePkcs8KeyDer<'static>,
    spki: String,
}

/// What can go wrong while making one.
pub type CertificateError = Box<dyn std::error::Error + Send + Sync>;

impl Certificate {
    /// Makes a new key and a certificate for it.
    pub fn generate() -> Result<Self, CertificateError> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(NAMES.map(String::from))?;
        params.distinguished_name.push(DnType::CommonName, "fetchzip demo image server");
        let now = unix_seconds(SystemTime::now());
        let date = |seconds| {
            let day = day_of(seconds);
            rcgen::date_time_ymd(day.year, day.month, day.day)
        };
        params.not_before = date(now.saturating_sub(86_400));
        params.not_after = date(now + VALID_DAYS * 86_400);
        let certificate = params.self_signed(&key)?;
        let hash = ring::digest::digest(&ring::digest::SHA256, &key.subject_public_key_info());
        Ok(Self {
            der: certificate.der().clone(),
            key: PrivatePkcs8KeyDer::from(key.serialize_der()),
            spki: base64(hash.as_ref()),
        })
    }

    /// The hash of its public key, as Chromium's `--ignore-certificate-errors-spki-list` takes it.
    pub fn spki(&self) -> &str {
        &self.spki
    }

    /// The certificate in DER, for clients that are to trust it.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// What accepts TLS connections with it, HTTP/2 preferred.
    pub fn acceptor(&self) -> Result<TlsAcceptor, CertificateError> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![self.der.clone()], self.key.clone_key().into())?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Arc::new(config).into())
    }
}

/// Base64 with padding (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let mut padded = [0; 3];
        padded[..group.len()].copy_from_slice(group);
        let bits = u32::from_be_bytes([0, padded[0], padded[1], padded[2]]);
        for digit in 0..4 {
            let value = bits >> (18 - 6 * digit) & 63;
            text.push(if digit <= group.len() { char::from(DIGITS[value as usize]) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        for (bytes, text) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }
}
