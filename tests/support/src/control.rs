//! The demo image server's control routes (`tests/origin/README.md`).
//!
//! Everything here panics if the server does not answer: the test can't continue.

#![allow(clippy::unwrap_used, reason = "a test without its server has failed")]

use serde_json::Value;

use crate::origin::Origin;

/// Sends a JSON document, and expects success and another.
pub fn post_json(address: &str, document: &Value) -> Value {
    let request = ureq::post(address).content_type("application/json");
    let answer = request.send(document.to_string());
    let mut answer = answer.unwrap_or_else(|error| panic!("{address}: {error}: {document}"));
    serde_json::from_slice(&answer.body_mut().read_to_vec().unwrap()).unwrap()
}

impl Origin {
    /// The body at a path.
    pub fn get(&self, path: &str) -> Vec<u8> {
        let request = ureq::get(self.url(path)).config().http_status_as_error(false).build();
        let mut answer = request.call().unwrap_or_else(|error| panic!("{path}: {error}"));
        let status = answer.status();
        let body = answer.body_mut().with_config().limit(u64::MAX).read_to_vec().unwrap();
        assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&body));
        body
    }

    /// The counters of a group of requests.
    pub fn counters(&self, key: &str) -> Value {
        self.json(&format!("/control/counters?key={key}"))
    }

    /// The counters of all requests.
    pub fn counters_of_all(&self) -> Value {
        self.json("/control/counters")
    }

    /// Waits for counters such as `requests=3&completed=2`, and returns all of the group.
    pub fn wait(&self, key: &str, counters: &str) -> Value {
        self.json(&format!("/control/wait?key={key}&{counters}"))
    }

    /// The requests of a group, in order of arrival.
    pub fn log(&self, key: &str) -> Vec<Value> {
        self.list(&format!("/control/log?key={key}"))
    }

    /// All requests, in order of arrival.
    pub fn whole_log(&self) -> Vec<Value> {
        self.list("/control/log")
    }

    /// Opens a gate for the answers that wait at it, and for later ones.
    pub fn open_gate(&self, gate: &str) {
        self.get(&format!("/control/open?gate={gate}"));
    }

    fn json(&self, path: &str) -> Value {
        serde_json::from_slice(&self.get(path)).unwrap()
    }

    fn list(&self, path: &str) -> Vec<Value> {
        serde_json::from_slice(&self.get(path)).unwrap()
    }
}
