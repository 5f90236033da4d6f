//! What the page says of time, against what the server counted and disclosed.

use serde_json::{Value, json};

use super::page_driver::{with_page, with_page_of};
use crate::browser::Browser;
use crate::browser::capability::{Capability, requires};
use crate::browser::site::Site;

/// Records every text of the run's line.
const RECORD: &str = "window.said = [];
    const line = document.getElementById('run-text');
    new MutationObserver(() => said.push(line.textContent)).observe(line, { childList: true });";

/// The bars of each row: the phase of each with its length in milliseconds.
const BARS: &str =
    "return [...document.querySelectorAll('#rows tr')].map((row) => [...row.querySelectorAll('.lane i')]
    .filter((bar) => bar.className)
    .map((bar) => [bar.classList.contains('answering') ? 'answering' : bar.classList[1],
      bar.style.getPropertyValue('--to') - bar.style.getPropertyValue('--from')]))";

impl Browser {
    async fn said(&self) -> Vec<String> {
        serde_json::from_value(self.execute("return said", vec![]).await).unwrap()
    }

    async fn bars(&self) -> Vec<Vec<(String, f64)>> {
        self.show_timeline().await;
        self.until("document.querySelector('#rows .lane i')").await;
        serde_json::from_value(self.execute(BARS, vec![]).await).unwrap()
    }

    async fn measure(&self, id: &str) -> String {
        let text = self.execute(&format!("return document.getElementById('{id}').innerText"), vec![]).await;
        text.as_str().unwrap().to_owned()
    }
}

/// The numbers before " at once" in texts of the run's line.
fn at_once(said: &[String]) -> Vec<usize> {
    let parts = said.iter().flat_map(|text| text.split(" · "));
    parts.filter_map(|part| part.strip_suffix(" at once")?.parse().ok()).collect()
}

#[test]
fn over_http_1_1_no_more_is_said_to_be_at_once_than_the_server_sees() {
    with_page(async |browser| {
        let paths: Vec<_> = (0..24).map(|n| format!("/image/{n}/64x48.jpg?key=k&latency=400")).collect();
        browser.fill_paths(&paths).await;
        browser.at_once("16").await;
        browser.execute(RECORD, vec![]).await;
        browser.fetch().await;
        assert_eq!(browser.origin.counters("k")["mostInFlight"], 6);
        let said = browser.said().await;
        assert!(at_once(&said).iter().all(|images| *images <= 6), "{said:?}");
        assert!(said.iter().any(|text| text.contains(" asked for")), "{said:?}");
        // It is claimed only if the browser has disclosed the time in its queue for every image, which it does
        // after the image, at times too late.
        let overlap = browser.measure("overlap").await;
        let is_within = overlap.parse().map_or(overlap == "not disclosed", |overlap: f64| overlap < 8.0);
        assert!(is_within, "{overlap} of six connections, where 16 were asked for");
        let protocol = browser.measure("protocol").await;
        assert_eq!(protocol, "HTTP/1.1 · 16 asked for, 6 a host at once");

        // Each waits for the server as long as that takes, and all but the first for a connection before.
        let bars = browser.bars().await;
        let lengths = |phase: &str| -> Vec<f64> {
            bars.iter().flatten().filter(|(name, _)| name == phase).map(|(_, length)| *length).collect()
        };
        let answering = lengths("answering");
        assert_eq!(answering.len() + lengths("waiting").len(), bars.len(), "{bars:?}");
        assert!(answering.len() > bars.len() / 2, "{bars:?}");
        assert!(answering.iter().all(|length| *length > 390.0), "{bars:?}");
        assert!(
            answering.iter().any(|length| *length < 800.0),
            "the queue is no wait for the server: {bars:?}"
        );
        assert!(lengths("held").iter().any(|length| *length > 390.0), "{bars:?}");
    });
}

#[test]
fn a_host_that_does_not_disclose_its_times_is_not_said_to_be_slow() {
    with_page(async |browser| {
        let paths: Vec<_> = (0..12).map(|n| format!("/image/{n}/64x48.jpg?tao=off&latency=300")).collect();
        browser.fill_paths(&paths).await;
        browser.at_once("12").await;
        browser.execute(RECORD, vec![]).await;
        browser.fetch().await;
        let said = browser.said().await;
        assert!(at_once(&said).iter().all(|images| *images <= 6), "{said:?}");
        assert_eq!(browser.measure("overlap").await, "not disclosed");
        let bars = browser.bars().await;
        let phases: Vec<_> = bars.iter().flatten().map(|(name, _)| name.as_str()).collect();
        assert!(phases.contains(&"waiting") && !phases.contains(&"answering"), "{phases:?}");
        let legend = browser.execute("return document.querySelector('.legend').innerText", vec![]).await;
        assert!(legend.as_str().unwrap().contains("waiting for a connection or the server"), "{legend}");
    });
}

#[test]
fn over_http_2_what_is_in_flight_is_at_once() {
    if !requires(Capability::Proxy) || !requires(Capability::DisclosedProtocol) {
        return;
    }
    with_page_of(Site::page().with_all_hosts_mapped(), async |browser| {
        let url = |query: &str| format!("https://picsum.photos/image/1/64x48.jpg?{query}\n");
        browser.fill(&(url("key=first").repeat(4) + &url("key=k&gate=g").repeat(10))).await;
        browser.at_once("16").await;
        browser.press("Fetch").await;
        browser.origin.wait("k", "inFlight=10");
        browser.until("document.getElementById('run-text').textContent.includes('10 at once')").await;
        browser.origin.open_gate("g");
        browser.until_run("done").await;
        assert_ne!(browser.measure("overlap").await, "not disclosed");
    });
}

#[test]
fn the_wait_between_two_attempts_is_not_busy_time() {
    with_page(async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg?key=c&fail=1:503&retry-after=4&expose=Retry-After"]).await;
        browser.fetch().await;
        let json: Value = serde_json::from_str(&browser.export("JSON", "timings.json").await).unwrap();
        let time = |name: &str| json["timings"][name].as_f64().unwrap();
        assert!(time("wallMs") >= 4000.0 && time("busyMs") <= time("wallMs") - 4000.0, "{json}");
    });
}

#[test]
fn without_a_length_the_bar_claims_nothing_until_there_is_an_estimate() {
    with_page(async |browser| {
        let gated = |key: &str| format!("/image/1/100000b.jpg?nolength&gate={key}&gate-at=75000");
        let first = browser.origin.url(&gated("a"));
        browser.fill(&first).await;
        browser.press("Fetch").await;
        let line = "document.getElementById('run-text').textContent";
        browser.until(&format!("{line}.includes('75.0 kB')")).await;
        browser.until("document.getElementById('progress').position === -1").await;
        browser.until("document.title.startsWith('75.0 kB')").await;
        browser.origin.open_gate("a");
        browser.until_run("done").await;

        // Another one is as large, as far as is known.
        browser.fill_paths(&["/image/2/100000b.jpg".to_owned(), gated("b")]).await;
        browser.press("Fetch").await;
        browser.until(&format!("{line}.includes('175 kB')")).await;
        browser.until("Math.abs(document.getElementById('progress').value - 0.875) < 0.001").await;
        browser.origin.open_gate("b");
        browser.until_run("done").await;
    });
}

#[test]
fn a_comparison_s_headline_is_its_answer() {
    with_page(async |browser| {
        let paths: Vec<_> = (0..4).map(|n| format!("/image/{n}/64x48.jpg?latency=150")).collect();
        browser.fill_paths(&paths).await;
        browser.choose("Compare").await;
        browser.execute(RECORD, vec![]).await;
        browser.fetch().await;
        let headline = browser.measure("run-text").await;
        let number = headline.strip_prefix("At once: ").and_then(|rest| rest.split_once(" times as fast ("));
        assert!(number.expect(&headline).0.parse::<f64>().unwrap() > 1.0, "{headline}");
        assert!(headline.contains(" in 3 pairs) · 4 of 4 fetched · "), "{headline}");
        let said = browser.said().await;
        let left = said.iter().filter(|text| text.contains("about "));
        assert!(left.clone().all(|text| text.contains(" left")), "{said:?}");
    });
}

#[test]
fn a_run_that_is_begun_offline_waits_and_says_so() {
    if !requires(Capability::NetworkLoss) {
        return;
    }
    // The driver takes the network from the page, and not from its workers.
    let site = Site::page().with_script(
        "in-page.js",
        "Worker = class { constructor() { throw new Error('no worker here'); } };",
    );
    with_page_of(site, async |browser| {
        let offline = |is: bool| json!({ "offline": is, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        browser.fill_paths(&["/image/1/64x48.jpg", "/image/2/64x48.jpg"]).await;
        browser.until("document.body.innerText.includes('2 URLs from 1 origin')").await;
        browser.devtools("Network.enable", json!({})).await;
        browser.devtools("Network.emulateNetworkConditions", offline(true)).await;
        browser.press("Fetch").await;
        browser.until("document.getElementById('run-text').textContent.includes('Paused while this browser is offline')").await;
        let text = browser.text().await;
        assert!(!text.contains("does not let this page read it"), "{text}");
        browser.until_run("running").await;
        browser.devtools("Network.emulateNetworkConditions", offline(false)).await;
        browser.until_run("done").await;
        assert_eq!(browser.save_entries().await.len(), 2);
    });
}
