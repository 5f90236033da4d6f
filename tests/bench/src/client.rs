//! A plain HTTP/1.1 client, about as cheap as one can be: what it measures is the server.

use std::io::{self, Read, Write};
use std::net::TcpStream;

/// Bytes of a body in one read.
const READ: usize = 256 * 1024;

/// Longer heads are not sent by the demo server.
const LONGEST_HEAD: usize = 16 * 1024;

/// A connection that carries one request after the other.
#[derive(Debug)]
pub struct Connection {
    socket: TcpStream,
    authority: String,
    buffer: Vec<u8>,
}

impl Connection {
    /// To a server such as `127.0.0.1:4780`.
    pub fn open(authority: &str) -> io::Result<Self> {
        let socket = TcpStream::connect(authority)?;
        socket.set_nodelay(true)?;
        Ok(Self { socket, authority: authority.to_owned(), buffer: vec![0; READ] })
    }

    /// Fetches a path, shows the pieces of its body to `look`, and gives its length.
    pub fn get(&mut self, path: &str, mut look: impl FnMut(&[u8])) -> io::Result<u64> {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", self.authority);
        self.socket.write_all(request.as_bytes())?;
        let mut filled = 0;
        let (head, length) = loop {
            let read = self.socket.read(&mut self.buffer[filled..LONGEST_HEAD.max(filled)])?;
            filled += read;
            if read == 0 {
                return Err(refused(path, "the answer has no whole head"));
            }
            if let Some(head) = head_of(path, &self.buffer[..filled])? {
                break head;
            }
        };
        look(&self.buffer[head..filled]);
        let mut left = length.saturating_sub((filled - head) as u64);
        while left > 0 {
            let most = READ.min(usize::try_from(left).unwrap_or(READ));
            let read = self.socket.read(&mut self.buffer[..most])?;
            if read == 0 {
                return Err(refused(path, "the body is cut short"));
            }
            look(&self.buffer[..read]);
            left -= read as u64;
        }
        Ok(length)
    }
}

/// Where the body begins, and its length, once the head is whole.
fn head_of(path: &str, bytes: &[u8]) -> io::Result<Option<(usize, u64)>> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    match response.parse(bytes) {
        Ok(httparse::Status::Partial) => Ok(None),
        Ok(httparse::Status::Complete(head)) if response.code == Some(200) => {
            let mut fields = response.headers.iter();
            let length = fields.find(|field| field.name.eq_ignore_ascii_case("content-length"));
            let length = length.and_then(|field| std::str::from_utf8(field.value).ok()?.trim().parse().ok());
            length.map(|length| Some((head, length))).ok_or_else(|| refused(path, "it says no length"))
        }
        Ok(httparse::Status::Complete(_)) => {
            Err(refused(path, &format!("status {}", response.code.unwrap_or(0))))
        }
        Err(error) => Err(refused(path, &error.to_string())),
    }
}

fn refused(path: &str, why: &str) -> io::Error {
    io::Error::other(format!("{path}: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_when_it_is_whole() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
        assert_eq!(head_of("/", &answer[..20]).unwrap(), None);
        assert_eq!(head_of("/", answer).unwrap(), Some((answer.len() - 3, 3)));
    }

    #[test]
    fn what_is_no_whole_answer_is_an_error_that_names_the_path() {
        for head in ["HTTP/1.1 404 Not Found\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", "garbage\r\n\r\n"] {
            let error = head_of("/lake.jpg", head.as_bytes()).unwrap_err();
            assert!(error.to_string().starts_with("/lake.jpg: "), "{error}");
        }
    }
}
