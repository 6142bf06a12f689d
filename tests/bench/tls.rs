//! A TLS endpoint in front of the platform's AWS, to measure what a handshake adds to a start.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::Response;
use axum::serve::Listener;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::server::TlsStream;

/// An endpoint of AWS behind TLS.
pub(crate) struct Endpoint {
    pub(crate) url: String,
    /// The certificate to trust, in PEM.
    pub(crate) certificate: String,
}

/// Starts a server with a certificate of its own that forwards each request to `aws`.
pub(crate) async fn in_front_of(aws: &str) -> Endpoint {
    let own = rcgen::generate_simple_self_signed([String::from("127.0.0.1")]).expect("a certificate");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(own.signing_key.serialize_der()));
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![own.cert.der().clone()], key);
    let tcp = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let url = format!("https://{}", tcp.local_addr().expect("an address"));
    let listener = Tls { tcp, acceptor: TlsAcceptor::from(Arc::new(config.expect("a key of this certificate"))) };
    let router = Router::new().fallback(forward).with_state((reqwest::Client::new(), aws.to_owned()));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Endpoint { url, certificate: own.cert.pem() }
}

async fn forward(State((client, aws)): State<(reqwest::Client, String)>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a whole request");
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut headers = parts.headers;
    // The platform answers only requests to its own host name and port.
    headers.remove(header::HOST);
    let request = client.request(parts.method, format!("{aws}{path}")).headers(headers).body(body);
    let answer = request.send().await.expect("an answer of the platform");
    let mut response = Response::builder().status(answer.status());
    *response.headers_mut().expect("a valid status") = answer.headers().clone();
    response.body(Body::from(answer.bytes().await.expect("a whole answer"))).expect("a response")
}

/// Accepts TLS connections.
struct Tls {
    tcp: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let Ok((stream, peer)) = self.tcp.accept().await else { continue };
            // Otherwise the client's delayed acknowledgement adds 40 ms to the handshake.
            let _ = stream.set_nodelay(true);
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, peer);
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.tcp.local_addr()
    }
}
