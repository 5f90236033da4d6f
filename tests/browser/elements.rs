//! Finding elements by role and accessible name.

use fantoccini::elements::Element;
use fantoccini::error::{CmdError, ErrorStatus};
use serde_json::Value;

use super::Browser;

const FIND: &str = include_str!("find.js");

const CLICKS: usize = 5;

/// Brings an element into sight that is outside the window or below what stays in sight while the rest
/// scrolls: drivers scroll as far as the window's edge only.
const SHOW: &str = "
    const [element] = arguments;
    const { left, top, width, height } = element.getBoundingClientRect();
    const there = document.elementFromPoint(left + width / 2, top + height / 2);
    if (!there || !(element.contains(there) || there.contains(element) || there.closest('label')?.control === element)) {
        element.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' });
    }";

/// Waits until an element stands still for two frames (or it is plain that it never does), and
/// watches for a click on it. A hidden tab has no frames.
const WATCH_CLICK: &str = "
    const [element, done] = arguments;
    const frame = () => new Promise((next) => { requestAnimationFrame(next); setTimeout(next, 100); });
    const place = () => JSON.stringify(element.getBoundingClientRect());
    const watch = async () => {
        let last = place();
        for (let frames = 0, still = 0; frames < 60 && still < 2; frames += 1) {
            await frame();
            still = place() === last ? still + 1 : 0;
            last = place();
        }
        window.clickArrived = false;
        window.clickMet = undefined;
        element.addEventListener('click', () => { window.clickArrived = true; }, { capture: true, once: true });
        addEventListener('click', ({ target }) => { window.clickMet = target.outerHTML; }, { capture: true, once: true });
    };
    watch().then(done);";

/// Whether the click that is watched for arrived. A page that a link led to knows of none.
const CLICK_ARRIVED: &str = "
    const done = arguments[0];
    const look = (frames) => window.clickArrived === false && frames < 2
        ? setTimeout(look, 20, frames + 1) : done(window.clickArrived !== false);
    look(0);";

/// Says for a message where an element is, and what a click there would meet.
const WHAT_IS_THERE: &str = "
    const [element] = arguments;
    const { left, top, width, height } = element.getBoundingClientRect();
    const there = document.elementFromPoint(left + width / 2, top + height / 2);
    return `is ${width} × ${height} at ${left}, ${top} in a window of ${innerWidth} × ${innerHeight}, where `
        + `${there?.outerHTML.slice(0, 200)} is; the last click met ${window.clickMet?.slice(0, 200)}`;";

impl Browser {
    /// All visible elements of this role and name.
    pub async fn all(&self, role: &str, name: &str) -> Vec<Element> {
        let Value::Array(found) = self.execute(FIND, vec![role.into(), name.into()]).await else {
            panic!("the search for {role} {name:?} returned no list");
        };
        let element = |value: Value| {
            let reference = value.as_object().and_then(|object| object.values().next()).unwrap().clone();
            Element::from_element_id(self.client.clone(), reference.as_str().unwrap().to_owned().into())
        };
        found.into_iter().map(element).collect()
    }

    /// The only element of this role and name.
    pub async fn the(&self, role: &str, name: &str) -> Element {
        let mut all = self.all(role, name).await;
        assert_eq!(all.len(), 1, "visible elements: {role} {name:?}");
        all.remove(0)
    }

    /// Waits for the only element of this role and name.
    pub async fn the_coming(&self, role: &str, name: &str) -> Element {
        let what = format!("a {role} {name:?}");
        self.until_met(&what, async || !self.all(role, name).await.is_empty()).await;
        self.the(role, name).await
    }

    pub async fn press(&self, button: &str) {
        self.click("button", button).await;
    }

    /// Clicks on the only element of this role and name.
    pub async fn click(&self, role: &str, name: &str) {
        let only = async || Some(self.the(role, name).await);
        assert!(self.click_found(&format!("the {role} {name:?}"), only).await);
    }

    /// Clicks on what `find` finds; returns whether it found an element.
    ///
    /// A driver aims first and clicks then, and what the page shows in between (what a list was
    /// understood as, how many images a filter leaves) can move the element away, or make it anew. As a
    /// user would, this aims at what stands still, and once more if the click reached something else.
    pub async fn click_found<F: Future<Output = Option<Element>>>(
        &self,
        what: &str,
        mut find: impl FnMut() -> F,
    ) -> bool {
        for _ in 0..CLICKS {
            let Some(element) = find().await else { return false };
            match self.click_once(&element).await {
                Ok(false) => {}
                Ok(true) => return true,
                // Or the driver noticed before it clicked.
                Err(error) if error.is_stale_element_reference() || is_intercepted(&error) => {}
                Err(error) => panic!("{what}: {error:?}"),
            }
        }
        let there = match find().await {
            Some(element) => self.what_is_at(&element).await,
            None => "is gone now".to_owned(),
        };
        panic!("of {CLICKS} clicks on {what}, none reached it: it {there}");
    }

    /// Where an element is, and what a click there would meet.
    async fn what_is_at(&self, element: &Element) -> String {
        let there = self.execute(WHAT_IS_THERE, vec![serde_json::to_value(element).unwrap()]).await;
        there.as_str().unwrap_or_default().to_owned()
    }

    /// Replaces the text of the only field of this role and name, by keys.
    pub async fn enter(&self, role: &str, name: &str, text: &str) {
        let field = self.the(role, name).await;
        self.show(&field).await.unwrap();
        field.clear().await.unwrap();
        if !text.is_empty() {
            field.send_keys(text).await.unwrap();
        }
    }

    /// Brings an element into sight.
    pub async fn show(&self, element: &Element) -> Result<(), CmdError> {
        self.client.execute(SHOW, vec![serde_json::to_value(element).unwrap()]).await.map(|_| ())
    }

    /// Clicks on an element; returns whether the click reached it.
    async fn click_once(&self, element: &Element) -> Result<bool, CmdError> {
        self.show(element).await?;
        self.client.execute_async(WATCH_CLICK, vec![serde_json::to_value(element).unwrap()]).await?;
        element.click().await?;
        // An error means that the page was left while it was asked.
        let arrived = self.client.execute_async(CLICK_ARRIVED, vec![]).await;
        Ok(!arrived.is_ok_and(|arrived| arrived == false))
    }
}

/// Whether the driver found another element where it was about to click.
fn is_intercepted(error: &CmdError) -> bool {
    matches!(error, CmdError::Standard(error) if error.error == ErrorStatus::ElementClickIntercepted)
}
