//! The page's own server: its files, the package, the peers as npm installed them, and where
//! archives are sent to be checked.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use serde_json::{Value, json};

use crate::archive::{self, Expected};
use crate::error::{Error, Result};

/// The page's own files.
const PAGE: [(&str, &str); 7] = [
    ("/", include_str!("../page/index.html")),
    ("/turn.js", include_str!("../page/turn.js")),
    ("/contenders.js", include_str!("../page/contenders.js")),
    ("/byob-worker.js", include_str!("../page/byob-worker.js")),
    ("/watch.js", include_str!("../page/watch.js")),
    ("/crc.js", include_str!("../page/crc.js")),
    ("/soak.js", include_str!("../page/soak.js")),
];

/// Bytes of a request's body in one read.
const READ: usize = 1 << 20;

/// Where the served folders are.
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

/// What the page works on at the moment.
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
    port: u16,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    folders: Folders,
    work: Mutex<Option<Arc<Work>>>,
}

impl Site {
    /// Starts it on a free port, with threads that live as long as this program.
    pub fn start(folders: Folders) -> Result<Self> {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(Error::io("find a port for the page"))?;
        let port = listener.local_addr().map_err(Error::io("find the page's port"))?.port();
        let site = Self { port, state: Arc::new(State { folders, work: Mutex::new(None) }) };
        let state = Arc::clone(&site.state);
        thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let state = Arc::clone(&state);
                // A connection that breaks is the browser's to tell.
                thread::spawn(move || serve(&socket, &state));
            }
        });
        Ok(site)
    }

    /// Its address, without a slash at the end.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What pages that are opened from now on work on.
    pub fn set_work(&self, work: Work) {
        *self.state.work.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(work));
    }
}

/// What a request's head says.
struct Head {
    method: String,
    path: String,
    length: u64,
}

fn serve(socket: &TcpStream, state: &State) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let mut reader = BufReader::with_capacity(READ, socket);
    while let Some(head) = read_head(&mut reader)? {
        let mut body = (&mut reader).take(head.length);
        let answer = answer(&head, &mut body, state);
        io::copy(&mut body, &mut io::sink())?;
        let (status, kind, bytes) = answer.unwrap_or_else(|error| {
            let said = json!({ "error": error.to_string() });
            (500, "application/json", said.to_string().into_bytes())
        });
        let head = format!(
            "HTTP/1.1 {status} -\r\ncontent-type: {kind}\r\ncontent-length: {}\r\ncache-control: no-store\r\n\r\n",
            bytes.len()
        );
        let mut socket = socket;
        socket.write_all(head.as_bytes())?;
        socket.write_all(&bytes)?;
    }
    Ok(())
}

/// The next request's head; `None` when the browser closes.
fn read_head(reader: &mut impl BufRead) -> io::Result<Option<Head>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = target.split('?').next().unwrap_or_default().to_owned();
    let mut length = 0;
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 || line.trim_end().is_empty() {
            return Ok(Some(Head { method, path, length }));
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
    }
}

type Answer = (u16, &'static str, Vec<u8>);

fn answer(head: &Head, body: &mut impl Read, state: &State) -> io::Result<Answer> {
    let work = || state.work.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let scratch = |name: &str| state.folders.scratch.join(name);
    match (head.method.as_str(), head.path.as_str()) {
        ("GET", "/workload.json") => {
            let workload = work().map_or(Value::Null, |work| work.workload.clone());
            Ok(json_answer(&workload))
        }
        ("POST", what @ ("/archive" | "/streamed")) => {
            let start = Instant::now();
            let path = scratch("archive.zip");
            let written = write(&path, body);
            let received_ms = start.elapsed().as_secs_f64() * 1000.0;
            written?;
            let verified = work().map_or(Ok(()), |work| {
                archive::verify(&path, &work.expected)?;
                if what == "/streamed" { archive::verify_with_programs(&path) } else { Ok(()) }
            });
            fs::remove_file(&path)?;
            let flaw = verified.err().map(|flaw| flaw.to_string());
            Ok(json_answer(&json!({ "receivedMs": received_ms, "error": flaw })))
        }
        ("GET", path) => file(path, &state.folders),
        _ => Ok((405, "text/plain", Vec::new())),
    }
}

fn json_answer(value: &Value) -> Answer {
    (200, "application/json", value.to_string().into_bytes())
}

fn write(path: &Path, body: &mut impl Read) -> io::Result<()> {
    let mut file = File::create(path)?;
    let mut buffer = vec![0; READ];
    loop {
        match body.read(&mut buffer)? {
            0 => return Ok(()),
            read => file.write_all(&buffer[..read])?,
        }
    }
}

/// A file of the page's, or of one of the folders.
fn file(path: &str, folders: &Folders) -> io::Result<Answer> {
    if let Some((name, text)) = PAGE.iter().find(|(name, _)| *name == path) {
        let kind = if *name == "/" { "text/html; charset=utf-8" } else { kind_of(path) };
        return Ok((200, kind, text.as_bytes().to_vec()));
    }
    let roots = [
        ("/pkg/", Some(&folders.package)),
        ("/modules/", Some(&folders.modules)),
        ("/crc/", folders.crc.as_ref()),
    ];
    let found = roots.into_iter().find_map(|(prefix, root)| Some((path.strip_prefix(prefix)?, root?)));
    let is_below = |path: &str| Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    match found.filter(|(rest, _)| is_below(rest)).map(|(rest, root)| fs::read(root.join(rest))) {
        Some(Ok(bytes)) => Ok((200, kind_of(path), bytes)),
        _ => Ok((404, "text/plain", format!("there is no {path} here").into_bytes())),
    }
}

fn kind_of(path: &str) -> &'static str {
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

    #[test]
    fn a_head_is_read_with_its_length_whatever_its_case() {
        let mut bytes = &b"POST /archive?x=1 HTTP/1.1\r\nHost: a\r\ncontent-LENGTH: 12\r\n\r\nhello"[..];
        let head = read_head(&mut bytes).unwrap().unwrap();
        assert_eq!((head.method.as_str(), head.path.as_str(), head.length), ("POST", "/archive", 12));
        assert_eq!(bytes, b"hello");
        assert!(read_head(&mut &b""[..]).unwrap().is_none());
    }

    #[test]
    fn nothing_outside_its_folders_is_served() {
        let here = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("page");
        let folders = Folders { package: here.clone(), modules: here.clone(), crc: None, scratch: here };
        let status = |path: &str| file(path, &folders).unwrap().0;
        assert_eq!(status("/pkg/index.html"), 200);
        assert_eq!(status("/pkg/../Cargo.toml"), 404);
        assert_eq!(status("/crc/index.html"), 404);
        assert_eq!(status("/etc/passwd"), 404);
    }
}
