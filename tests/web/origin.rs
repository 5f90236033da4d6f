//! The demo image server, as the tests see it.

use std::cell::Cell;

use gloo_net::http::Request;
use js_sys::{Function, JSON, Reflect};
use wasm_bindgen::prelude::*;

/// Where `cargo xtask test` started the server, or else where `cargo xtask origin` does.
const ADDRESS: &str = match option_env!("FETCHZIP_ORIGIN") {
    Some(address) => address,
    None => "http://127.0.0.1:4780",
};

/// A running server, and a group of requests of its own.
#[derive(Clone, Debug)]
pub struct Origin {
    key: String,
}

impl Origin {
    /// The server, where it runs. `key` names the test's requests.
    pub async fn find(key: &str) -> Option<Self> {
        if text(&format!("{ADDRESS}/health")).await.is_none() {
            say_once_what_is_left_out();
            return None;
        }
        // Both suites and both browsers may use one server.
        let unique = (js_sys::Math::random() * 1e15) as u64;
        Some(Self { key: format!("{key}-{unique}") })
    }

    /// The address of a path, counted in this test's group.
    pub fn url(&self, path: &str) -> String {
        let separator = if path.contains('?') { '&' } else { '?' };
        format!("{ADDRESS}{path}{separator}key={}", self.key)
    }

    /// A name for a gate that no other test has.
    pub fn gate(&self) -> &str {
        &self.key
    }

    /// Lets what waits at the gate go on.
    pub async fn open_gate(&self) {
        self.control(&format!("open?gate={}", self.key)).await;
    }

    /// A counter of this test's group.
    pub async fn counter(&self, name: &str) -> f64 {
        number(&self.control(&format!("counters?key={}", self.key)).await, name)
    }

    /// Waits until the server has counted so many.
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

/// The console of a test that passes is not shown, so the line goes where the results go: to the
/// function that the test runner has for it in a worker, or to its element in a page.
fn say_once_what_is_left_out() {
    thread_local!(static SAID: Cell<bool> = const { Cell::new(false) });
    if SAID.replace(true) {
        return;
    }
    let line = format!(
        "fetching and failures are left out, as no demo server is at {ADDRESS}: `cargo xtask origin` starts it"
    );
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
