//! A host of the built page, as one that is well set up: compressed beforehand, and cached by name.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use anyhow::{Result, anyhow};
use flate2::Compression;
use flate2::write::GzEncoder;
use fs_err as fs;
use tiny_http::{Header, Request, Response, Server};

/// The files that a first visit may ask for.
const ENDINGS: [(&str, &str); 6] = [
    (".css", "text/css"),
    (".html", "text/html; charset=utf-8"),
    (".js", "text/javascript"),
    (".svg", "image/svg+xml"),
    (".wasm", "application/wasm"),
    (".webmanifest", "application/manifest+json"),
];

/// Compressed files by their paths.
type Files = HashMap<String, Vec<u8>>;

/// Serves a folder on a free port until this program ends; returns the address, without a slash at the end.
pub fn start(folder: &Path) -> Result<String> {
    let mut files = Files::new();
    read(folder, "/", &mut files)?;
    let server = Server::http("127.0.0.1:0").map_err(|error| anyhow!("could not serve the page: {error}"))?;
    let address = format!("http://{}", server.server_addr());
    let files = Arc::new(files);
    thread::spawn(move || {
        for request in server.incoming_requests() {
            let files = Arc::clone(&files);
            thread::spawn(move || respond(request, &files));
        }
    });
    Ok(address)
}

fn read(folder: &Path, prefix: &str, files: &mut Files) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            read(&entry.path(), &format!("{path}/"), files)?;
        } else if content_type(&path).is_some() {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(&fs::read(entry.path())?)?;
            files.insert(path, encoder.finish()?);
        }
    }
    Ok(())
}

fn respond(request: Request, files: &Files) {
    let path = request.url().split('?').next().unwrap_or_default();
    let path = if path == "/" { "/index.html" } else { path };
    let (Some(bytes), Some(content_type)) = (files.get(path), content_type(path)) else {
        let _ = request.respond(Response::empty(404));
        return;
    };
    let is_fixed = path.ends_with(".html") || path.ends_with("service-worker.js");
    let mut response = Response::from_data(bytes.clone());
    for (name, value) in [
        ("content-type", content_type),
        ("content-encoding", "gzip"),
        ("cache-control", if is_fixed { "no-cache" } else { "max-age=31536000, immutable" }),
    ] {
        if let Ok(header) = Header::from_bytes(name, value) {
            response.add_header(header);
        }
    }
    // A broken connection fails in the browser as well, which reports it.
    let _ = request.respond(response);
}

fn content_type(path: &str) -> Option<&'static str> {
    ENDINGS.iter().find(|(ending, _)| path.ends_with(ending)).map(|(_, content_type)| *content_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_sent_compressed_and_others_are_not_there() {
        let folder = tempfile::TempDir::new().unwrap();
        fs::write(folder.path().join("index.html"), "<title>").unwrap();
        let address = start(folder.path()).unwrap();
        let page = ureq::get(format!("{address}/?x#y")).call().unwrap();
        assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
        assert_eq!(page.headers()["content-encoding"], "gzip");
        assert!(ureq::get(format!("{address}/../Cargo.toml")).call().is_err());
    }
}
