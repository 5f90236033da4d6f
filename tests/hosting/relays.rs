//! Both relays of `hosting/relay/`.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::browser::site::Site;
use crate::browser::{Browser, browse, environment};
use crate::web_server::{Kind, Transport, WebServer};

/// A host in the certificate of the demo server, which stands for it in these tests.
const HOST: &str = "picsum.photos";

/// Another host of the list, for which the demo server has no certificate: a name that leads elsewhere.
const STRAY: &str = "images.example.org";

#[test]
fn the_page_fetches_through_the_worker_script() {
    browse(Site::page(), async |browser| {
        let relay = Worker::start(browser);
        fetch_through(browser, &format!("{}/?url=", relay.address)).await;
    });
}

#[test]
fn the_worker_script_withstands_attacks() {
    let test = environment::repository().join("tests/hosting/worker.test.mjs");
    let output = Command::new("node").arg("--test").arg(test).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn the_page_fetches_through_nginx() {
    browse(Site::page(), async |browser| {
        let relay = nginx(browser);
        fetch_through(browser, &relay.url("/")).await;
    });
}

#[test]
fn nginx_refuses_everything_but_images_of_its_hosts_for_its_page() {
    browse(Site::page(), async |browser| {
        let relay = nginx(browser);
        let page = browser.origin.site.clone().unwrap();
        let own = [("Origin", page.as_str())];
        let image = format!("/https://{HOST}/image/1/64x48.jpg?key=image");
        let there = relay.request("GET", &image, &own);
        assert_eq!((there.status, there.media_type()), (200, "image/jpeg"));
        assert_eq!(there.header("access-control-allow-origin"), Some(page.as_str()));
        assert_eq!(relay.request("HEAD", &image, &own).status, 200);
        for request in browser.origin.log("image") {
            let headers = request["headers"].to_string().to_lowercase();
            assert!(!headers.contains("cookie") && !headers.contains("\"origin\""), "{request}");
        }

        let refused: &[(&str, &str, u16)] = &[
            ("POST", &image, 405),
            ("GET", "/", 403),
            ("GET", "/found", 403),
            ("GET", "/https://evil.example/a.png", 403),
            ("GET", "/http://picsum.photos/image/1/64x48.jpg", 403),
            ("GET", "/https://picsum.photos:8443/image/1/64x48.jpg", 403),
            ("GET", "/https://picsum.photos@127.0.0.1/image/1/64x48.jpg", 403),
            ("GET", "/https://picsum.photos.evil.example/image/1/64x48.jpg", 403),
            ("GET", "/https://127.0.0.1/image/1/64x48.jpg", 403),
            ("GET", "/https://[::1]/image/1/64x48.jpg", 403),
        ];
        let before = browser.origin.whole_log().len();
        for (method, path, status) in refused {
            assert_eq!(relay.request(method, path, &own).status, *status, "{method} {path}");
        }
        for origin in ["https://evil.example", "null", &format!("{page}.evil.example")] {
            assert_eq!(relay.request("GET", &image, &[("Origin", origin)]).status, 403, "{origin}");
        }
        assert_eq!(relay.request("GET", &image, &[]).status, 403);
        // A listed name that leads to a machine without its certificate, as in a private network.
        assert_eq!(relay.request("GET", &format!("/https://{STRAY}/image/1/64x48.jpg"), &own).status, 403);
        assert!(relay.log().contains("certificate"), "{}", relay.log());
        assert_eq!(browser.origin.whole_log().len(), before, "a refused request was made");

        // What is there, and is no image or leads elsewhere.
        for path in
            ["/fault/redirect?to=/image/1/64x48.jpg", "/fault/html", "/control/counters", "/fault/status/404"]
        {
            let answer = relay.request("GET", &format!("/https://{HOST}{path}"), &own);
            assert!(answer.status >= 400, "{path}: {}", answer.status);
            assert_eq!(answer.header("location"), None, "{path}");
        }
    });
}

/// Has the page fetch two images of [`HOST`] through a relay.
async fn fetch_through(browser: &Browser, relay: &str) {
    browser.open_more_options().await;
    browser.enter("textbox", "Relay", relay).await;
    let paths = ["/image/1/64x48.jpg?key=k", "/image/2/80x60.png?key=k"];
    let urls = paths.map(|path| format!("https://{HOST}{path}"));
    browser.fill(&urls.join("\n")).await;
    browser.fetch().await;
    let expected = [("64x48.jpg", paths[0]), ("80x60.png", paths[1])];
    let expected = expected.map(|(name, path)| (name.to_owned(), browser.origin.get(path)));
    assert!(browser.save_entries().await == expected);
}

/// nginx with the relay's configuration, for the page of a test; the demo server stands for both hosts of the list.
fn nginx(browser: &Browser) -> WebServer {
    let folder = TempDir::new().unwrap();
    // As a number: nginx would ask its resolver for a name.
    let (tls, certificate) =
        (browser.origin.tls.replace("https://localhost", "127.0.0.1"), folder.path().join("certificate.pem"));
    let shown = Command::new("openssl")
        .args(["s_client", "-servername", HOST, "-connect", &tls])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .unwrap();
    fs::write(&certificate, shown.stdout).unwrap();
    let configuration = environment::repository().join("hosting/relay/nginx.conf");
    let configuration = fs::read_to_string(configuration).unwrap();
    let page = browser.origin.site.clone().unwrap();
    let configuration = configuration
        .replace("https://fetchzip.example.org", &page)
        .replace(&format!("{STRAY}:443;"), &format!("{tls}; {HOST} {tls};"))
        .replace("/etc/ssl/certs/ca-certificates.crt", &certificate.to_string_lossy());
    // It has read the certificate once it listens.
    WebServer::start(Kind::Nginx, &configuration, Transport::Plain)
}

/// The worker script under Node. Dropping it ends the process.
struct Worker {
    process: Child,
    address: String,
}

impl Worker {
    fn start(browser: &Browser) -> Self {
        let repository = environment::repository();
        let mut process = Command::new("node")
            .arg(repository.join("tests/hosting/worker_host.mjs"))
            .arg(repository.join("hosting/relay/worker.js"))
            .args([browser.origin.site.as_deref().unwrap(), browser.origin.http.as_str()])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self { process, address: address.trim().to_owned() }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
