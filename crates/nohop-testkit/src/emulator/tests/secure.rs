use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Version};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::client::{chat, contents};
use crate::{Emulator, Fault};

async fn connect(emulator: &Emulator, name: &str, protocols: &[&str]) -> TlsStream<TcpStream> {
    let certificate = CertificateDer::from_pem_slice(emulator.certificate_pem().as_bytes());
    let mut roots = RootCertStore::empty();
    roots.add(certificate.unwrap()).unwrap();
    let provider = Arc::new(ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    let socket = TcpStream::connect(emulator.address()).await.unwrap();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, socket).await.unwrap()
}

fn request() -> Request<Full<Bytes>> {
    Request::post("https://localhost/v1/chat/completions")
        .header("authorization", "Bearer sk-1")
        .header("host", "localhost")
        .body(Full::from(chat(true).to_string()))
        .unwrap()
}

#[tokio::test]
async fn the_client_chooses_the_version_by_alpn() {
    let emulator = Emulator::openai().says("a").tls().http2(4).start().await.unwrap();
    assert!(emulator.url().starts_with("https://127.0.0.1:"));

    let stream = connect(&emulator, "127.0.0.1", &["h2", "http/1.1"]).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let io = TokioIo::new(stream);
    let (mut client, connection) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
    tokio::spawn(connection);
    let answer = client.send_request(request()).await.unwrap();
    assert_eq!(answer.version(), Version::HTTP_2);
    assert_eq!(contents(&answer.into_body().collect().await.unwrap().to_bytes()), 1);

    let stream = connect(&emulator, "localhost", &["http/1.1"]).await;
    let (mut client, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let answer = client.send_request(request()).await.unwrap();
    assert_eq!(answer.version(), Version::HTTP_11);
    assert_eq!(contents(&answer.into_body().collect().await.unwrap().to_bytes()), 1);
}

#[tokio::test]
async fn without_http2_only_http1_is_offered() {
    let emulator = Emulator::openai().says("a").tls().start().await.unwrap();

    let stream = connect(&emulator, "127.0.0.1", &["h2", "http/1.1"]).await;

    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
}

#[tokio::test]
async fn faults_reach_through_tls() {
    let fault = Fault::ResetAfter { events: 1 };
    let emulator = Emulator::openai().says("a b").fault(fault).tls().start().await.unwrap();
    let stream = connect(&emulator, "127.0.0.1", &["http/1.1"]).await;
    let (mut client, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);

    let answer = client.send_request(request()).await.unwrap();

    assert!(answer.into_body().collect().await.is_err());
}
