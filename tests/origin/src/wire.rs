//! Answers that are not valid HTTP, as exact bytes.

use bytes::Bytes;

use crate::answer::Answer;
use crate::seed::Dice;

/// A line that is not a status line.
pub fn garbage_head() -> Answer {
    raw(b"\x16\x03HELLO THERE\r\nthis: is no answer\r\n\r\n".to_vec())
}

/// Noise, without a line break.
pub fn garbage() -> Answer {
    let mut dice = Dice::new(0, 0);
    raw((0..64).flat_map(|_| dice.next().to_le_bytes()).map(|byte| byte | 0x80).collect())
}

/// The body alone.
pub fn no_head(good: &Answer) -> Answer {
    raw(good.body.to_vec())
}

/// A good answer except for its first line.
pub fn first_line(good: &Answer, line: &str) -> Answer {
    message(line, &length_field(good), &good.body.to_vec())
}

/// A good answer with one more line in its head.
pub fn extra_line(good: &Answer, line: &str) -> Answer {
    message(OK, &format!("{line}\r\n{}", length_field(good)), &good.body.to_vec())
}

/// A good answer with these Content-Lengths.
pub fn lengths(good: &Answer, values: &[&str]) -> Answer {
    let fields: String = values.iter().map(|value| format!("content-length: {value}\r\n")).collect();
    message(OK, &fields, &good.body.to_vec())
}

/// The body as one good chunk, and `end` instead of the last one.
pub fn chunks(good: &Answer, fields: &str, end: &str) -> Answer {
    let mut body = format!("{:x}\r\n", good.body.len()).into_bytes();
    body.extend(good.body.to_vec());
    body.extend_from_slice(b"\r\n");
    body.extend_from_slice(end.as_bytes());
    message(OK, &format!("{fields}transfer-encoding: chunked\r\n"), &body)
}

/// A switch of protocols that was not requested.
pub fn switch() -> Answer {
    message("HTTP/1.1 101 Switching Protocols", "upgrade: surprise\r\nconnection: upgrade\r\n", b"boo")
}

/// Interim answers before the good one, as a server may send them (RFC 9110, 15.2).
pub fn early_hints(good: &Answer) -> Answer {
    let interim = "HTTP/1.1 100 Continue\r\n\r\n\
                   HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload; as=style\r\n\r\n";
    let line = format!("{interim}{OK}");
    message(&line, &length_field(good), &good.body.to_vec())
}

/// A good answer with noise after its end.
pub fn more_behind(good: &Answer) -> Answer {
    let mut body = good.body.to_vec();
    body.extend_from_slice(b"\0and another thing");
    message(OK, &length_field(good), &body)
}

const OK: &str = "HTTP/1.1 200 OK";

fn length_field(good: &Answer) -> String {
    format!("content-length: {}\r\n", good.body.len())
}

fn message(line: &str, fields: &str, body: &[u8]) -> Answer {
    let mut bytes =
        format!("{line}\r\ncontent-type: image/jpeg\r\naccess-control-allow-origin: *\r\n{fields}\r\n")
            .into_bytes();
    bytes.extend_from_slice(body);
    raw(bytes)
}

fn raw(bytes: Vec<u8>) -> Answer {
    let mut answer = Answer::bare(200);
    answer.wire = Some(Bytes::from(bytes));
    answer
}
