use std::fs;
use std::path::PathBuf;

use origin::{Options, Server};

use crate::client::{Connection, get};

/// A folder with a small site in it.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(folder.join("assets")).unwrap();
    for (file, text) in [
        ("index.html", "<!doctype html>"),
        ("app_bg.wasm", "\0asm"),
        ("boot.js", "//"),
        ("assets/a b.css", ""),
    ] {
        fs::write(folder.join(file), text).unwrap();
    }
    fs::write(folder.join("../outside.txt"), "secret").unwrap();
    folder
}

#[test]
fn the_site_is_served_at_its_root_and_below_any_path() {
    let site = Some(folder("site"));
    let server = Server::start(Options { site, ..Options::default() }).unwrap();
    let mut connection = Connection::open(server.addresses().site.unwrap());
    for prefix in ["", "/some/sub/path"] {
        for (path, content_type) in [
            ("/", "text/html; charset=utf-8"),
            ("/index.html?x=1", "text/html; charset=utf-8"),
            ("/app_bg.wasm", "application/wasm"),
            ("/boot.js", "text/javascript; charset=utf-8"),
            ("/assets/a%20b.css", "text/css; charset=utf-8"),
        ] {
            let response = connection.get(&format!("{prefix}{path}"));
            assert_eq!(
                (response.status, response.header("content-type")),
                (200, Some(content_type)),
                "{path}"
            );
            assert_eq!(response.header("cache-control"), Some("no-cache"));
        }
        let demo = connection.get(&format!("{prefix}/demo.json"));
        assert_eq!(demo.text().matches(&format!("\"{}/image/", server.origin())).count(), 12);
    }
}

#[test]
fn nothing_outside_the_folder_is_served() {
    let folder = folder("closed");
    let options = Options { site: Some(folder.clone()), folder: Some(folder), ..Options::default() };
    let server = Server::start(options).unwrap();
    let mut site = Connection::open(server.addresses().site.unwrap());
    for path in ["/../outside.txt", "/%2e%2e/outside.txt", "/..%2foutside.txt", "//etc/passwd", "/nothing"] {
        assert_eq!(site.get(path).status, 404, "{path}");
    }
    let mut images = Connection::open(server.addresses().origin);
    assert_eq!(images.get("/folder/..%2foutside.txt").status, 404);
    let script = images.get("/folder/boot.js");
    assert_eq!((script.status, script.text()), (200, "//"));
    assert!(script.header("last-modified").is_some());
}

#[test]
fn a_server_without_a_folder_says_so() {
    let server = Server::start(Options::default()).unwrap();
    let response = get(server.addresses().origin, "/folder/a.jpg");
    assert_eq!((response.status, response.text()), (404, "this server was started without --folder\n"));
}
