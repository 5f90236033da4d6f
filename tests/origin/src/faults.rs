//! What goes wrong with images on the web, one row per fault: `/fault/{name}`.
//!
//! Unless its row says otherwise, a fault happens to a good JPEG of `bytes` bytes (20,000), `after` bytes
//! into its body (by default half of them).

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use serde::Serialize;

use crate::answer::CutAt::{Body as InBody, Head, Start};
use crate::answer::CutHow::{Close, Reset, Stall};
use crate::answer::{Answer, Framing};
use crate::body::Body;
use crate::fixture::HTML;
use crate::picture::Picture;
use crate::request::Request;
use crate::route::picture_answer;
use crate::seed;
use crate::service::World;
use crate::wire;

/// The length in bytes of the picture that a fault happens to.
const DEFAULT_BYTES: u64 = 20_000;

/// A fault.
#[derive(Serialize)]
pub struct Fault {
    /// Its name in the path.
    pub name: &'static str,
    /// What happens, as the list shows it.
    pub what: &'static str,
    #[serde(skip)]
    make: fn(Case) -> Answer,
}

/// What a fault makes its answer from.
struct Case<'a> {
    request: &'a Request,
    /// The segments of the path after the name.
    rest: &'a [&'a str],
    good: Answer,
    /// Bytes of the body before the fault.
    after: u64,
}

const fn fault(name: &'static str, what: &'static str, make: fn(Case) -> Answer) -> Fault {
    Fault { name, what, make }
}

/// All faults.
pub const FAULTS: &[Fault] = &[
    // The connection.
    fault("reset", "a reset before any byte", |case| case.good.cut(Start, Reset)),
    fault("reset-head", "a reset within the head", |case| case.good.cut(Head, Reset)),
    fault("reset-mid", "a reset after `after` bytes of the body", |case| {
        case.good.cut(InBody(case.after), Reset)
    }),
    fault("close", "a close before any byte", |case| case.good.cut(Start, Close)),
    fault("close-head", "a close within the head", |case| case.good.cut(Head, Close)),
    fault("close-mid", "a close after `after` bytes of the body", |case| {
        case.good.cut(InBody(case.after), Close)
    }),
    fault("stall", "no answer, ever", |case| case.good.cut(Start, Stall)),
    fault("stall-head", "silence within the head", |case| case.good.cut(Head, Stall)),
    fault("stall-mid", "silence after `after` bytes of the body", |case| {
        case.good.cut(InBody(case.after), Stall)
    }),
    fault("stall-end", "the whole body, then neither end nor close", |case| {
        case.good.framed(Framing::UntilClose).cut(InBody(u64::MAX), Stall)
    }),
    fault("trickle", "one byte of the body at a time, `rate` (100) a second", |mut case| {
        case.good.pace.chunk = Some(1);
        case.good.pace.rate = Some(100);
        case.good
    }),
    // The body's length.
    fault("short", "a Content-Length 1,000 larger than the body, then a close", |case| {
        let length = case.good.body.len() + 1_000;
        case.good.framed(Framing::Declared(length))
    }),
    fault("long", "a Content-Length 1,000 smaller than the body", |case| {
        let length = case.good.body.len().saturating_sub(1_000);
        case.good.framed(Framing::Declared(length))
    }),
    fault("empty", "200 with an empty body", |case| with_body(case.good, Body::empty())),
    fault("empty-chunked", "200 with an empty body in chunks", |case| {
        with_body(case.good, Body::empty()).framed(Framing::Chunked)
    }),
    fault("empty-until-close", "200, then a close", |case| {
        with_body(case.good, Body::empty()).framed(Framing::UntilClose)
    }),
    fault("one-byte", "200 with one byte", |case| cut_file(case.good, 1)),
    fault("truncated-close", "half the file, ended by the close, with nothing to show it", |case| {
        let half = case.good.body.len() / 2;
        cut_file(case.good, half).framed(Framing::UntilClose)
    }),
    fault("truncated-chunked", "half the file in proper chunks", |case| {
        let half = case.good.body.len() / 2;
        cut_file(case.good, half).framed(Framing::Chunked)
    }),
    fault("truncated-file", "half the file with a Content-Length that agrees", |case| {
        let half = case.good.body.len() / 2;
        cut_file(case.good, half)
    }),
    fault("no-end-marker", "all but the JPEG's EOI", |case| {
        let length = case.good.body.len() - 2;
        cut_file(case.good, length)
    }),
    fault("trailing-bytes", "the whole file and 100 bytes of zeros behind it", |case| {
        let mut bytes = case.good.body.to_vec();
        bytes.extend([0; 100]);
        with_body(case.good, bytes.into())
    }),
    fault("corrupt", "the right length, with 100 bytes changed in the middle", |case| {
        let mut bytes = case.good.body.to_vec();
        let middle = bytes.len() / 2;
        bytes.iter_mut().skip(middle).take(100).for_each(|byte| *byte ^= 0x55);
        with_body(case.good, bytes.into())
    }),
    fault("zeros", "the right length, all zeros", |case| {
        let length = case.good.body.len() as usize;
        with_body(case.good, vec![0; length].into())
    }),
    // Encodings.
    fault("gzip", "a good file, gzip-encoded", |case| gzipped(case.good, 1.0)),
    fault("truncated-gzip", "half of a gzip-encoded file", |case| {
        gzipped(case.good, 0.5).framed(Framing::UntilClose)
    }),
    fault("gzip-members", "a good file, each half gzip-encoded as a member of its own", |case| {
        let file = case.good.body.to_vec();
        let (first, second) = file.split_at(file.len() / 2);
        let members = [gzip(first), gzip(second)].concat();
        with_body(case.good, members.into()).with("content-encoding", "gzip")
    }),
    fault("brotli", "a good file in Brotli", |case| brotli_encoded(case.good, 1.0)),
    fault("truncated-brotli", "half of a file in Brotli", |case| {
        brotli_encoded(case.good, 0.5).framed(Framing::UntilClose)
    }),
    fault("brotli-members", "a good file, each half a Brotli stream of its own", |case| {
        let file = case.good.body.to_vec();
        let (first, second) = file.split_at(file.len() / 2);
        let members = [brotli(first), brotli(second)].concat();
        with_body(case.good, members.into()).with("content-encoding", "br")
    }),
    fault("gzip-bomb", "64 MiB of zeros behind a good file, gzip-encoded to a few KB", |case| {
        const ZEROS: usize = 64 << 20;
        let bytes = [case.good.body.to_vec(), vec![0; ZEROS]].concat();
        gzipped(with_body(case.good, bytes.into()), 1.0)
    }),
    fault("deflate", "a good file, deflate-encoded", |case| {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        // Writing to memory cannot fail.
        let _ = encoder.write_all(&case.good.body.to_vec());
        let encoded = encoder.finish().unwrap_or_default();
        with_body(case.good, encoded.into()).with("content-encoding", "deflate")
    }),
    fault("not-gzip", "Content-Encoding: gzip on a plain file", |case| {
        case.good.with("content-encoding", "gzip")
    }),
    fault("unknown-encoding", "an unknown encoding", |case| {
        case.good.with("content-encoding", "x-unheard-of")
    }),
    // Not an image.
    fault("html", "an error page with 200", |case| page(case.good, 200)),
    fault("html-404", "an error page with 404", |case| page(case.good, 404)),
    fault("html-as-jpeg", "an error page with 200 and image/jpeg", |case| {
        let mut answer = page(case.good, 200);
        answer.set("content-type", "image/jpeg");
        answer
    }),
    fault("json-error", "an error as JSON with 200", |_| {
        Answer::json(&serde_json::json!({ "error": { "code": 500, "message": "no such image" } }))
    }),
    fault("text-error", "an error as text with 200", |_| Answer::new(200, "text/plain", "Access denied\n")),
    fault("xml-error", "an object store's error with 403", |_| {
        let body = "<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code></Error>\n";
        Answer::new(403, "application/xml", body)
    }),
    // Types.
    fault("no-type", "no Content-Type", |mut case| {
        case.good.remove("content-type");
        case.good
    }),
    fault("text-type", "text/plain on a JPEG", |case| typed(case.good, "text/plain")),
    fault("html-type", "text/html on a JPEG", |case| typed(case.good, "text/html")),
    fault("png-type", "image/png on a JPEG", |case| typed(case.good, "image/png")),
    fault("binary-type", "application/octet-stream on a JPEG", |case| {
        typed(case.good, "application/octet-stream")
    }),
    fault("bad-type", "a Content-Type that is not one", |case| typed(case.good, ";;/\u{e9} image")),
    // Statuses.
    fault("status", "/fault/status/{code}: that status, with a sentence", |case| status(&case)),
    fault("no-content", "204", |_| Answer::bare(204)),
    fault("reset-content", "205, empty", |_| Answer::bare(205)),
    fault("partial", "206 for half the file, without a Range request", |case| {
        let length = case.good.body.len();
        let range = format!("bytes 0-{}/{length}", length / 2 - 1);
        let mut answer = cut_file(case.good, length / 2).with("content-range", range);
        answer.status = 206;
        answer
    }),
    fault("choices", "300 without a Location", |_| Answer::refusal(300, "take your pick")),
    fault("not-modified", "304 to a request without a condition", |_| Answer::bare(304)),
    fault("unauthorized", "401 that asks for a password", |_| {
        Answer::refusal(401, "who are you?").with("www-authenticate", "Basic realm=\"images\"")
    }),
    fault("too-many", "429 without Retry-After", |_| Answer::refusal(429, "too many requests")),
    fault("too-many-wait", "429 with an exposed Retry-After of `retry-after` (1)", |_| {
        let answer = Answer::refusal(429, "too many requests").with("retry-after", "1");
        answer.with("access-control-expose-headers", "retry-after")
    }),
    fault("too-many-hidden", "429 with a Retry-After that no script may read", |_| {
        Answer::refusal(429, "too many requests").with("retry-after", "1")
    }),
    fault("too-many-nonsense", "429 with a Retry-After that is not a time", |_| {
        let answer = Answer::refusal(429, "too many requests").with("retry-after", "soon");
        answer.with("access-control-expose-headers", "retry-after")
    }),
    fault("too-many-past", "429 with a Retry-After in 1994", |_| {
        let past = "Sun, 06 Nov 1994 08:49:37 GMT";
        let answer = Answer::refusal(429, "too many requests").with("retry-after", past);
        answer.with("access-control-expose-headers", "retry-after")
    }),
    fault("unavailable", "503 with Retry-After: 120", |_| {
        let answer = Answer::refusal(503, "closed for repairs").with("retry-after", "120");
        answer.with("access-control-expose-headers", "retry-after")
    }),
    // Redirects.
    fault("redirect", "302 to `to`", |case| {
        let to = case.request.parameter("to").unwrap_or_default();
        Answer::redirect(302, &to)
    }),
    fault("redirect-chain", "/fault/redirect-chain/{n}: n redirects, then a good file", chain),
    fault("redirect-loop", "302 to itself", |case| Answer::redirect(302, &case.request.target)),
    fault("redirect-nowhere", "302 without a Location", |_| Answer::bare(302)),
    fault("redirect-bad", "302 to something that is not a URL", |_| Answer::redirect(302, "http://[::bad/")),
    fault("redirect-scheme", "302 to ftp:", |_| Answer::redirect(302, "ftp://127.0.0.1/image.jpg")),
    fault("redirect-data", "302 to a data: URL", |_| Answer::redirect(302, "data:image/gif;base64,R0lGODlh")),
    fault("redirect-password", "302 to a URL with a password in it", |case| {
        let Request { scheme, host, .. } = case.request;
        Answer::redirect(302, &format!("{scheme}://user:secret@{host}/image/1/64x48.jpg"))
    }),
    fault("redirect-refused", "302 to a port without a listener", |_| {
        Answer::redirect(302, "http://127.0.0.1:9/image.jpg")
    }),
    fault("redirect-no-cors", "302 to a good file that no script may read", |_| {
        Answer::redirect(302, "/image/1/64x48.jpg?cors=off")
    }),
    // CORS.
    fault("cors-other", "Access-Control-Allow-Origin for another origin", |case| {
        case.good.with("access-control-allow-origin", "https://example.com")
    }),
    fault("cors-twice", "Access-Control-Allow-Origin twice", |case| {
        case.good.with("access-control-allow-origin", "*").with("access-control-allow-origin", "*")
    }),
    fault("cors-null", "Access-Control-Allow-Origin: null", |case| {
        case.good.with("access-control-allow-origin", "null")
    }),
    fault("embedding-refused", "Cross-Origin-Resource-Policy: same-origin", |case| {
        case.good.with("cross-origin-resource-policy", "same-origin")
    }),
    // Headers.
    fault("huge-header", "a header of 300,000 bytes", |case| case.good.with("x-huge", "h".repeat(300_000))),
    fault("many-headers", "5,000 headers", |case| {
        (0..5_000).fold(case.good, |answer, number| answer.with(&format!("x-{number}"), "h"))
    }),
    fault("hostile-name", "a Content-Disposition that climbs out of its folder, exposed", |case| {
        let answer = case.good.with("content-disposition", "attachment; filename=\"../../../etc/passwd\"");
        answer.with("access-control-expose-headers", "content-disposition")
    }),
    fault("bad-modified", "a Last-Modified that is not a date", |case| modified(case.good, "yesterday")),
    fault("old-modified", "a Last-Modified before zip's calendar begins", |case| {
        modified(case.good, "Thu, 01 Jan 1970 00:00:00 GMT")
    }),
    fault("future-modified", "a Last-Modified after zip's calendar ends", |case| {
        modified(case.good, "Fri, 31 Dec 2199 23:59:59 GMT")
    }),
    // Not HTTP.
    fault("garbage-head", "a line that is not a status line", |_| wire::garbage_head()),
    fault("garbage", "noise", |_| wire::garbage()),
    fault("no-head", "a file without a head, as in HTTP/0.9", |case| wire::no_head(&case.good)),
    fault("bad-version", "HTTP/7.3", |case| wire::first_line(&case.good, "HTTP/7.3 200 OK")),
    fault("bad-status", "status 99999", |case| wire::first_line(&case.good, "HTTP/1.1 99999 Odd")),
    fault("no-status", "a status line without a status", |case| wire::first_line(&case.good, "HTTP/1.1")),
    fault("bad-header", "a header line without a colon", |case| {
        wire::extra_line(&case.good, "this is no field")
    }),
    fault("nul-header", "a NUL in a header", |case| wire::extra_line(&case.good, "x-nul: a\0b")),
    fault("folded-header", "a header continued on the next line", |case| {
        wire::extra_line(&case.good, "x-folded: a\r\n b")
    }),
    fault("bad-length", "Content-Length: many", |case| wire::lengths(&case.good, &["many"])),
    fault("negative-length", "Content-Length: -1", |case| wire::lengths(&case.good, &["-1"])),
    fault("two-lengths", "two Content-Lengths that differ", |case| {
        wire::lengths(&case.good, &["5", "20000"])
    }),
    fault("huge-length", "a Content-Length of 2^64", |case| {
        wire::lengths(&case.good, &["18446744073709551616"])
    }),
    fault("length-and-chunks", "Content-Length and chunks in one answer", |case| {
        wire::chunks(&case.good, "content-length: 5\r\n", "0\r\n\r\n")
    }),
    fault("bad-chunk", "a chunk whose size is not a number", |case| {
        wire::chunks(&case.good, "", "nonsense\r\n")
    }),
    fault("endless-chunk", "a chunk of 2^64 bytes that ends at once", |case| {
        wire::chunks(&case.good, "", "FFFFFFFFFFFFFFFF\r\nshort")
    }),
    fault("unended-chunks", "chunks without the last one, then a close", |case| {
        wire::chunks(&case.good, "", "")
    }),
    fault("switch", "101 to a protocol that was not requested", |_| wire::switch()),
    fault("early-hints", "100 and 103 before a good answer", |case| wire::early_hints(&case.good)),
    fault("more-behind", "noise behind a good answer that announced no close", |case| {
        wire::more_behind(&case.good)
    }),
];

/// The answer of `/fault/{name}/{rest}`.
pub async fn answer(world: &World, request: &Request, name: &str, rest: &[&str]) -> Answer {
    let Some(fault) = FAULTS.iter().find(|fault| fault.name == name) else {
        return Answer::refusal(404, format!("there is no fault {name:?}; /control/faults lists them"));
    };
    let (bytes, after) = match (request.number("bytes"), request.number("after")) {
        (Ok(bytes), Ok(after)) => (bytes.unwrap_or(DEFAULT_BYTES), after),
        (Err(error), _) | (_, Err(error)) => return Answer::refusal(400, error.to_string()),
    };
    let good = picture_answer(world, Picture::Padded { seed: seed::hash(name), bytes }).await;
    (fault.make)(Case { request, rest, good, after: after.unwrap_or(bytes / 2) })
}

fn with_body(mut answer: Answer, body: Body) -> Answer {
    answer.body = body;
    answer
}

fn cut_file(mut answer: Answer, length: u64) -> Answer {
    answer.body = answer.body.slice(0..length);
    answer
}

fn typed(mut answer: Answer, content_type: &str) -> Answer {
    answer.set("content-type", content_type);
    answer
}

fn modified(mut answer: Answer, date: &str) -> Answer {
    answer.set("last-modified", date);
    answer
}

fn page(good: Answer, status: u16) -> Answer {
    let mut answer = typed(with_body(good, (HTML.bytes)().into()), HTML.content_type);
    answer.status = status;
    answer
}

/// The answer gzip-encoded, and cut to a share of its length.
fn gzipped(good: Answer, share: f64) -> Answer {
    let encoded = gzip(&good.body.to_vec());
    with_share(good, encoded, share).with("content-encoding", "gzip")
}

/// The answer in Brotli, and cut to a share of its length.
fn brotli_encoded(good: Answer, share: f64) -> Answer {
    let encoded = brotli(&good.body.to_vec());
    with_share(good, encoded, share).with("content-encoding", "br")
}

fn with_share(good: Answer, encoded: Vec<u8>, share: f64) -> Answer {
    let length = (encoded.len() as f64 * share) as usize;
    with_body(good, Bytes::from(encoded).slice(..length).into())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory cannot fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// A Brotli stream of uncompressed meta-blocks (RFC 7932, section 9.2), which is enough for what can't be compressed.
fn brotli(bytes: &[u8]) -> Vec<u8> {
    /// The most bytes of a meta-block whose length has four nibbles.
    const BLOCK: usize = 1 << 16;
    let mut stream = Vec::new();
    for (number, block) in bytes.chunks(BLOCK).enumerate() {
        // A bit each for "not the last" (0) and "uncompressed", around two for "four nibbles" (0) and the length less one.
        let header = ((block.len() - 1) << 3) | (1 << 19);
        // The first one follows the bit for a window of 64 KiB (0).
        let header = if number == 0 { header << 1 } else { header };
        stream.extend(header.to_le_bytes().into_iter().take(3));
        stream.extend(block);
    }
    // The last meta-block, empty.
    stream.push(0b11);
    stream
}

fn status(case: &Case) -> Answer {
    match case.rest.first().and_then(|code| code.parse().ok()) {
        Some(code) if (200..=999).contains(&code) => {
            Answer::refusal(code, format!("this is a {code}, as requested"))
        }
        _ => Answer::refusal(400, "say which status, as in /fault/status/503"),
    }
}

fn chain(case: Case) -> Answer {
    let left: u64 = case.rest.first().and_then(|left| left.parse().ok()).unwrap_or(3);
    match left {
        0 => case.good,
        _ => Answer::redirect(302, &format!("/fault/redirect-chain/{}?{}", left - 1, case.request.query())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_faults_share_a_name() {
        let mut names: Vec<&str> = FAULTS.iter().map(|fault| fault.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FAULTS.len());
    }
}
