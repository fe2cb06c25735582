//! How the far side shows who it is.

use std::env;
use std::fs;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

use super::settings::{Roots, Settings, Versions};

/// The configuration that all clients of a transport share, and their sessions with it.
pub(super) fn config(settings: &Settings) -> Result<ClientConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let trusted = trusted(settings)?;
    let mut config = match settings.roots {
        Roots::Bundled => {
            let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
            roots.add_parsable_certificates(trusted);
            builder.with_root_certificates(roots).with_no_client_auth()
        }
        Roots::System => {
            let verifier = Verifier::new_with_extra_roots(trusted, provider)
                .map_err(|error| format!("the machine's certificates can not be read: {error}"))?;
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(verifier))
                .with_no_client_auth()
        }
    };
    config.alpn_protocols = match settings.versions {
        Versions::Offered => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
        Versions::One => vec![b"http/1.1".to_vec()],
        Versions::Two => vec![b"h2".to_vec()],
    };
    Ok(config)
}

/// The configuration for clients that never speak TLS: it believes nobody, and costs nothing.
pub(super) fn none() -> Result<ClientConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

/// The certificates that are trusted besides.
fn trusted(settings: &Settings) -> Result<Vec<CertificateDer<'static>>, String> {
    let mut texts = settings.trusted.clone();
    if let Some(path) = env::var_os("SSL_CERT_FILE").filter(|path| !path.is_empty()) {
        let text = fs::read(&path);
        texts.push(text.map_err(|error| format!("SSL_CERT_FILE can not be read: {error}"))?);
    }
    let mut certificates = Vec::new();
    for text in texts {
        for certificate in CertificateDer::pem_slice_iter(&text) {
            let none = |error| format!("a certificate to trust is none: {error}");
            certificates.push(certificate.map_err(none)?);
        }
    }
    Ok(certificates)
}
