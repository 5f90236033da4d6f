//! A plain client for HTTP/1.1 and one for HTTP/2, and the server that they talk to.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use h2::client::SendRequest;
use origin::{Options, Server};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Longer than any answer takes; a test that meets it has failed.
const PATIENCE: Duration = Duration::from_secs(180);

pub fn server() -> Server {
    Server::start(Options::default()).unwrap()
}

/// An answer taken apart.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(present, _)| present == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// One request on a connection of its own, answered with a Content-Length or a close.
pub fn get(address: SocketAddr, target: &str) -> Response {
    Connection::open(address).get(target)
}

/// Everything that comes back for one request, and how it ended.
pub fn raw(address: SocketAddr, target: &str) -> (Vec<u8>, Option<ErrorKind>) {
    let mut connection = Connection::open(address);
    connection.send_with("GET", target, "connection: close\r\n");
    connection.end()
}

/// A keep-alive connection.
pub struct Connection {
    socket: TcpStream,
    input: Vec<u8>,
}

impl Connection {
    pub fn open(address: SocketAddr) -> Self {
        let socket = TcpStream::connect(address).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        socket.set_nodelay(true).unwrap();
        Self { socket, input: Vec::new() }
    }

    pub fn send(&mut self, target: &str) {
        self.send_with("GET", target, "");
    }

    pub fn send_with(&mut self, method: &str, target: &str, headers: &str) {
        self.write(format!("{method} {target} HTTP/1.1\r\nhost: test\r\n{headers}\r\n").as_bytes());
    }

    /// A request for another host.
    pub fn send_to(&mut self, host: &str, target: &str) {
        self.write(format!("GET {target} HTTP/1.1\r\nhost: {host}\r\n\r\n").as_bytes());
    }

    pub fn write(&mut self, bytes: &[u8]) {
        self.socket.write_all(bytes).unwrap();
    }

    /// The rest of what comes, and the error that ends it, if one does.
    pub fn end(mut self) -> (Vec<u8>, Option<ErrorKind>) {
        let end = self.socket.read_to_end(&mut self.input);
        (self.input, end.err().map(|error| error.kind()))
    }

    pub fn get(&mut self, target: &str) -> Response {
        self.send(target);
        self.receive()
    }

    pub fn receive(&mut self) -> Response {
        let (status, headers) = self.head();
        let mut response = Response { status, headers, body: Vec::new() };
        match response.header("content-length").map(|length| length.parse().unwrap()) {
            _ if matches!(status, 204 | 304) => {}
            Some(length) => {
                self.fill(length);
                response.body = self.input.drain(..length).collect();
            }
            None => {
                self.socket.read_to_end(&mut self.input).unwrap();
                response.body = std::mem::take(&mut self.input);
            }
        }
        response
    }

    /// The status line and header fields.
    pub fn head(&mut self) -> (u16, Vec<(String, String)>) {
        let end = loop {
            match self.input.windows(4).position(|window| window == b"\r\n\r\n") {
                Some(at) => break at,
                None => self.fill(self.input.len() + 1),
            }
        };
        let head: Vec<u8> = self.input.drain(..end + 4).collect();
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_owned(), value.to_owned())
        });
        (status, headers.collect())
    }

    /// Exactly so many bytes of the body.
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        self.fill(length);
        self.input.drain(..length).collect()
    }

    fn fill(&mut self, length: usize) {
        let mut buffer = [0; 64 * 1024];
        while self.input.len() < length {
            let read = self.socket.read(&mut buffer).unwrap();
            assert!(read > 0, "closed after {} of {length} bytes", self.input.len());
            self.input.extend_from_slice(&buffer[..read]);
        }
    }
}

/// Runs a test of HTTP/2 to its end.
pub fn block_on<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(PATIENCE, test).await.unwrap() })
}

/// A connection whose streams can be asked for.
pub async fn connect_h2(server: &Server) -> SendRequest<Bytes> {
    let mut roots = RootCertStore::empty();
    roots.add(server.certificate().to_vec().into()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let socket = tokio::net::TcpStream::connect(server.addresses().tls).await.unwrap();
    let name = ServerName::try_from("picsum.photos").unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, socket).await.unwrap();
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Asks for a target on a stream of its own.
pub async fn ask_h2(
    client: &SendRequest<Bytes>,
    target: &str,
) -> Result<http::Response<h2::RecvStream>, h2::Error> {
    let request = http::Request::get(format!("https://picsum.photos{target}")).body(()).unwrap();
    let (response, _) = client.clone().ready().await?.send_request(request, true)?;
    response.await
}

/// Reads a body to its end.
pub async fn read_h2(response: http::Response<h2::RecvStream>) -> Result<Vec<u8>, h2::Error> {
    let mut stream = response.into_body();
    let mut body = Vec::new();
    while let Some(piece) = stream.data().await {
        let piece = piece?;
        stream.flow_control().release_capacity(piece.len())?;
        body.extend_from_slice(&piece);
    }
    Ok(body)
}
