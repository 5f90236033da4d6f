//! A web server with the configuration of `hosting/`, of which only the port and the folder are others.

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use walkdir::WalkDir;

use crate::browser::environment;

/// A folder of the site that has the page, too.
pub const FOLDER: &str = "/some/folder/";

/// The longest time that a server needs to start on a busy machine.
const START: Duration = Duration::from_secs(30);

/// The modules of Apache that `hosting/apache.conf` needs, with what any configuration does.
const APACHE_MODULES: [&str; 8] =
    ["mpm_event", "authz_core", "dir", "headers", "mime", "rewrite", "socache_shmcb", "ssl"];

/// nginx's folders for what does not fit its buffers; the defaults are the system's own.
const NGINX_FOLDERS: [&str; 5] = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

/// The page with its compressed files, as `cargo xtask compress` makes it.
pub fn hosted_page() -> PathBuf {
    env::var("FETCHZIP_HOSTED").expect("`cargo xtask test --only hosting` sets FETCHZIP_HOSTED").into()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Nginx,
    Caddy,
    Apache,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Nginx, Self::Caddy, Self::Apache];
}

/// How requests come to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    Plain,
    /// With a certificate that nobody trusts.
    Tls,
}

/// A running server. Dropping it ends the process.
pub struct WebServer {
    process: Child,
    port: u16,
    transport: Transport,
    folder: TempDir,
}

impl WebServer {
    /// Starts a server with the page at the root and in [`FOLDER`].
    pub fn with_page(kind: Kind) -> Self {
        Self::with_page_over(kind, Transport::Plain)
    }

    /// The same, with TLS or without.
    pub fn with_page_over(kind: Kind, transport: Transport) -> Self {
        let file = match kind {
            Kind::Nginx => "nginx.conf",
            Kind::Caddy => "Caddyfile",
            Kind::Apache => "apache.conf",
        };
        let configuration = fs::read_to_string(environment::repository().join("hosting").join(file)).unwrap();
        Self::start(kind, &configuration, transport)
    }

    /// Starts a server with a configuration as `hosting/` has them.
    pub fn start(kind: Kind, configuration: &str, transport: Transport) -> Self {
        let folder = TempDir::new().unwrap();
        // Servers that root starts read the files as another user.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let site = folder.path().join("site");
        copy_page(&site);
        copy_page(&site.join(FOLDER.trim_matches('/')));
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let text = configuration
            .replace("listen 80;", &format!("listen 127.0.0.1:{port};"))
            .replace("*:80", &format!("127.0.0.1:{port}"))
            .replace("\nexample.org {", &format!("\nhttp://127.0.0.1:{port} {{"))
            .replace("/srv/fetchzip", &site.to_string_lossy());
        let text = match transport {
            Transport::Plain => text,
            Transport::Tls => with_certificate(kind, &text, folder.path()),
        };
        let text = match kind {
            Kind::Nginx => nginx(&text, folder.path()),
            Kind::Caddy => {
                let storage = folder.path().join("caddy");
                let storage = storage.display();
                format!("{{\n\tadmin off\n\tauto_https off\n\tstorage file_system {storage}\n}}\n{text}")
            }
            Kind::Apache => apache(&text, folder.path(), port),
        };
        let file = folder.path().join("configuration");
        fs::write(&file, text).unwrap();
        let mut command = match kind {
            Kind::Nginx => {
                let mut nginx = Command::new("/usr/sbin/nginx");
                nginx.arg("-p").arg(folder.path()).arg("-c").arg(&file);
                nginx
            }
            Kind::Caddy => {
                let mut caddy = Command::new("caddy");
                caddy.args(["run", "--adapter", "caddyfile", "--config"]).arg(&file);
                caddy
            }
            Kind::Apache => {
                let mut apache = Command::new("/usr/sbin/apache2");
                apache.arg("-d").arg(folder.path()).arg("-f").arg(&file).args(["-D", "FOREGROUND"]);
                apache
            }
        };
        let log = fs::File::create(folder.path().join("log")).unwrap();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).env("HOME", folder.path());
        let process = command.spawn().unwrap_or_else(|error| panic!("{kind:?}: {error}"));
        let mut server = Self { process, port, transport, folder };
        server.until_it_listens(kind);
        server
    }

    fn until_it_listens(&mut self, kind: Kind) {
        let start = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            let has_ended = self.process.try_wait().unwrap().is_some();
            assert!(!has_ended && start.elapsed() < START, "{kind:?} did not start: {}", self.log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// What it has written on its standard error.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The files of its page by their paths, without compressed ones.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let page = hosted_page();
        let mut files = BTreeMap::new();
        for entry in WalkDir::new(&page).into_iter().map(Result::unwrap) {
            let name = entry.path().strip_prefix(&page).unwrap().to_string_lossy().into_owned();
            let is_added = name.ends_with(".br") || name.ends_with(".gz") || name == "_headers";
            if entry.file_type().is_file() && !is_added {
                let served = self.folder.path().join("site").join(&name);
                files.insert(name, fs::read(served).unwrap());
            }
        }
        files
    }

    /// The answer to a GET that accepts these encodings.
    pub fn get(&self, path: &str, accepted: &str) -> Answer {
        self.request("GET", path, &[("Accept-Encoding", accepted)])
    }

    /// The answer to a request with these headers.
    pub fn request(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let host = format!("127.0.0.1:{}", self.port);
        let request =
            format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Connection: close\r\n\r\n");
        match self.transport {
            Transport::Plain => {
                let mut stream = TcpStream::connect(&host).unwrap();
                stream.write_all(request.as_bytes()).unwrap();
                Answer::read(stream)
            }
            Transport::Tls => {
                let mut client = Command::new("openssl")
                    .args(["s_client", "-quiet", "-servername", "localhost", "-connect", &host])
                    .stdin(Stdio::piped())
                    .stdout(Stdio::piped())
                    .stderr(Stdio::null())
                    .spawn()
                    .unwrap();
                let mut input = client.stdin.take().unwrap();
                input.write_all(request.as_bytes()).unwrap();
                let answer = Answer::read(client.stdout.take().unwrap());
                drop(input);
                client.wait().unwrap();
                answer
            }
        }
    }
}

impl Drop for WebServer {
    fn drop(&mut self) {
        // nginx and Apache have processes of their own, which they end when they are asked to.
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let _ = self.process.wait();
    }
}

/// An HTTP answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    fn read(stream: impl Read) -> Self {
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.unwrap_or_else(|| panic!("no status: {line:?}"));
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).unwrap();
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.push((name.to_lowercase(), value.trim().to_owned()));
        }
        let mut answer = Self { status, headers, body: Vec::new() };
        if answer.header("transfer-encoding").is_some() {
            answer.body = chunks(&mut stream);
        } else {
            stream.read_to_end(&mut answer.body).unwrap();
        }
        answer
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut all = self.headers.iter().filter(|(header, _)| header == name);
        let value = all.next().map(|(_, value)| value.as_str());
        assert_eq!(all.next(), None, "{name} comes twice");
        value
    }

    /// Its media type without parameters.
    pub fn media_type(&self) -> &str {
        let whole = self.header("content-type").unwrap_or_default();
        whole.split_once(';').map_or(whole, |(media_type, _)| media_type.trim_end())
    }
}

fn chunks(stream: &mut impl BufRead) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        let length = usize::from_str_radix(line.trim(), 16).unwrap_or_default();
        let mut chunk = vec![0; length + 2];
        stream.read_exact(&mut chunk).unwrap();
        if length == 0 {
            return body;
        }
        body.extend_from_slice(&chunk[..length]);
    }
}

/// A configuration with a new certificate, as each server's own documentation adds one.
fn with_certificate(kind: Kind, text: &str, folder: &Path) -> String {
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost", "-out"])
        .arg(&certificate)
        .arg("-keyout")
        .arg(&key)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let (certificate, key) = (certificate.display(), key.display());
    match kind {
        Kind::Nginx => text.replacen(
            "    server_name",
            &format!("    ssl_certificate {certificate};\n    ssl_certificate_key {key};\n    server_name"),
            1,
        )
        // Behind the port, which stands before.
        .replace(";\n    ssl_certificate ", " ssl;\n    ssl_certificate "),
        Kind::Caddy => {
            text.replacen("http://127", "https://127", 1).replacen("{\n\troot", &format!("{{\n\ttls {certificate} {key}\n\troot"), 1)
        }
        Kind::Apache => text.replacen(
            "    DocumentRoot",
            &format!("    SSLEngine on\n    SSLCertificateFile {certificate}\n    SSLCertificateKeyFile {key}\n    DocumentRoot"),
            1,
        ),
    }
}

/// What a main configuration has around the files of `hosting/`.
fn nginx(text: &str, folder: &Path) -> String {
    let module = "/usr/lib/nginx/modules/ngx_http_brotli_static_module.so";
    let own: String =
        NGINX_FOLDERS.iter().map(|name| format!("{name}_temp_path {}/{name};\n", folder.display())).collect();
    let user = if is_root() { "user nobody nogroup;" } else { "" };
    format!(
        "load_module {module};\n{user}\ndaemon off;\npid {0}/pid;\nerror_log stderr warn;\nevents {{}}\n\
         http {{\naccess_log off;\n{own}{text}\n}}\n",
        folder.display()
    )
}

fn apache(text: &str, folder: &Path, port: u16) -> String {
    let load = |name: &&str| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n");
    let modules: String = APACHE_MODULES.iter().map(load).collect();
    let user = if is_root() { "User nobody\nGroup nogroup\n" } else { "" };
    format!(
        "{modules}{user}ServerName localhost\nPidFile {0}/pid\nDefaultRuntimeDir {0}\nTypesConfig /dev/null\n\
         ErrorLog {0}/log\nListen 127.0.0.1:{port}\n{text}",
        folder.display()
    )
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

/// Copies the page with a first script that records what goes wrong. Its HTML is other than what was compressed.
fn copy_page(to: &Path) {
    let page = hosted_page();
    for entry in WalkDir::new(&page).into_iter().map(Result::unwrap) {
        let target = to.join(entry.path().strip_prefix(&page).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(target).unwrap();
        } else if !entry.file_name().to_string_lossy().starts_with("index.html.") {
            fs::copy(entry.path(), target).unwrap();
        }
    }
    let index = to.join("index.html");
    let html = fs::read_to_string(&index).unwrap();
    fs::write(&index, html.replacen("<head>", "<head><script src=\"record.js\"></script>", 1)).unwrap();
    fs::write(to.join("record.js"), include_str!("../browser/record.js")).unwrap();
}
