//! The page's own server: its files, the package, the peers as npm installed them, and where
//! archives are sent to be checked.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use anyhow::{Result, anyhow};
use serde_json::{Value, json};
use tiny_http::{Header, Method, Request, Response, Server};

use crate::archive::{self, Expected};

/// The page's own files.
const PAGE: [(&str, &str); 9] = [
    ("/", include_str!("../page/index.html")),
    ("/turn.js", include_str!("../page/turn.js")),
    ("/contenders.js", include_str!("../page/contenders.js")),
    ("/get.js", include_str!("../page/get.js")),
    ("/byob-worker.js", include_str!("../page/byob-worker.js")),
    ("/watch.js", include_str!("../page/watch.js")),
    ("/crc.js", include_str!("../page/crc.js")),
    ("/soak.js", include_str!("../page/soak.js")),
    ("/trouble.js", include_str!("../page/trouble.js")),
];

/// The folders that are served or written to.
#[derive(Clone, Debug)]
pub struct Folders {
    /// The package.
    pub package: PathBuf,
    /// npm's packages.
    pub modules: PathBuf,
    /// The wasm of `bench crc`.
    pub crc: Option<PathBuf>,
    /// Archives lie here while they are checked.
    pub scratch: PathBuf,
}

/// The current workload.
#[derive(Debug)]
pub struct Work {
    /// The workload as the page reads it.
    pub workload: Value,
    /// What an archive of it must hold.
    pub expected: Expected,
}

/// A running server.
#[derive(Clone, Debug)]
pub struct Site {
    address: String,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    folders: Folders,
    work: Mutex<Option<Arc<Work>>>,
}

impl Site {
    /// Starts it on a free port, until this program ends.
    pub fn start(folders: Folders) -> Result<Self> {
        let server =
            Server::http("127.0.0.1:0").map_err(|error| anyhow!("could not serve the page: {error}"))?;
        let address = format!("http://{}", server.server_addr());
        let state = Arc::new(State { folders, work: Mutex::new(None) });
        let served = Arc::clone(&state);
        thread::spawn(move || {
            for request in server.incoming_requests() {
                let state = Arc::clone(&served);
                thread::spawn(move || respond(request, &state));
            }
        });
        Ok(Self { address, state })
    }

    /// Its address, without a slash at the end.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Sets the workload of pages that are opened from now on.
    pub fn set_work(&self, work: Work) {
        *self.state.work.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(work));
    }
}

type Answer = (u16, &'static str, Vec<u8>);

fn respond(mut request: Request, state: &State) {
    let (status, content_type, bytes) = answer(&mut request, state)
        .unwrap_or_else(|error| (500, "application/json", json_text(&json!({ "error": error.to_string() }))));
    let mut response = Response::from_data(bytes).with_status_code(status);
    for (name, value) in [("content-type", content_type), ("cache-control", "no-store")] {
        if let Ok(header) = Header::from_bytes(name, value) {
            response.add_header(header);
        }
    }
    // A broken connection fails in the browser as well, which reports it.
    let _ = request.respond(response);
}

fn answer(request: &mut Request, state: &State) -> io::Result<Answer> {
    let work = state.work.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let path = request.url().split('?').next().unwrap_or_default().to_owned();
    match (request.method(), path.as_str()) {
        (Method::Get, "/workload.json") => {
            let workload = work.map_or(Value::Null, |work| work.workload.clone());
            Ok((200, "application/json", json_text(&workload)))
        }
        (Method::Post, "/archive" | "/streamed") => {
            let (received_ms, verdict) = check(request.as_reader(), work.as_deref(), &path, &state.folders)?;
            let verdict = json!({ "receivedMs": received_ms, "error": verdict });
            Ok((200, "application/json", json_text(&verdict)))
        }
        (Method::Get, path) => file(path, &state.folders),
        _ => Ok((405, "text/plain", Vec::new())),
    }
}

/// Writes an archive to a file and checks it. Returns how long the first took, in milliseconds, and what
/// is wrong with the archive.
fn check(
    body: &mut dyn Read,
    work: Option<&Work>,
    path: &str,
    folders: &Folders,
) -> io::Result<(f64, Option<String>)> {
    let file = folders.scratch.join("archive.zip");
    let start = Instant::now();
    io::copy(body, &mut File::create(&file)?)?;
    let received_ms = start.elapsed().as_secs_f64() * 1000.0;
    let verified = work.map_or(Ok(()), |work| {
        archive::verify(&file, &work.expected)?;
        if path == "/streamed" { archive::verify_with_programs(&file) } else { Ok(()) }
    });
    fs::remove_file(&file)?;
    Ok((received_ms, verified.err().map(|error| format!("{error:#}"))))
}

fn json_text(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

/// A file of the page's, or of one of the folders.
fn file(path: &str, folders: &Folders) -> io::Result<Answer> {
    if let Some((name, text)) = PAGE.iter().find(|(name, _)| *name == path) {
        let content_type = if *name == "/" { "text/html; charset=utf-8" } else { content_type(path) };
        return Ok((200, content_type, text.as_bytes().to_vec()));
    }
    let roots = [
        ("/pkg/", Some(&folders.package)),
        ("/modules/", Some(&folders.modules)),
        ("/crc/", folders.crc.as_ref()),
    ];
    let found = roots.into_iter().find_map(|(prefix, root)| Some((path.strip_prefix(prefix)?, root?)));
    let is_below = |path: &str| Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    match found.filter(|(rest, _)| is_below(rest)).map(|(rest, root)| fs::read(root.join(rest))) {
        Some(Ok(bytes)) => Ok((200, content_type(path), bytes)),
        _ => Ok((404, "text/plain", format!("there is no {path} here").into_bytes())),
    }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("js" | "mjs") => "text/javascript",
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        _ => "text/plain; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders() -> Folders {
        let page = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("page");
        let scratch = std::env::temp_dir();
        Folders { package: page.clone(), modules: page, crc: None, scratch }
    }

    #[test]
    fn nothing_outside_its_folders_is_served() {
        let status = |path: &str| file(path, &folders()).unwrap().0;
        assert_eq!(status("/pkg/index.html"), 200);
        assert_eq!(status("/pkg/../Cargo.toml"), 404);
        assert_eq!(status("/crc/index.html"), 404);
        assert_eq!(status("/etc/passwd"), 404);
    }

    #[test]
    fn a_file_and_the_verdict_on_a_body_arrive() {
        let site = Site::start(folders()).unwrap();
        let mut page = ureq::get(format!("{}/?x=1", site.address())).call().unwrap();
        assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
        assert!(page.body_mut().read_to_string().unwrap().contains("<title>"));
        let expected = Expected::Named([].into());
        site.set_work(Work { workload: Value::Null, expected });
        let mut verdict = ureq::post(format!("{}/archive", site.address())).send("no archive").unwrap();
        let verdict = verdict.body_mut().read_to_string().unwrap();
        assert!(verdict.contains("not a valid zip"), "{verdict}");
    }
}
