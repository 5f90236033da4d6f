//! Two thousand images in one call, of which one in five meets a fault.

use std::collections::HashMap;
use std::io::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::calls::Answer;
use super::cases::{Bytes, Case, Count, Outcome, Pause, sections};
use crate::browser::Kind;
use crate::browser::origin::Origin;
use crate::browser::random::{Dice, seed};
use crate::package_driver::with_package;

const IMAGES: usize = 2_000;

/// One image in this many meets a fault.
const FAULTY: u64 = 5;

/// With one retry and no long waits it takes half a minute on two busy cores.
const LONGEST: Duration = Duration::from_secs(150);

/// Each refused image cools the whole origin down; each silent one holds a connection until the
/// timeout.
const REFUSED: usize = 5;
const SILENT: usize = 4;

/// One of the images.
enum Image {
    Good {
        path: String,
    },
    Faulty {
        case: usize,
    },
    /// Refused once, with 429 or 503.
    Refused {
        path: String,
        status: u16,
    },
    /// Silent in its body at every attempt.
    Silent,
}

#[test]
fn the_outcome_of_each_of_two_thousand_images_is_right() {
    let seed = seed();
    let kind = Kind::of_environment();
    with_package(async |browser| {
        let cases = cases(kind);
        let images = images(seed, cases.len());
        let urls: Vec<_> = images
            .iter()
            .enumerate()
            .map(|(number, image)| browser.origin.url(&image.path(number, &cases)))
            .collect();
        let begun = Instant::now();
        let options = json!({ "retries": 1, "timeoutMs": 5_000 });
        let answers = browser.call_all(&[(urls, options)], LONGEST).await;
        let seconds = begun.elapsed().as_secs_f64();
        let [answer] = &answers[..] else { panic!("one answer") };
        assert_eq!(answer.items.len(), IMAGES);
        browser.origin.get("/control/wait?inFlight=0");
        let log = by_key(browser.origin.whole_log());

        let mut wrong = Vec::new();
        let mut requests = 0;
        for (number, image) in images.iter().enumerate() {
            let seen = log.get(&key(number)).map_or(&[][..], Vec::as_slice);
            requests += seen.len();
            if let Err(reason) = image.check(number, answer, seen, &cases, &browser.origin) {
                wrong.push(format!("{number}, {}: {reason}", image.path(number, &cases)));
            }
        }
        let stored = answer.items.iter().filter(|item| item["outcome"] == "stored").count();
        let summary =
            format!("{stored} of {IMAGES} stored, {requests} requests, {seconds:.1} s, seed {seed}");
        assert!(wrong.is_empty(), "in {}, {summary}:\n{}", kind.name(), wrong.join("\n"));
        // Past libtest, which shows nothing of a test that passes.
        writeln!(std::io::stderr(), "the long run in {}: {summary}", kind.name()).unwrap();
    });
}

/// The lines of `cases.md` that have the same outcome with one retry and at any host.
fn cases(kind: Kind) -> Vec<Case> {
    let same = |case: &Case, retries: Option<u64>| {
        let is_retried = case.attempts != Count::Exactly(1);
        let is_anywhere = case.reaches_server()
            && !case.sent.starts_with('{')
            && case.times == 1
            && case.pause == Pause::Any;
        is_anywhere && (!is_retried || retries == Some(1))
    };
    // Without a limit, cases that a limit ends would never end. All images have the same options.
    let sections = sections(kind)
        .into_iter()
        .filter(|section| ["maxBytes", "accept"].iter().all(|option| section.options[*option].is_null()));
    let fitting = sections.flat_map(|section| {
        let retries = section.options["retries"].as_u64();
        section.cases.into_iter().filter(move |case| retries != Some(0) && same(case, retries))
    });
    fitting.collect()
}

fn images(seed: u64, cases: usize) -> Vec<Image> {
    let mut dice = Dice::new(seed);
    let mut images: Vec<_> = (0..IMAGES)
        .map(|number| match dice.below(FAULTY) {
            0 => Image::Faulty { case: dice.below(cases as u64) as usize },
            _ => Image::Good { path: format!("/image/{number}/{}b.jpg", 1_000 + dice.below(6_000)) },
        })
        .collect();
    for number in 0..REFUSED + SILENT {
        let place = dice.below(IMAGES as u64) as usize;
        images[place] = if number < REFUSED {
            let status = if number % 2 == 0 { 503 } else { 429 };
            Image::Refused { path: format!("/image/{place}/2000b.jpg"), status }
        } else {
            Image::Silent
        };
    }
    images
}

fn key(number: usize) -> String {
    format!("n{number}")
}

/// The log's requests of each image, in order of arrival.
fn by_key(log: Vec<Value>) -> HashMap<String, Vec<Value>> {
    let mut by_key = HashMap::<String, Vec<Value>>::new();
    for request in log {
        if let Some(key) = request["key"].as_str() {
            by_key.entry(key.to_owned()).or_default().push(request);
        }
    }
    by_key
}

impl Image {
    fn path(&self, number: usize, cases: &[Case]) -> String {
        let path = match self {
            Self::Good { path } => path.clone(),
            Self::Faulty { case } => cases[*case].sent.clone(),
            Self::Refused { path, status } => format!("{path}?fail=1:{status}"),
            Self::Silent => "/fault/stall-mid".to_owned(),
        };
        let joint = if path.contains('?') { '&' } else { '?' };
        format!("{path}{joint}key={}", key(number))
    }

    fn check(
        &self,
        number: usize,
        answer: &Answer,
        log: &[Value],
        cases: &[Case],
        origin: &Origin,
    ) -> Result<(), String> {
        let timeout = Outcome::Failed { kind: "timeout".to_owned(), status: None };
        let (outcome, attempts, requests, content) = match self {
            // A browser may close a connection that had a fault before, and send the request again.
            Self::Good { path } => (&Outcome::Stored, Count::Any, Count::AtLeast(1), Some(origin.get(path))),
            Self::Refused { path, .. } => {
                (&Outcome::Stored, Count::Exactly(2), Count::AtLeast(2), Some(origin.get(path)))
            }
            Self::Silent => (&timeout, Count::Exactly(2), Count::Exactly(2), None),
            Self::Faulty { case } => {
                let Case { outcome, attempts, requests, .. } = &cases[*case];
                (outcome, *attempts, *requests, cases[*case].expected(origin))
            }
        };
        // Among others of its host, what breaks off may be the host's limit: it is asked for again.
        let is_broken_off = matches!(outcome, Outcome::Failed { kind, .. } if kind == "network");
        let (attempts, requests) =
            if is_broken_off { (Count::Any, Count::AtLeast(1)) } else { (attempts, requests) };
        answer.check_outcome(number, outcome, attempts)?;
        let is_prefix = matches!(self, Self::Faulty { case } if cases[*case].bytes == Bytes::Prefix);
        answer.check_content(number, content.as_deref(), is_prefix)?;
        if !requests.is_met_by(log.len() as u64) {
            return Err(format!("the server was asked {} times", log.len()));
        }
        let status = match outcome {
            Outcome::Stored | Outcome::CutShort => Some(200),
            Outcome::Failed { status, .. } => *status,
        };
        // `None` if the response is not HTTP; the browser then chooses a status of its own.
        let answered = log.last().and_then(|request| request["status"].as_u64());
        match (status, answered) {
            (Some(status), Some(answered)) if status != answered => {
                Err(format!("the server answered with {answered}"))
            }
            _ => Ok(()),
        }
    }
}
