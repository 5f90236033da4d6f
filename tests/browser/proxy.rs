//! A proxy for `https:` that sends the presets' hosts to the demo server, so that tests can use the
//! presets' own addresses.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;

/// A proxy for `CONNECT` (RFC 9110, 9.3.6) that connects to one server whatever the host.
pub struct Proxy {
    port: u16,
}

impl Proxy {
    /// Starts it for a server such as `https://localhost:4781`, until the tests end.
    pub fn start(server: &str) -> Self {
        let tls_port = server.rsplit(':').next().unwrap().parse().unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                thread::spawn(move || tunnel(client, tls_port));
            }
        });
        Self { port }
    }

    pub fn authority(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}

/// Either end may close at any time, which ends the tunnel.
fn tunnel(mut client: TcpStream, tls_port: u16) -> io::Result<()> {
    let mut request = BufReader::new(client.try_clone()?);
    let mut first = String::new();
    request.read_line(&mut first)?;
    let mut header = String::new();
    while request.read_line(&mut header)? > 2 {
        header.clear();
    }
    // Browsers contact their vendors' hosts, too.
    if !["picsum.photos", "images.unsplash.com", ".example"].iter().any(|host| first.contains(host)) {
        return client.write_all(b"HTTP/1.1 502 Not Here\r\ncontent-length: 0\r\n\r\n");
    }
    let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, tls_port))?;
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
    let (from_server, to_client) = (server.try_clone()?, client.try_clone()?);
    thread::spawn(move || copy(from_server, to_client));
    server.write_all(request.buffer())?;
    copy(client, server)
}

fn copy(mut from: TcpStream, mut to: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1 << 16];
    loop {
        let length = from.read(&mut buffer)?;
        if length == 0 {
            return to.shutdown(std::net::Shutdown::Write);
        }
        to.write_all(&buffer[..length])?;
    }
}
