//! HTTP/2 (RFC 9113), in which every request is a stream of one connection.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use h2::server::SendResponse;
use h2::{Reason, RecvStream, SendStream};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Notify;
use tokio::time::{sleep, sleep_until};

use crate::answer::{Answer, Cut, CutAt, CutHow};
use crate::flow::{Flow, Step};
use crate::journal::{End, Exchange};
use crate::request::{Protocol, Request};
use crate::service::Service;

/// As on public servers; RFC 9113, 6.5.2, recommends no fewer.
const MOST_STREAMS: u32 = 100;

/// The most bytes that wait for a stream's window. With more the counters would count them too early.
const SEND_BUFFER: usize = 64 * 1024;

/// A reset drops queued bytes, so those sent before it get this time to leave.
const BEFORE_RESET: Duration = Duration::from_millis(20);

/// Serves one connection until it ends.
pub async fn serve<S>(socket: S, service: Service, number: u64)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let mut builder = h2::server::Builder::new();
    builder.max_concurrent_streams(MOST_STREAMS).max_send_buffer_size(SEND_BUFFER);
    let Ok(mut connection) = builder.handshake::<_, Bytes>(socket).await else { return };
    let going_away = Arc::new(Notify::new());
    let mut requests = 0;
    loop {
        let accepted = tokio::select! {
            accepted = connection.accept() => accepted,
            () = going_away.notified() => {
                connection.abrupt_shutdown(Reason::ENHANCE_YOUR_CALM);
                continue;
            }
        };
        // An error here ends the connection, and with it every stream.
        let Some(Ok((request, stream))) = accepted else { return };
        let request = understand(&request, number);
        requests += 1;
        if request.number("per-connection").is_ok_and(|most| most == Some(requests)) {
            connection.graceful_shutdown();
        }
        tokio::spawn(answer(service.clone(), request, stream, Arc::clone(&going_away)));
    }
}

/// Why an answer ended early.
enum Ended {
    /// The client reset the stream, or closed the connection.
    Gone(End),
    /// The answer breaks off here.
    Cut(Reason),
    /// So does the connection.
    GoAway,
}

async fn answer(
    service: Service,
    request: Request,
    mut stream: SendResponse<Bytes>,
    going_away: Arc<Notify>,
) {
    let exchange = service.begin(&request);
    let end = match send(&service, &request, &mut stream, &exchange).await {
        Ok(()) => End::Complete,
        Err(Ended::Gone(end)) => end,
        Err(Ended::Cut(reason)) => {
            stream.send_reset(reason);
            End::Fault
        }
        Err(Ended::GoAway) => {
            going_away.notify_one();
            // A stream that is dropped is reset by itself, which may be sent first.
            let _ = poll_fn(|context| stream.poll_reset(context)).await;
            End::Fault
        }
    };
    exchange.finish(end);
}

async fn send(
    service: &Service,
    request: &Request,
    stream: &mut SendResponse<Bytes>,
    exchange: &Exchange,
) -> Result<(), Ended> {
    let answer = unless_gone(stream, service.answer(request, exchange)).await?;
    if answer.wire.is_some() {
        return Err(Ended::Cut(Reason::PROTOCOL_ERROR));
    }
    exchange.answered_with(answer.status);
    if let Some(Cut { at: CutAt::Start | CutAt::Head, how }) = answer.cut {
        return match how {
            CutHow::Stall => unless_gone(stream, std::future::pending()).await,
            _ => Err(cut(how)),
        };
    }
    let without_body = request.method == "HEAD" || answer.is_bodiless();
    let body_follows = !without_body && (!answer.body.is_empty() || answer.cut.is_some());
    let head = head(&answer).map_err(|_| Ended::Cut(Reason::PROTOCOL_ERROR))?;
    if !body_follows {
        exchange.is_answered();
    }
    let mut body = stream.send_response(head, !body_follows).map_err(gone)?;
    exchange.head_sent();
    if body_follows { send_body(service, &answer, &mut body, exchange).await } else { Ok(()) }
}

async fn send_body(
    service: &Service,
    answer: &Answer,
    body: &mut SendStream<Bytes>,
    exchange: &Exchange,
) -> Result<(), Ended> {
    let mut flow = Flow::new(answer, Instant::now());
    loop {
        match flow.next(Instant::now()) {
            Step::Send(piece) => {
                unless_reset(body, service.carry(answer, piece.len())).await?;
                if flow.is_over() {
                    exchange.is_answered();
                }
                send_piece(body, piece, exchange).await?;
            }
            Step::SleepUntil(due) => unless_reset(body, sleep_until(due.into())).await?,
            Step::WaitAtGate(key) => unless_reset(body, service.gates().pass(&key)).await?,
            Step::Cut(CutHow::Stall) => unless_reset(body, std::future::pending()).await?,
            Step::Cut(how) => {
                sleep(BEFORE_RESET).await;
                return Err(cut(how));
            }
            Step::Done => return body.send_data(Bytes::new(), true).map_err(gone),
        }
    }
}

/// Sends a piece as the stream's window opens.
async fn send_piece(
    body: &mut SendStream<Bytes>,
    mut piece: Bytes,
    exchange: &Exchange,
) -> Result<(), Ended> {
    while !piece.is_empty() {
        body.reserve_capacity(piece.len());
        // Available capacity is not announced again.
        while body.capacity() == 0 {
            match poll_fn(|context| body.poll_capacity(context)).await {
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(gone(error)),
                None => return Err(Ended::Gone(End::Reset)),
            }
        }
        let now = piece.split_to(body.capacity().min(piece.len()));
        let length = now.len() as u64;
        body.send_data(now, false).map_err(gone)?;
        exchange.sent(length);
    }
    Ok(())
}

/// Waits for `future`, or until the client resets the stream, before the head.
async fn unless_gone<T>(
    stream: &mut SendResponse<Bytes>,
    future: impl Future<Output = T>,
) -> Result<T, Ended> {
    tokio::select! {
        biased;
        value = future => Ok(value),
        reset = poll_fn(|context| stream.poll_reset(context)) => Err(ended(reset)),
    }
}

/// Waits for `future`, or until the client resets the stream, in the body.
async fn unless_reset<T>(body: &mut SendStream<Bytes>, future: impl Future<Output = T>) -> Result<T, Ended> {
    tokio::select! {
        biased;
        value = future => Ok(value),
        reset = poll_fn(|context| body.poll_reset(context)) => Err(ended(reset)),
    }
}

fn ended(reset: Result<Reason, h2::Error>) -> Ended {
    match reset {
        Ok(_) => Ended::Gone(End::Reset),
        Err(error) => gone(error),
    }
}

fn gone(error: h2::Error) -> Ended {
    // Sending on a stream that has just been reset is an error of the library, not a reset.
    Ended::Gone(if error.is_io() || error.is_go_away() { End::Closed } else { End::Reset })
}

fn cut(how: CutHow) -> Ended {
    match how {
        CutHow::Reset => Ended::Cut(Reason::INTERNAL_ERROR),
        CutHow::Close | CutHow::Stall => Ended::Cut(Reason::CANCEL),
        CutHow::GoAway => Ended::GoAway,
    }
}

fn understand(request: &http::Request<RecvStream>, connection: u64) -> Request {
    let uri = request.uri();
    let headers = request.headers().iter();
    Request {
        method: request.method().as_str().to_owned(),
        target: uri.path_and_query().map_or("/", |target| target.as_str()).to_owned(),
        host: uri.authority().map_or("", |authority| authority.as_str()).to_owned(),
        scheme: "https",
        headers: headers
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect(),
        protocol: Protocol::Http2,
        connection,
    }
}

fn head(answer: &Answer) -> Result<Response<()>, http::Error> {
    let mut response = Response::new(());
    *response.status_mut() = StatusCode::from_u16(answer.status)?;
    for (name, value) in &answer.headers {
        // Fields of a connection, not of an answer, are forbidden here (RFC 9113, 8.2.2).
        if !name.eq_ignore_ascii_case("connection") {
            let value = HeaderValue::from_bytes(value.as_bytes())?;
            response.headers_mut().append(HeaderName::from_bytes(name.as_bytes())?, value);
        }
    }
    if let Some(length) = answer.content_length() {
        response.headers_mut().append(http::header::CONTENT_LENGTH, length.into());
    }
    Ok(response)
}
