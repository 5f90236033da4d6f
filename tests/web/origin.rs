//! The demo image server, as the tests see it.

use gloo_net::http::Request;
use js_sys::{Function, JSON, Reflect};
use wasm_bindgen::prelude::*;

/// The address of the server that `cargo xtask test` has started, for which it compiles the tests.
const STARTED: Option<&str> = option_env!("FETCHZIP_ORIGIN");

/// That server, or else the one of `cargo xtask origin`.
const ADDRESS: &str = match STARTED {
    Some(address) => address,
    None => "http://127.0.0.1:4780",
};

/// A running server, and a group of requests of its own.
#[derive(Clone, Debug)]
pub struct Origin {
    key: String,
}

impl Origin {
    /// The server. If none runs, and `cargo xtask test` has not started one, the test is reported as
    /// skipped, and must return.
    ///
    /// # Panics
    ///
    /// The server that `cargo xtask test` has started does not answer.
    pub async fn find(test: &str) -> Option<Self> {
        if text(&format!("{ADDRESS}/health")).await.is_none() {
            assert!(STARTED.is_none(), "the demo server at {ADDRESS} does not answer");
            report_skipped(test);
            return None;
        }
        Some(Self::of_group(test))
    }

    /// Another group of requests to the same server.
    pub fn another(&self, name: &str) -> Self {
        Self::of_group(name)
    }

    fn of_group(name: &str) -> Self {
        // Both suites and both browsers may use one server.
        let unique = (js_sys::Math::random() * 1e15) as u64;
        Self { key: format!("{name}-{unique}") }
    }

    /// The address of a path, counted in this test's group.
    pub fn url(&self, path: &str) -> String {
        let separator = if path.contains('?') { '&' } else { '?' };
        format!("{ADDRESS}{path}{separator}key={}", self.key)
    }

    /// The name of a gate that no other test uses.
    pub fn gate(&self) -> &str {
        &self.key
    }

    /// Opens this test's gate.
    pub async fn open_gate(&self) {
        self.control(&format!("open?gate={}", self.key)).await;
    }

    /// A counter of this test's group.
    pub async fn counter(&self, name: &str) -> f64 {
        number(&self.control(&format!("counters?key={}", self.key)).await, name)
    }

    /// Waits until one of the counters has reached a number.
    pub async fn wait_for(&self, counter: &str, count: usize) {
        self.control(&format!("wait?key={}&{counter}={count}", self.key)).await;
    }

    /// The length and the CRC-32 of the body that the server has for a path.
    pub async fn body_of(&self, path: &str) -> (u64, u32) {
        let path = String::from(js_sys::encode_uri_component(path));
        let body = self.control(&format!("sha256?path={path}")).await;
        (number(&body, "length") as u64, number(&body, "crc32") as u32)
    }

    async fn control(&self, call: &str) -> JsValue {
        let answer = text(&format!("{ADDRESS}/control/{call}")).await;
        JSON::parse(&answer.expect("the server answers")).expect("it answers in JSON")
    }
}

async fn text(url: &str) -> Option<String> {
    let response = Request::get(url).send().await.ok()?;
    if response.ok() { response.text().await.ok() } else { None }
}

fn number(object: &JsValue, name: &str) -> f64 {
    let value = Reflect::get(object, &name.into()).expect("it is an object");
    value.as_f64().expect("it is a number")
}

/// Prints which test was skipped. The runner shows no console of a test that passes, so the line goes
/// to where it prints results: to its function in a worker, or to its element in a page.
fn report_skipped(test: &str) {
    let line = format!("skipped: {test}: no demo server at {ADDRESS} (`cargo xtask origin` starts one)");
    let global = js_sys::global();
    let writeln = Reflect::get(&global, &"__wbg_test_output_writeln".into()).unwrap_or_default();
    if let Some(writeln) = writeln.dyn_ref::<Function>() {
        writeln.call1(&global, &line.into()).expect("the runner takes a line");
    } else if let Some(output) = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id("output"))
    {
        output.append_with_str_1(&format!("{line}\n")).expect("the runner's output is an element");
    }
}
