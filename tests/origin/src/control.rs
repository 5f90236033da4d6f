//! Routes about the server itself, for tests: counters, the log, gates, waits, checksums.

use std::time::Duration;

use serde::Serialize;
use serde_json::json;

use crate::answer::Answer;
use crate::body::Digests;
use crate::faults::FAULTS;
use crate::journal::Counters;
use crate::request::{ParameterError, Request};
use crate::route;
use crate::service::World;

/// The longest wait; after it the answer is 408.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// Whether a request is about the server itself. Such requests are not counted.
pub fn is_control(request: &Request) -> bool {
    request.path().starts_with("/control/") || request.path() == "/health"
}

/// The answer of `/control/…` and `/health`, which any page may read.
pub async fn answer(world: &World, request: &Request) -> Answer {
    let key = request.key();
    let key = key.as_deref();
    let answer = match request.path() {
        "/health" => Answer::new(200, "text/plain; charset=utf-8", "ok\n"),
        _ if request.method == "OPTIONS" => Answer::bare(204)
            .with("access-control-allow-methods", "GET, POST")
            .with("access-control-allow-headers", "*"),
        "/control/counters" => Answer::json(&world.journal.counters(key)),
        "/control/log" => world.journal.log(key),
        "/control/now" => Answer::json(&json!({ "now": world.journal.now_ms() })),
        "/control/reset" => {
            world.journal.reset(key);
            if key.is_none() {
                world.gates.close_all();
            }
            done()
        }
        "/control/open" => with_gate(request, |gate| world.gates.open(gate)),
        "/control/close" => with_gate(request, |gate| world.gates.close(gate)),
        "/control/wait" => match condition(request) {
            Ok(condition) => wait(world, key, condition).await,
            Err(error) => Answer::refusal(400, error.to_string()),
        },
        "/control/token" => {
            let of = |name| request.parameter(name).unwrap_or_default();
            world.sign_ins.set_token(&of("token"), &of("value"));
            done()
        }
        "/control/clock" => match request.number("forward") {
            Ok(forward) => Answer::json(&json!({ "clock": world.sign_ins.forward(forward.unwrap_or(0)) })),
            Err(error) => Answer::refusal(400, error.to_string()),
        },
        "/control/sign" => match (request.parameter("path"), request.number("for")) {
            (Some(path), Ok(Some(time))) => Answer::json(&world.sign_ins.sign(&path, time)),
            _ => Answer::refusal(400, "say which path, and for how many milliseconds"),
        },
        "/control/sha256" => digests(world, request).await,
        "/control/faults" => Answer::json(&FAULTS),
        other => {
            Answer::refusal(404, format!("there is no {other:?} here; tests/origin/README.md lists what is"))
        }
    };
    answer.with("access-control-allow-origin", "*")
}

fn done() -> Answer {
    Answer::json(&json!({ "done": true }))
}

fn with_gate(request: &Request, act: impl FnOnce(&str)) -> Answer {
    let Some(gate) = request.parameter("gate") else { return Answer::refusal(400, "say which gate") };
    act(&gate);
    done()
}

/// Reads one counter.
type Counter = fn(&Counters) -> u64;

/// The condition of `/control/wait`. A counter without a parameter meets it.
fn condition(request: &Request) -> Result<impl Fn(&Counters) -> bool, ParameterError> {
    let counters: [(_, Counter); 6] = [
        ("requests", |counters| counters.requests),
        ("completed", |counters| counters.completed),
        ("closedEarly", |counters| counters.closed_early),
        ("bytesSent", |counters| counters.bytes_sent),
        ("inFlight", |counters| counters.in_flight),
        ("mostInFlight", |counters| counters.most_in_flight),
    ];
    let mut wanted: Vec<(&str, Counter, u64)> = Vec::new();
    for (name, counter) in counters {
        wanted.extend(request.number(name)?.map(|number| (name, counter, number)));
    }
    Ok(move |counters: &Counters| {
        wanted.iter().all(|(name, counter, number)| match *name {
            // It goes up and down, so it must be equal; all others are lower bounds.
            "inFlight" => counter(counters) == *number,
            _ => counter(counters) >= *number,
        })
    })
}

async fn wait(world: &World, key: Option<&str>, condition: impl Fn(&Counters) -> bool) -> Answer {
    match tokio::time::timeout(LONGEST_WAIT, world.journal.wait(key, condition)).await {
        Ok(counters) => Answer::json(&counters),
        Err(_) => {
            let mut answer = Answer::json(&world.journal.counters(key));
            answer.status = 408;
            answer
        }
    }
}

/// The answer of `/control/sha256`.
#[derive(Serialize)]
struct Checked {
    status: u16,
    #[serde(flatten)]
    digests: Digests,
}

/// Status, length, CRC-32 and SHA-256 of the answer of a path.
async fn digests(world: &World, request: &Request) -> Answer {
    let Some(path) = request.parameter("path") else { return Answer::refusal(400, "say which path") };
    let mut asked = request.clone();
    asked.target = path.into_owned();
    // Boxed, because a route's future can't contain itself.
    let answer = Box::pin(route::answer(world, &asked)).await;
    let body = answer.body;
    let Ok(digests) = tokio::task::spawn_blocking(move || body.digests()).await else {
        return Answer::refusal(500, "the checksum's thread panicked");
    };
    Answer::json(&Checked { status: answer.status, digests })
}
