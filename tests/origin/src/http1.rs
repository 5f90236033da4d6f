//! HTTP/1.1 by hand, because libraries refuse to send the malformed answers that real servers send.

use std::io;
use std::time::Instant;

use bytes::{Buf, BytesMut};
use http::StatusCode;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;

use crate::answer::{Answer, Cut, CutAt, CutHow, Framing};
use crate::flow::{Flow, Step};
use crate::journal::{End, Exchange};
use crate::request::{Protocol, Request};
use crate::service::Service;

/// The longest request head in bytes; browsers send a few kilobytes.
const LONGEST_HEAD: usize = 64 * 1024;
const MOST_HEADERS: usize = 128;

/// The longest request body in bytes, which is read and dropped; only control requests have one.
const LONGEST_BODY: u64 = 1 << 20;

/// The most bytes that are read from a client while its answer is being sent.
const MOST_READ_AHEAD: usize = 64 * 1024;

/// Pieces of up to this many bytes are collected, so that a small answer is one packet.
const COLLECT_BELOW: usize = 16 * 1024;

/// How long a closing connection keeps reading, so that a reset does not lose its last bytes
/// (RFC 9112, 9.6).
const LINGER: std::time::Duration = std::time::Duration::from_secs(1);

/// A connection that can be ended with a TCP reset.
pub trait Socket: AsyncRead + AsyncWrite + Send + Unpin {
    /// Turns the next close into a reset.
    fn reset_on_close(&self);
}

impl Socket for TcpStream {
    fn reset_on_close(&self) {
        // It fails only for a closed socket.
        let _ = self.set_zero_linger();
    }
}

impl Socket for TlsStream<TcpStream> {
    fn reset_on_close(&self) {
        self.get_ref().0.reset_on_close();
    }
}

/// Serves one connection until it ends.
pub async fn serve<S: Socket>(socket: S, service: Service, scheme: &'static str, number: u64) {
    let connection =
        Connection { socket, input: BytesMut::new(), output: Vec::new(), service, scheme, number };
    connection.run().await;
}

struct Connection<S> {
    socket: S,
    input: BytesMut,
    output: Vec<u8>,
    service: Service,
    scheme: &'static str,
    number: u64,
}

/// The result of reading from a client.
enum Incoming {
    Request { request: Request, keep_alive: bool },
    Unreadable(Answer),
    Nothing,
}

/// Why an answer ended early.
enum Ended {
    /// The client closed or reset.
    Gone(End),
    /// The answer breaks off here.
    Cut(CutHow),
}

impl<S: Socket> Connection<S> {
    async fn run(mut self) {
        loop {
            let (request, keep_alive) = match self.read_request().await {
                Ok(Incoming::Request { request, keep_alive }) => (request, keep_alive),
                Ok(Incoming::Unreadable(answer)) => {
                    let exchange = Exchange::unrecorded();
                    let _ = self.send(&answer, false, false, &exchange).await;
                    return self.close().await;
                }
                Ok(Incoming::Nothing) | Err(_) => return,
            };
            let exchange = self.service.begin(&request);
            let (end, how) = match self.answer(&request, keep_alive, &exchange).await {
                Ok(true) => (End::Complete, None),
                Ok(false) => (End::Complete, Some(CutHow::Close)),
                Err(Ended::Gone(end)) => (end, Some(CutHow::Reset)),
                Err(Ended::Cut(how)) => (End::Fault, Some(how)),
            };
            exchange.finish(end);
            match how {
                None => {}
                Some(CutHow::Close | CutHow::Stall) => return self.close().await,
                Some(CutHow::Reset | CutHow::GoAway) => return self.socket.reset_on_close(),
            }
        }
    }

    /// Answers one request, and returns whether the connection may carry another.
    async fn answer(
        &mut self,
        request: &Request,
        keep_alive: bool,
        exchange: &Exchange,
    ) -> Result<bool, Ended> {
        let service = self.service.clone();
        let answer = self.unless_gone(service.answer(request, exchange)).await?;
        if let Some(wire) = &answer.wire {
            self.output.extend_from_slice(wire);
            self.flush(exchange, wire.len() as u64).await?;
            return Err(Ended::Cut(CutHow::Close));
        }
        exchange.answered_with(answer.status);
        self.send(&answer, request.method == "HEAD", keep_alive, exchange).await
    }

    /// Sends an answer, and returns whether the connection may carry another.
    async fn send(
        &mut self,
        answer: &Answer,
        head_only: bool,
        keep_alive: bool,
        exchange: &Exchange,
    ) -> Result<bool, Ended> {
        let keep_alive = keep_alive && matches!(answer.framing, Framing::Exact | Framing::Chunked);
        let cut = answer.cut;
        if let Some(Cut { at: CutAt::Start, how }) = cut {
            return Err(self.cut(how).await);
        }
        write_head(&mut self.output, answer, keep_alive);
        if let Some(Cut { at: CutAt::Head, how }) = cut {
            self.output.truncate(self.output.len() / 2);
            self.flush(exchange, 0).await?;
            return Err(self.cut(how).await);
        }
        if !head_only && !answer.is_bodiless() {
            self.send_body(answer, exchange).await?;
        }
        exchange.is_answered();
        self.flush(exchange, 0).await?;
        Ok(keep_alive)
    }

    async fn send_body(&mut self, answer: &Answer, exchange: &Exchange) -> Result<(), Ended> {
        let chunked = answer.framing == Framing::Chunked;
        let pace = &answer.pace;
        let collect = pace.chunk.is_none() && pace.rate.is_none() && pace.line.is_none();
        let mut flow = Flow::new(answer, Instant::now());
        let mut collected = 0;
        loop {
            match flow.next(Instant::now()) {
                Step::Send(piece) => {
                    if pace.line.is_some() {
                        // The head, before the wait.
                        self.flush(exchange, 0).await?;
                        let service = self.service.clone();
                        self.unless_gone(service.carry(answer, piece.len())).await?;
                    }
                    if chunked {
                        self.output.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
                    }
                    collected += piece.len() as u64;
                    if flow.is_over() {
                        exchange.is_answered();
                    }
                    if piece.len() <= COLLECT_BELOW {
                        self.output.extend_from_slice(&piece);
                    } else {
                        self.flush(exchange, 0).await?;
                        self.socket.write_all(&piece).await.map_err(gone)?;
                    }
                    if chunked {
                        self.output.extend_from_slice(b"\r\n");
                    }
                    if !collect || self.output.len() > COLLECT_BELOW || piece.len() > COLLECT_BELOW {
                        self.flush(exchange, std::mem::take(&mut collected)).await?;
                    }
                }
                Step::SleepUntil(due) => {
                    self.flush(exchange, std::mem::take(&mut collected)).await?;
                    self.unless_gone(tokio::time::sleep_until(due.into())).await?;
                }
                Step::WaitAtGate(key) => {
                    self.flush(exchange, std::mem::take(&mut collected)).await?;
                    let service = self.service.clone();
                    self.unless_gone(service.gates().pass(&key)).await?;
                }
                Step::Cut(how) => {
                    self.flush(exchange, collected).await?;
                    return Err(self.cut(how).await);
                }
                Step::Done => {
                    if chunked {
                        self.output.extend_from_slice(b"0\r\n\r\n");
                    }
                    return self.flush(exchange, collected).await;
                }
            }
        }
    }

    /// Breaks off. A stall lasts until the client closes.
    async fn cut(&mut self, how: CutHow) -> Ended {
        match how {
            CutHow::Stall => match self.unless_gone(std::future::pending::<()>()).await {
                Ok(()) => Ended::Cut(how),
                Err(gone) => gone,
            },
            CutHow::Reset | CutHow::GoAway | CutHow::Close => Ended::Cut(how),
        }
    }

    /// Sends the collected bytes, which end `body_bytes` bytes of the body.
    async fn flush(&mut self, exchange: &Exchange, body_bytes: u64) -> Result<(), Ended> {
        if !self.output.is_empty() {
            self.socket.write_all(&self.output).await.map_err(gone)?;
            self.output.clear();
            exchange.head_sent();
        }
        self.socket.flush().await.map_err(gone)?;
        if body_bytes > 0 {
            exchange.sent(body_bytes);
        }
        Ok(())
    }

    /// Waits for `future`, and reads meanwhile, so that a client's close is noticed at once.
    async fn unless_gone<T>(&mut self, future: impl Future<Output = T>) -> Result<T, Ended> {
        tokio::pin!(future);
        loop {
            tokio::select! {
                biased;
                value = &mut future => return Ok(value),
                read = self.socket.read_buf(&mut self.input), if self.input.len() < MOST_READ_AHEAD => {
                    match read {
                        Ok(0) => return Err(Ended::Gone(End::Closed)),
                        Ok(_) => {}
                        Err(error) => return Err(gone(error)),
                    }
                }
            }
        }
    }

    async fn read_request(&mut self) -> io::Result<Incoming> {
        loop {
            let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
            let mut parsed = httparse::Request::new(&mut headers);
            match parsed.parse(&self.input) {
                Ok(httparse::Status::Complete(length)) => {
                    let (request, keep_alive) = self.understand(&parsed);
                    self.input.advance(length);
                    if let Err(answer) = self.skip_body(&request).await? {
                        return Ok(Incoming::Unreadable(answer));
                    }
                    return Ok(Incoming::Request { request, keep_alive });
                }
                Ok(httparse::Status::Partial) if self.input.len() < LONGEST_HEAD => {
                    if self.socket.read_buf(&mut self.input).await? == 0 {
                        return Ok(Incoming::Nothing);
                    }
                }
                Ok(httparse::Status::Partial) => {
                    let sentence = format!("the request's head is longer than {LONGEST_HEAD} bytes");
                    return Ok(Incoming::Unreadable(Answer::refusal(431, sentence)));
                }
                Err(error) => {
                    let sentence = format!("this is not a request: {error}");
                    return Ok(Incoming::Unreadable(Answer::refusal(400, sentence)));
                }
            }
        }
    }

    fn understand(&self, parsed: &httparse::Request<'_, '_>) -> (Request, bool) {
        let headers: Vec<(String, String)> = parsed
            .headers
            .iter()
            .map(|header| {
                (header.name.to_ascii_lowercase(), String::from_utf8_lossy(header.value).into_owned())
            })
            .collect();
        let target = parsed.path.unwrap_or("/");
        // A request to a proxy has the whole URL (RFC 9112, 3.2.2).
        let origin_form = target.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
        let mut request = Request {
            method: parsed.method.unwrap_or("GET").to_owned(),
            target: if target.starts_with('/') { target } else { origin_form.unwrap_or(target) }.to_owned(),
            host: String::new(),
            scheme: self.scheme,
            headers,
            protocol: Protocol::Http1,
            connection: self.number,
        };
        request.host = request.header("host").unwrap_or_default().to_owned();
        let connection = request.header("connection").unwrap_or_default().to_ascii_lowercase();
        let keep_alive = match parsed.version {
            Some(1) => !connection.contains("close"),
            _ => connection.contains("keep-alive"),
        };
        (request, keep_alive)
    }

    async fn skip_body(&mut self, request: &Request) -> io::Result<Result<(), Answer>> {
        if request.header("transfer-encoding").is_some() {
            return Ok(Err(Answer::refusal(411, "send the request's body with a Content-Length")));
        }
        let length = request.header("content-length").unwrap_or("0");
        let parsed = length.trim().parse::<u64>().ok();
        let Some(mut left) = parsed.filter(|length| *length <= LONGEST_BODY) else {
            return Ok(Err(Answer::refusal(
                413,
                format!("no request body of {length:?} bytes is read here"),
            )));
        };
        loop {
            // Both fit a usize: the body is at most LONGEST_BODY long.
            let here = self.input.len().min(left as usize);
            self.input.advance(here);
            left -= here as u64;
            if left == 0 {
                return Ok(Ok(()));
            }
            if self.socket.read_buf(&mut self.input).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// Closes without losing the bytes that were sent last.
    async fn close(mut self) {
        if self.socket.shutdown().await.is_ok() {
            let mut rest = [0; 4096];
            let drain = async { while self.socket.read(&mut rest).await.is_ok_and(|read| read > 0) {} };
            let _ = timeout(LINGER, drain).await;
        }
    }
}

fn gone(error: io::Error) -> Ended {
    Ended::Gone(match error.kind() {
        io::ErrorKind::UnexpectedEof => End::Closed,
        _ => End::Reset,
    })
}

/// Writes status line and header fields (RFC 9112, 4 and 5).
fn write_head(output: &mut Vec<u8>, answer: &Answer, keep_alive: bool) {
    let reason = StatusCode::from_u16(answer.status).ok().and_then(|status| status.canonical_reason());
    let mut head = format!("HTTP/1.1 {} {}\r\n", answer.status, reason.unwrap_or("Unnamed"));
    for (name, value) in &answer.headers {
        head += name;
        head += ": ";
        // A line break would end the field. Malformed answers are sent as `wire`.
        head.extend(value.chars().map(|character| if character.is_control() { ' ' } else { character }));
        head += "\r\n";
    }
    if let Some(length) = answer.content_length() {
        head += &format!("content-length: {length}\r\n");
    }
    if answer.framing == Framing::Chunked && !answer.is_bodiless() {
        head += "transfer-encoding: chunked\r\n";
    }
    if !keep_alive {
        head += "connection: close\r\n";
    }
    head += "\r\n";
    output.extend_from_slice(head.as_bytes());
}
