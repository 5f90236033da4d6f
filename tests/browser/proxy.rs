//! Sends every host to the demo server: browsers are told to use it for `https:`, so that the
//! presets' own addresses reach what stands in for their hosts.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;

/// A proxy for `CONNECT`, as RFC 9110 (9.3.6) has it, but with a mind of its own about hosts.
pub struct Proxy {
    port: u16,
}

impl Proxy {
    /// Runs as long as the tests do.
    pub fn start(tls_port: u16) -> Self {
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

/// Either end may go away at any time, which ends the tunnel.
fn tunnel(mut client: TcpStream, tls_port: u16) -> io::Result<()> {
    let mut request = BufReader::new(client.try_clone()?);
    let mut first = String::new();
    request.read_line(&mut first)?;
    let mut header = String::new();
    while request.read_line(&mut header)? > 2 {
        header.clear();
    }
    // Browsers call home, too.
    if !["picsum.photos", "images.unsplash.com"].iter().any(|host| first.contains(host)) {
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
