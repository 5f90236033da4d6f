//! Routes about the server itself, for tests: counters, the log, gates, waits, checksums.

use std::time::Duration;

use crate::answer::Answer;
use crate::faults;
use crate::journal::Counters;
use crate::json;
use crate::request::{ParameterError, Request};
use crate::route;
use crate::service::World;

/// How long a wait may take before it is answered with 408.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// Whether a request is about the server itself, and so is not counted.
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
        "/control/counters" => Answer::json(world.journal.counters(key).to_json()),
        "/control/log" => Answer::json(world.journal.log(key)),
        "/control/now" => Answer::json(json::object().number("now", world.journal.now_ms()).end()),
        "/control/reset" => {
            world.journal.reset(key);
            if key.is_none() {
                world.gates.close_all();
            }
            done()
        }
        "/control/open" => with_gate(request, |gate| world.gates.open(gate)),
        "/control/close" => with_gate(request, |gate| world.gates.close(gate)),
        "/control/wait" => match Condition::of(request) {
            Ok(condition) => wait(world, key, &condition).await,
            Err(error) => Answer::refusal(400, error.to_string()),
        },
        "/control/sha256" => digests(world, request).await,
        "/control/faults" => Answer::json(faults::list()),
        other => {
            Answer::refusal(404, format!("there is no {other:?} here; tests/origin/README.md lists what is"))
        }
    };
    answer.with("access-control-allow-origin", "*")
}

fn done() -> Answer {
    Answer::json("{\"done\":true}")
}

fn with_gate(request: &Request, act: impl FnOnce(&str)) -> Answer {
    let Some(gate) = request.parameter("gate") else { return Answer::refusal(400, "say which gate") };
    act(&gate);
    done()
}

/// What `/control/wait` waits for; what is not asked for is fulfilled.
struct Condition {
    requests: u64,
    completed: u64,
    closed_early: u64,
    bytes_sent: u64,
    in_flight: Option<u64>,
    most_in_flight: u64,
}

impl Condition {
    fn of(request: &Request) -> Result<Self, ParameterError> {
        Ok(Self {
            requests: request.number("requests")?.unwrap_or(0),
            completed: request.number("completed")?.unwrap_or(0),
            closed_early: request.number("closedEarly")?.unwrap_or(0),
            bytes_sent: request.number("bytesSent")?.unwrap_or(0),
            in_flight: request.number("inFlight")?,
            most_in_flight: request.number("mostInFlight")?.unwrap_or(0),
        })
    }

    /// All are lower bounds but `inFlight`, which goes up and down and so is exact.
    fn is_met(&self, counters: &Counters) -> bool {
        counters.requests >= self.requests
            && counters.completed >= self.completed
            && counters.closed_early >= self.closed_early
            && counters.bytes_sent >= self.bytes_sent
            && counters.most_in_flight >= self.most_in_flight
            && self.in_flight.is_none_or(|wanted| counters.in_flight == wanted)
    }
}

async fn wait(world: &World, key: Option<&str>, condition: &Condition) -> Answer {
    let met = world.journal.wait(key, |counters| condition.is_met(counters));
    match tokio::time::timeout(LONGEST_WAIT, met).await {
        Ok(counters) => Answer::json(counters.to_json()),
        Err(_) => {
            let mut answer = Answer::json(world.journal.counters(key).to_json());
            answer.status = 408;
            answer
        }
    }
}

/// Length, CRC-32 and SHA-256 of the body that a path is served with.
async fn digests(world: &World, request: &Request) -> Answer {
    let Some(path) = request.parameter("path") else { return Answer::refusal(400, "say which path") };
    let mut asked = request.clone();
    asked.target = path.into_owned();
    // Boxed, since a route may not hold itself.
    let answer = Box::pin(route::answer(world, &asked)).await;
    let body = answer.body;
    let Ok(digests) = tokio::task::spawn_blocking(move || body.digests()).await else {
        return Answer::refusal(500, "the checksum's thread went down");
    };
    let text = json::object()
        .count("status", answer.status.into())
        .count("length", digests.length)
        .count("crc32", digests.crc32.into())
        .text("sha256", &digests.sha256);
    Answer::json(text.end())
}
