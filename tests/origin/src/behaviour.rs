//! Query parameters that shape the answer of any route: its latency, pace and headers.

use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::answer::{Answer, CutAt, CutHow, Framing, Gate, http_date};
use crate::journal::{Exchange, Journal};
use crate::request::{ParameterError, Request};

/// All but the unreserved characters (RFC 3986, 2.3).
const NOT_UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The pages that may read the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cors {
    /// Any page, and preflights allow everything.
    On,
    /// Any page, if no preflight is needed.
    Simple,
    /// The page that asks, with its cookies, and preflights allow everything.
    Credentials,
    /// No page.
    Off,
}

/// The answer of a request that does not reach its route: preflights, wrong methods, `fail=N:CODE`, and what is
/// beyond `window=N:MS` or `most=N:reset`.
pub fn before(
    request: &Request,
    journal: &Journal,
    exchange: &Exchange,
) -> Result<Option<Answer>, ParameterError> {
    match request.method.as_str() {
        "GET" | "HEAD" | "POST" => match limit(request, journal, exchange)? {
            Some(answer) => Ok(Some(answer)),
            None => failure(request, journal),
        },
        "OPTIONS" => preflight(request).map(Some),
        other => {
            Ok(Some(Answer::refusal(405, format!("{other} is not answered here")).with("allow", "GET, HEAD")))
        }
    }
}

/// Shapes a route's answer.
pub fn shape(answer: Answer, request: &Request) -> Answer {
    try_shape(answer, request).unwrap_or_else(|error| Answer::refusal(400, error.to_string()))
}

fn try_shape(mut answer: Answer, request: &Request) -> Result<Answer, ParameterError> {
    if let Some(status) = request.number("status")? {
        answer.status = status;
    }
    if let Some(content_type) = request.parameter("type") {
        answer.set("content-type", content_type);
    }
    if let Some(name) = request.parameter("name") {
        answer.set("content-disposition", content_disposition(&name));
    }
    if let Some(modified) = request.parameter("modified") {
        answer.set("last-modified", modified.parse().map_or_else(|_| modified.into_owned(), http_date));
    }
    if let Some(value) = request.parameter("retry-after") {
        answer.set("retry-after", value);
    }
    match request.parameter("cache") {
        Some(value) => answer.set("cache-control", value),
        // Otherwise a cache could hide requests from the counters.
        None if !answer.has("cache-control") => answer.set("cache-control", "no-store"),
        None => {}
    }
    set_cors(&mut answer, request)?;
    set_range(&mut answer, request)?;
    set_framing(&mut answer, request)?;
    set_pace(&mut answer, request)?;
    if let Some(every) = request.number("break-every")?
        && answer.body.len() > every
    {
        answer = answer.cut(CutAt::Body(every), CutHow::Close);
    }
    Ok(answer)
}

/// Answers `Range: bytes=N-` with what follows (RFC 9110, 14.2), or as `range=…` says.
fn set_range(answer: &mut Answer, request: &Request) -> Result<(), ParameterError> {
    let wish = request.parameter("range").unwrap_or("on".into());
    let range = request.header("range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-'));
    let Some(start) = range.and_then(|start| start.parse::<u64>().ok()).filter(|_| answer.status == 200)
    else {
        return Ok(());
    };
    let total = answer.body.len();
    let mut from = start;
    match &*wish {
        "on" => {}
        "off" => return Ok(()),
        "refused" => from = total,
        // The length fits, and neither the place nor the bytes do.
        "elsewhere" => from = 0,
        "changed" => answer.set("last-modified", http_date(0)),
        "shorter" => from = start + 1,
        other => {
            let wanted = "on, off, refused, elsewhere, changed or shorter";
            return Err(ParameterError { name: "range", value: other.to_owned(), wanted });
        }
    }
    if from >= total {
        let modified = std::mem::replace(answer, Answer::refusal(416, "there are no such bytes"));
        answer
            .headers
            .extend(modified.headers.into_iter().filter(|(name, _)| name.starts_with("access-control")));
        answer.set("content-range", format!("bytes */{total}"));
        return Ok(());
    }
    answer.status = 206;
    answer.set("content-range", format!("bytes {from}-{}/{total}", total - 1));
    answer.body = answer.body.slice(from..from + (total - start).min(total - from));
    Ok(())
}

fn set_cors(answer: &mut Answer, request: &Request) -> Result<(), ParameterError> {
    if cors(request)? == Cors::Off {
        answer.remove("access-control-allow-origin");
    } else if cors(request)? == Cors::Credentials {
        allow_credentials(answer, request);
    } else if !answer.has("access-control-allow-origin") {
        answer.set("access-control-allow-origin", "*");
    }
    if let Some(names) = request.parameter("expose") {
        answer.set("access-control-expose-headers", names);
    }
    if request.switch("tao", true)? {
        answer.set("timing-allow-origin", "*");
    }
    Ok(())
}

fn allow_credentials(answer: &mut Answer, request: &Request) {
    answer.set("access-control-allow-origin", request.header("origin").unwrap_or("*"));
    answer.set("access-control-allow-credentials", "true");
}

fn set_framing(answer: &mut Answer, request: &Request) -> Result<(), ParameterError> {
    if let Some(length) = request.number("length")? {
        answer.framing = Framing::Declared(length);
    }
    match request.parameter("nolength").as_deref() {
        None => {}
        Some("" | "chunked") => answer.framing = Framing::Chunked,
        Some("close") => answer.framing = Framing::UntilClose,
        Some(other) => {
            let value = other.to_owned();
            return Err(ParameterError { name: "nolength", value, wanted: "chunked or close" });
        }
    }
    Ok(())
}

fn set_pace(answer: &mut Answer, request: &Request) -> Result<(), ParameterError> {
    let pace = &mut answer.pace;
    if let Some(latency) = request.number("latency")? {
        pace.latency = Duration::from_millis(latency);
    }
    pace.rate = request.number("rate")?.or(pace.rate);
    pace.line = request.number("line")?;
    pace.chunk = request.number("chunk")?.or(pace.chunk);
    if let Some(key) = request.parameter("gate") {
        pace.gate = Some(Gate { key: key.into_owned(), at: request.number("gate-at")? });
    }
    Ok(())
}

fn cors(request: &Request) -> Result<Cors, ParameterError> {
    match request.parameter("cors").as_deref() {
        None | Some("on") => Ok(Cors::On),
        Some("simple") => Ok(Cors::Simple),
        Some("credentials") => Ok(Cors::Credentials),
        Some("off") => Ok(Cors::Off),
        Some(other) => {
            let value = other.to_owned();
            Err(ParameterError { name: "cors", value, wanted: "on, simple, credentials or off" })
        }
    }
}

/// A CORS preflight (Fetch Standard, "CORS-preflight fetch").
fn preflight(request: &Request) -> Result<Answer, ParameterError> {
    let cors = cors(request)?;
    if !matches!(cors, Cors::On | Cors::Credentials) {
        return Ok(Answer::refusal(403, "no preflight is allowed here"));
    }
    let headers = request.header("access-control-request-headers").unwrap_or("*");
    let mut answer = Answer::bare(204).with("access-control-allow-origin", "*");
    if cors == Cors::Credentials {
        allow_credentials(&mut answer, request);
    }
    Ok(answer
        .with("access-control-allow-methods", "GET, HEAD, POST")
        .with("access-control-allow-headers", headers)
        .with("access-control-max-age", "0"))
}

/// `window=N:MS`: of a group (or, without `key`, of this very URL) the first N requests of each window are answered,
/// and the others with 429. `most=N:reset`, `most=N:goaway`, `most=N:CODE`: so are N at once, and the others reset
/// or refused.
fn limit(
    request: &Request,
    journal: &Journal,
    exchange: &Exchange,
) -> Result<Option<Answer>, ParameterError> {
    let key = request.key().unwrap_or_else(|| request.target.clone());
    if let Some(text) = request.parameter("window") {
        let numbers =
            text.split_once(':').and_then(|(most, ms)| Some((most.parse().ok()?, ms.parse().ok()?)));
        let Some((most, length)) = numbers else {
            let wanted = "a count and milliseconds, as in 10:10000";
            return Err(ParameterError { name: "window", value: text.into_owned(), wanted });
        };
        if !journal.is_in_window(&key, most, length) {
            return refused(429, "this window is full", request).map(Some);
        }
    }
    let Some(text) = request.parameter("most") else { return Ok(None) };
    let limit = text.split_once(':').and_then(|(most, how)| Some((most.parse().ok()?, how)));
    let status = limit.map(|(_, how)| how.parse::<u16>().ok());
    match (limit, status) {
        (Some((most, _)), Some(Some(status))) if !exchange.take_place(&key, most) => {
            refused(status, "as many as asked for are answered at once", request).map(Some)
        }
        (Some((most, how @ ("reset" | "goaway"))), _) if !exchange.take_place(&key, most) => {
            let how = if how == "reset" { CutHow::Reset } else { CutHow::GoAway };
            Ok(Some(Answer::bare(200).cut(CutAt::Start, how)))
        }
        (Some((_, "reset" | "goaway")), _) | (Some(_), Some(Some(_))) => Ok(None),
        _ => {
            let value = text.into_owned();
            Err(ParameterError {
                name: "most",
                value,
                wanted: "a count, and reset, goaway or a status, as in 2:reset",
            })
        }
    }
}

/// `fail=N:CODE`: the first N requests of a group (or, without `key`, of this very URL) fail.
fn failure(request: &Request, journal: &Journal) -> Result<Option<Answer>, ParameterError> {
    let Some(text) = request.parameter("fail") else { return Ok(None) };
    let numbers =
        text.split_once(':').and_then(|(most, status)| Some((most.parse().ok()?, status.parse().ok()?)));
    let Some((most, status)) = numbers else {
        let value = text.into_owned();
        return Err(ParameterError { name: "fail", value, wanted: "a count and a status, as in 2:503" });
    };
    let key = request.key().unwrap_or_else(|| request.target.clone());
    if !journal.take_failure(&key, most) {
        return Ok(None);
    }
    refused(status, &format!("this fails the first {most} times, as it was asked to"), request).map(Some)
}

fn refused(status: u16, sentence: &str, request: &Request) -> Result<Answer, ParameterError> {
    let mut answer = Answer::refusal(status, sentence);
    answer.set("cache-control", "no-store");
    if let Some(value) = request.parameter("retry-after") {
        answer.set("retry-after", value);
    }
    set_cors(&mut answer, request)?;
    set_pace(&mut answer, request)?;
    Ok(answer)
}

/// `attachment` with the name for old clients and for new ones (RFC 6266, 4.3).
pub fn content_disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_graphic() && !matches!(c, '"' | '\\') || c == ' ' { c } else { '_' })
        .collect();
    let exact = utf8_percent_encode(name, NOT_UNRESERVED);
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_is_sent_in_ascii_and_in_full() {
        assert_eq!(
            content_disposition("é \"1\".jpg"),
            "attachment; filename=\"_ _1_.jpg\"; filename*=UTF-8''%C3%A9%20%221%22.jpg"
        );
    }
}
