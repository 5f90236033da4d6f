//! Every case of `cases.md`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::Value;

use super::calls::Answer;
use super::cases::{Bytes, Case, Count, Outcome, Pause, Section, sections};
use crate::browser::Browser;
use crate::browser::origin::Origin;
use crate::package_driver::with_package;

/// For all calls together. Most of it is waiting: for retries, cool-downs and timeouts.
const LONGEST_CALLS: Duration = Duration::from_secs(150);

/// Images without a fault, between the cases.
const GOOD: [&str; 6] = [
    "/image/11/64x48.jpg",
    "/image/12/64x48.png",
    "/image/13/64x48.gif",
    "/image/14/64x48.webp",
    "/image/15/300000b.jpg",
    "/fixture/svg/good",
];

/// A good image follows after this many cases.
const EVERY: usize = 3;

/// An item of a call.
enum Sent<'a> {
    Case { case: &'a Case, key: String, url: String },
    Good(&'static str),
}

#[test]
fn every_case_of_the_table_ends_as_it_says() {
    with_package(async |browser| {
        let sections = sections(browser.kind);
        let date = Date::soon(browser).await;
        let sent: Vec<Vec<Sent>> = sections
            .iter()
            .enumerate()
            .map(|(number, section)| list(section, number, &browser.origin, &date))
            .collect();
        let calls: Vec<_> = sections
            .iter()
            .zip(&sent)
            .enumerate()
            .map(|(number, (section, sent))| {
                let urls = sent.iter().map(|sent| sent.url(number, &browser.origin)).collect();
                (urls, section.options.clone())
            })
            .collect();
        // Those with a short timeout by themselves: Firefox sends no more than 80 requests a second, and what waits
        // for that would time out before it is sent.
        let is_impatient =
            |(_, options): &(_, Value)| options["timeoutMs"].as_u64().is_some_and(|ms| ms < 5000);
        let mut answers: Vec<Option<Answer>> = calls.iter().map(|_| None).collect();
        for impatient in [true, false] {
            let of_round = |number: &usize| is_impatient(&calls[*number]) == impatient;
            let round: Vec<_> = (0..calls.len()).filter(of_round).collect();
            let of_round: Vec<_> = round.iter().map(|number| calls[*number].clone()).collect();
            for (number, answer) in round.into_iter().zip(browser.call_all(&of_round, LONGEST_CALLS).await) {
                answers[number] = Some(answer);
            }
        }
        let answers: Vec<_> = answers.into_iter().flatten().collect();
        // No request is left open.
        browser.origin.get("/control/wait?inFlight=0");

        let mut wrong = Vec::new();
        for ((section, sent), answer) in sections.iter().zip(&sent).zip(&answers) {
            assert_eq!(answer.items.len(), sent.len(), "{}: an outcome for every URL", section.title);
            for (item, sent) in sent.iter().enumerate() {
                if let Err(reason) = sent.check(item, answer, &browser.origin, &date) {
                    wrong.push(format!("{}: {}: {reason}", section.title, sent.name()));
                }
            }
        }
        assert!(wrong.is_empty(), "in {}:\n{}", browser.kind.name(), wrong.join("\n"));
        assert!(answers.iter().all(says_no_password));
    });
}

#[test]
fn every_fault_of_the_demo_server_is_in_the_table() {
    let sections = sections(crate::browser::Kind::of_environment());
    let cases = || sections.iter().flat_map(|section| &section.cases);
    assert!(cases().count() >= 50);
    with_package(async |browser| {
        let Value::Array(faults) = serde_json::from_slice(&browser.origin.get("/control/faults")).unwrap()
        else {
            panic!("no faults");
        };
        for fault in faults {
            let name = fault["name"].as_str().unwrap();
            assert!(cases().any(|case| case.fault() == Some(name)), "{name} is not in cases.md");
        }
    });
}

/// The date in `{date}`.
struct Date {
    /// Since 1970.
    seconds: f64,
    text: String,
}

impl Date {
    async fn soon(browser: &Browser) -> Self {
        let script = "const seconds = Math.floor(Date.now() / 1000) + 4;
            return [seconds, new Date(seconds * 1000).toUTCString()];";
        let told = browser.execute(script, vec![]).await;
        Self { seconds: told[0].as_f64().unwrap(), text: told[1].as_str().unwrap().to_owned() }
    }
}

/// Callers print an error's message; the address is their own anyway.
fn says_no_password(answer: &Answer) -> bool {
    answer.items.iter().all(|item| !item["error"].to_string().contains("secret"))
}

/// The items of a section's call.
fn list<'a>(section: &'a Section, number: usize, origin: &Origin, date: &Date) -> Vec<Sent<'a>> {
    let mut sent = Vec::new();
    let mut good = GOOD.iter().cycle();
    for (place, case) in section.cases.iter().enumerate() {
        let key = format!("s{number}c{place}");
        let url = case.url(&key, number, origin, date);
        let one = || Sent::Case { case, key: key.clone(), url: url.clone() };
        sent.extend((0..case.times).map(|_| one()));
        if place % EVERY == 0 {
            sent.extend(good.next().map(|path| Sent::Good(path)));
        }
    }
    sent
}

/// A host with the demo server's port, which is an origin of its own. Every name below `localhost` is
/// this machine (RFC 6761, 6.3).
fn host(name: &str, origin: &Origin) -> String {
    format!("http://{name}.localhost:{}", origin.http.rsplit(':').next().unwrap())
}

impl Case {
    fn url(&self, key: &str, section: usize, origin: &Origin, date: &Date) -> String {
        let mut url = self.sent.clone();
        if url.starts_with("/fault/") || url.starts_with("/image/") || url.starts_with("/fixture/") {
            url.insert_str(0, &host(&format!("section-{section}"), origin));
        }
        let date = date.text.replace(' ', "%20");
        url = url.replace("{own}", &host(key, origin)).replace("{tls}", &origin.tls).replace("{date}", &date);
        if self.reaches_server() {
            url.push(if url.contains('?') { '&' } else { '?' });
            url += &format!("key={key}");
        }
        url
    }

    /// The path whose response follows after the failing ones.
    fn good_path(&self) -> &str {
        let path = self.sent.trim_start_matches("{own}");
        path.split_once("?fail=").map_or(path, |(path, _)| path)
    }

    pub fn reaches_server(&self) -> bool {
        ["/fault/", "/image/", "/fixture/"].iter().any(|path| self.sent.contains(path))
    }

    /// The path of the intact file that the fault happens to.
    fn whole(&self) -> String {
        let (_, query) = self.sent.split_once('?').unwrap_or_default();
        let parameter = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name));
        match self.fault() {
            Some(fault) => format!("/image/{fault}/{}b.jpg", parameter("bytes=").unwrap_or("20000")),
            None => self.good_path().split('?').next().unwrap().to_owned(),
        }
    }

    /// The bytes that must be in the archive or, for a prefix, that it must be a prefix of.
    pub fn expected(&self, origin: &Origin) -> Option<Vec<u8>> {
        let whole = || origin.get(&self.whole());
        match self.bytes {
            Bytes::None => None,
            Bytes::Whole | Bytes::Prefix => Some(whole()),
            Bytes::First(count) => Some(whole()[..count].to_vec()),
            Bytes::Sent => Some(match self.sent.strip_prefix("data:") {
                Some(data) => BASE64_STANDARD.decode(data.split_once(',').unwrap().1).unwrap(),
                None => origin.get(self.good_path()),
            }),
        }
    }
}

impl Sent<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Case { case, .. } => &case.name,
            Self::Good(path) => path,
        }
    }

    fn url(&self, section: usize, origin: &Origin) -> String {
        match self {
            Self::Case { url, .. } => url.clone(),
            Self::Good(path) => host(&format!("section-{section}"), origin) + path,
        }
    }

    /// Compares the item with what is expected of it.
    fn check(&self, item: usize, answer: &Answer, origin: &Origin, date: &Date) -> Result<(), String> {
        match self {
            Self::Good(path) => {
                answer.check_outcome(item, &Outcome::Stored, Count::Any)?;
                answer.check_content(item, Some(&origin.get(path)), false)
            }
            Self::Case { case, key, .. } => {
                answer.check_outcome(item, &case.outcome, case.attempts)?;
                let content = case.expected(origin);
                answer.check_content(item, content.as_deref(), case.bytes == Bytes::Prefix)?;
                case.check_log(&origin.log(key), date, origin)
            }
        }
    }
}

impl Case {
    fn check_log(&self, log: &[Value], date: &Date, origin: &Origin) -> Result<(), String> {
        let seen = log.len() as u64;
        if !self.requests.times(self.times).is_met_by(seen) {
            return Err(format!("the server saw {seen} requests"));
        }
        let is_timeout = matches!(&self.outcome, Outcome::Failed { kind, .. } if kind == "timeout");
        if is_timeout && log.iter().any(|request| !["closed", "reset"].contains(&end(request))) {
            return Err("the request was not closed after the timeout".to_owned());
        }
        let time = |request: &Value, name: &str| request[name].as_f64().unwrap_or_default();
        let pause = || time(&log[1], "startMs") - time(&log[0], "endMs");
        match self.pause {
            Pause::Milliseconds(least) if pause() < f64::from(least) => {
                Err(format!("requested again after {} ms", pause()))
            }
            Pause::UntilDate => {
                let now: Value = serde_json::from_slice(&origin.get("/control/now")).unwrap();
                let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
                // The latest possible start of the server, and so the latest possible time of the request.
                let started = clock - now["now"].as_f64().unwrap() / 1000.0;
                let again = started + time(&log[1], "startMs") / 1000.0;
                let early = date.seconds - again;
                if early > 0.0 { Err(format!("requested again {early} s early")) } else { Ok(()) }
            }
            _ => Ok(()),
        }
    }
}

fn end(request: &Value) -> &str {
    request["end"].as_str().unwrap_or_default()
}
