//! The demo image server, and its control routes (`tests/origin/README.md`).

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use serde_json::Value;

use super::environment;

/// A server on free ports, which ends when this is dropped.
pub struct Origin {
    program: Child,
    /// The program ends with its standard input.
    input: Option<ChildStdin>,
    /// `http://127.0.0.1:PORT`.
    pub http: String,
    /// The same routes on another port: another origin.
    pub cross: String,
    /// The static site's address.
    pub site: String,
    /// Over TLS, HTTP/2 or HTTP/1.1.
    pub tls: String,
}

impl Origin {
    pub fn start(site: &Path) -> Self {
        let mut program = Command::new(environment::origin_program())
            .args(["--port", "0", "--cross-port", "0", "--tls-port", "0", "--site-port", "0"])
            .arg("--site")
            .arg(site)
            .arg("--until-stdin-closes")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = program.stdin.take();
        let mut told = std::collections::HashMap::new();
        for line in BufReader::new(program.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            let (name, value) = line.split_once(' ').unwrap_or((&line, ""));
            if name == "ready" {
                break;
            }
            told.insert(name.to_owned(), value.to_owned());
        }
        let mut address = |name| told.remove(name).unwrap_or_else(|| panic!("the demo server did not start"));
        Self {
            http: address("origin"),
            cross: address("cross"),
            site: address("site"),
            tls: address("tls"),
            program,
            input,
        }
    }

    pub fn tls_port(&self) -> u16 {
        self.tls.rsplit(':').next().unwrap().parse().unwrap()
    }

    /// An address on the server.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.http)
    }

    /// The body that a path is answered with.
    pub fn get(&self, path: &str) -> Vec<u8> {
        let authority = self.http.strip_prefix("http://").unwrap();
        let mut socket = TcpStream::connect(authority).unwrap();
        write!(socket, "GET {path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).unwrap();
        let head = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
        let status = String::from_utf8_lossy(&answer[9..12]).into_owned();
        let body = answer.split_off(head);
        assert_eq!(status, "200", "{path}: {}", String::from_utf8_lossy(&body));
        body
    }

    fn json(&self, path: &str) -> Value {
        serde_json::from_slice(&self.get(path)).unwrap()
    }

    /// The counters of a group of requests.
    pub fn counters(&self, key: &str) -> Value {
        self.json(&format!("/control/counters?key={key}"))
    }

    /// The counters of all requests.
    pub fn counters_of_all(&self) -> Value {
        self.json("/control/counters")
    }

    /// Waits for counters such as `requests=3&completed=2`, and gives all of the group.
    pub fn wait(&self, key: &str, counters: &str) -> Value {
        self.json(&format!("/control/wait?key={key}&{counters}"))
    }

    /// What a group asked for, in order of arrival.
    pub fn log(&self, key: &str) -> Vec<Value> {
        let Value::Array(log) = self.json(&format!("/control/log?key={key}")) else { panic!("no log") };
        log
    }

    /// Everything that was asked for.
    pub fn whole_log(&self) -> Vec<Value> {
        let Value::Array(log) = self.json("/control/log") else { panic!("no log") };
        log
    }

    /// Lets everybody through who waits at a gate, or will.
    pub fn open_gate(&self, gate: &str) {
        self.get(&format!("/control/open?gate={gate}"));
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.program.wait();
    }
}
