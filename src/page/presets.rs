//! The examples that fill the list box.

use std::cell::Cell;

use js_sys::{Array, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, Response, Url};

use super::elements::{by_id, document, set_shown, window};
use crate::browser::promise;
use crate::text::{add, text};

/// Ten copies of one URL, which answers with a different picture each time.
pub fn picsum() -> String {
    "https://picsum.photos/200/300\n".repeat(10)
}

/// Fifteen photographs from one host.
pub fn unsplash() -> String {
    const PHOTOS: [&str; 15] = [
        "1516117172878-fd2c41f4a759",
        "1532009324734-20a7a5813719",
        "1524429656589-6633a470097c",
        "1530224264768-7ff8c1789d79",
        "1564135624576-c5c88640f235",
        "1541698444083-023c97d3f4b6",
        "1522364723953-452d3431c267",
        "1513938709626-033611b8cc03",
        "1507143550189-fed454f93097",
        "1493976040374-85c8e12f0c0e",
        "1504198453319-5ce911bafcde",
        "1530122037265-a5f1f91d3b99",
        "1516972810927-80185027ca84",
        "1550439062-609e1531270e",
        "1549692520-acc6669e2f0c",
    ];
    PHOTOS.map(|photo| text!["https://images.unsplash.com/photo-", photo, "\n"]).concat()
}

/// Some of the images that are beside the page, and what they show.
const SAMPLES: [(&str, &str); 4] =
    [("01-dawn.jpg", "Dawn"), ("03-noon.jpg", "Noon"), ("07-dusk.jpg", "Dusk"), ("11-night.jpg", "Night")];

/// Images beside the page, in the form that a button's action names: a list, a table or a web page.
///
/// # Errors
///
/// The page has no address against which theirs could be resolved.
pub fn example(action: &str) -> Result<String, JsValue> {
    let base = document()?.base_uri()?.unwrap_or_default();
    let folder = Url::new_with_base("samples/", &base)?.href();
    let mut list = String::from(match action {
        "example-table" => "SKU\tName\tPicture\n",
        "example-page" => "<!doctype html>\n<title>A day outdoors</title>\n",
        _ => "",
    });
    for (index, (file, title)) in SAMPLES.iter().enumerate() {
        match action {
            "example-table" => add!(&mut list, "A-10", index + 1, '\t', *title, '\t', folder, *file, '\n'),
            "example-page" => {
                add!(&mut list, "<img src=\"", folder, *file, "\" alt=\"", *title, "\">\n");
            }
            _ => add!(&mut list, folder, *file, '\n'),
        }
    }
    Ok(list)
}

/// The state of the demo list, which has to be loaded before it can fill the list box.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Load {
    #[default]
    Idle,
    Pending,
    /// Fetch was pressed meanwhile, and follows once the list is there.
    PendingFetch,
}

/// The demo buttons.
pub struct Presets {
    /// Hidden until the host is known to serve the demo over HTTP/2.
    demo_http2: HtmlElement,
    load: Cell<Load>,
}

impl Presets {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self { demo_http2: by_id("demo-http2")?, load: Cell::default() })
    }

    /// Marks the demo list as pending, until [`Presets::end_load`].
    pub fn begin_load(&self) {
        self.load.set(Load::Pending);
    }

    /// Returns whether Fetch was deferred while the list was loading.
    pub fn end_load(&self) -> bool {
        self.load.take() == Load::PendingFetch
    }

    /// Defers Fetch if the demo list is loading; returns whether it is.
    pub fn defer_fetch(&self) -> bool {
        let is_loading = self.load.get() != Load::Idle;
        if is_loading {
            self.load.set(Load::PendingFetch);
        }
        is_loading
    }

    /// Loads the demo list of this page's host: `demo.json` beside the page, whose URLs are relative to
    /// the page.
    ///
    /// # Errors
    ///
    /// The host has no such file, or it is not of the expected form.
    pub async fn load_demo(&self, over_http2: bool) -> Result<String, JsValue> {
        let response: Response = promise(window()?.fetch_with_str("demo.json")).await?.dyn_into()?;
        let demo = promise(response.json()?).await?;
        let (list, http2) = (list_of(&demo, "urls")?, list_of(&demo, "http2")?);
        set_shown(&self.demo_http2, !http2.is_empty());
        Ok(if over_http2 { http2 } else { list })
    }
}

/// The URLs under a name, one a line; empty if there are none.
fn list_of(demo: &JsValue, name: &str) -> Result<String, JsValue> {
    let base = document()?.base_uri()?.unwrap_or_default();
    let urls: Option<Array> = Reflect::get(demo, &name.into())?.dyn_into().ok();
    let mut list = String::new();
    for url in urls.unwrap_or_default().iter() {
        let url = url.as_string().unwrap_or_default();
        list += &Url::new_with_base(&url, &base)?.href();
        list.push('\n');
    }
    Ok(list)
}
